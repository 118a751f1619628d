#pragma once
// JSON-RPC 2.0, as much of it as MCP uses.
#include <optional>
#include <string>

#include "base/json.h"

namespace patchbay::mcp {

enum class RpcCode : int {
  kParseError = -32700,
  kInvalidRequest = -32600,
  kUnknownMethod = -32601,
  kInvalidParams = -32602,
  kInternal = -32603,
  // Of MCP's own, from revision 2026-07-28 on.
  kHeaderMismatch = -32020,
  kUnsupportedVersion = -32022,
};

struct RpcError {
  RpcCode code = RpcCode::kInternal;
  std::string message;
  std::string data{};          // JSON; empty: none
  unsigned http_status = 200;  // of an answer that holds this error alone
};

// A view into the document it was read from.
struct RpcCall {
  json::Value id;  // missing: a notification, which gets no answer
  std::string method;
  json::Value params;  // an object, or missing
};

// Nothing for what is not a call: a client's answer, or not JSON-RPC 2.0.
std::optional<RpcCall> read_call(const json::Value& message);

// `id` missing: null, for what could not be read.
std::string rpc_result(const json::Value& id, std::string_view result);
std::string rpc_error(const json::Value& id, const RpcError& error);

}  // namespace patchbay::mcp
