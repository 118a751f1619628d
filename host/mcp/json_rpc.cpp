#include "mcp/json_rpc.h"

namespace patchbay::mcp {
namespace {

json::Writer& begin(json::Writer& out, const json::Value& id) {
  return out.begin_object().member("jsonrpc", "2.0").key("id").value(id);
}

}  // namespace

std::optional<RpcCall> read_call(const json::Value& message) {
  if (!message.is_object() || message.get("jsonrpc").string_or("") != "2.0") return std::nullopt;
  RpcCall call;
  call.id = message.get("id");
  call.params = message.get("params");
  const auto method = message.get("method").as_string();
  if (!method || method->empty()) return std::nullopt;
  if (call.id.exists() && !call.id.is_string() && !call.id.is_integer()) return std::nullopt;
  if (call.params.exists() && !call.params.is_object()) return std::nullopt;
  call.method = *method;
  return call;
}

std::string rpc_result(const json::Value& id, std::string_view result) {
  json::Writer out;
  return begin(out, id).key("result").raw(result).end_object().take();
}

std::string rpc_error(const json::Value& id, const RpcError& error) {
  json::Writer out;
  begin(out, id).key("error").begin_object();
  out.member("code", static_cast<std::int64_t>(error.code)).member("message", error.message);
  if (!error.data.empty()) out.key("data").raw(error.data);
  return out.end_object().end_object().take();
}

}  // namespace patchbay::mcp
