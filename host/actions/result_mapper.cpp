#include "actions/result_mapper.h"

#include "base/encoding.h"

namespace patchbay::actions {
namespace {

using manifest::ResultKind;

Error unexpected(std::string what) {
  return make_error(ErrorCode::kProtocol,
                    "The provider's answer " + std::move(what) +
                        ". The provider may have changed its API, or something between here and "
                        "there answers in its place.");
}

std::string media_type(const net::ClientReply& reply) {
  const std::string_view value = reply.headers.get("Content-Type").value_or("");
  return std::string(value.substr(0, value.find(';')));
}

// The quoted or plain filename parameter; RFC 6266's extended form is left to the caller's
// Content-Disposition needs.
std::string file_name(const net::ClientReply& reply) {
  std::string_view rest = reply.headers.get("Content-Disposition").value_or("");
  const std::size_t at = rest.find("filename=");
  if (at == std::string_view::npos) return {};
  rest.remove_prefix(at + 9);
  if (rest.starts_with('"')) {
    rest.remove_prefix(1);
    return std::string(rest.substr(0, rest.find('"')));
  }
  return std::string(rest.substr(0, rest.find_first_of("; ")));
}

std::string binary(const net::ClientReply& reply) {
  json::Writer out;
  return out.begin_object()
      .member("content_type", media_type(reply))
      .member("filename", file_name(reply))
      .member("size", static_cast<std::int64_t>(reply.body.size()))
      .member("content", base64_encode(reply.body.reveal()))
      .end_object()
      .take();
}

}  // namespace

Result<std::optional<json::Document>> parse_answer(const manifest::ResultRule& rule,
                                                   const net::ClientReply& reply,
                                                   std::size_t max_bytes) {
  if (rule.kind == ResultKind::kBinary) return std::nullopt;
  if (reply.body.empty()) return std::nullopt;
  auto document = json::Document::parse(reply.body.reveal(), {.max_bytes = max_bytes});
  if (document) return std::optional(*std::move(document));
  if (rule.kind == ResultKind::kNone && rule.success_path.empty()) return std::nullopt;
  if (document.error().code == ErrorCode::kTooLarge) return document.error();
  const std::string type = media_type(reply);
  return unexpected("is not JSON (" + (type.empty() ? "no content type" : type) + ")");
}

bool says_failed(const manifest::ResultRule& rule, const json::Value& answer) {
  return !rule.success_path.empty() && answer.pointer(rule.success_path).as_bool() != true;
}

Result<MappedResult> map_result(const manifest::ResultRule& rule, const net::ClientReply& reply,
                                const json::Value& answer) {
  MappedResult mapped;
  switch (rule.kind) {
    case ResultKind::kNone:
      break;
    case ResultKind::kBinary:
      mapped.data = binary(reply);
      break;
    case ResultKind::kObject: {
      // A write may well be acknowledged without a body.
      if (!answer.exists()) break;
      const json::Value found = answer.pointer(rule.path);
      if (!found.exists()) return unexpected("lacks \"" + rule.path + "\"");
      mapped.data = found.dump();
      break;
    }
    case ResultKind::kList: {
      if (!answer.exists() && reply.status == 204) {
        mapped.data = "[]";
        break;
      }
      const json::Value found = answer.pointer(rule.path);
      if (!found.is_array())
        return unexpected(rule.path.empty() ? "is not a list"
                                            : "has no list at \"" + rule.path + "\"");
      mapped.data = found.dump();
      mapped.records = found.size();
      break;
    }
  }
  return mapped;
}

}  // namespace patchbay::actions
