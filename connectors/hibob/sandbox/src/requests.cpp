#include "requests.h"

#include <algorithm>

namespace hibob_sandbox {

using sandbox::Request;
using sandbox::Response;

Response error(int status, std::string_view key, std::string_view text) {
  return sandbox::json_response(status, json::object{{"key", key}, {"error", text}});
}

std::optional<std::string> wrong_query(const Request& request,
                                       std::initializer_list<std::string_view> known) {
  for (const auto& [name, value] : request.query) {
    if (std::ranges::find(known, name) == known.end()) return "unknown parameter " + name;
    if (name.starts_with("include") && value != "true" && value != "false")
      return name + " is true or false";
  }
  return std::nullopt;
}

std::optional<json::object> body_of(const Request& request,
                                    std::initializer_list<std::string_view> known,
                                    std::optional<Response>& refusal) {
  if (request.content_type() != "application/json") {
    refusal = error(415, "UNSUPPORTED_MEDIA_TYPE", "application/json is needed");
    return std::nullopt;
  }
  auto body = sandbox::parse_json_object(request.body);
  if (!body) {
    refusal = error(400, "INVALID_JSON", "the body is no JSON object");
    return std::nullopt;
  }
  for (const auto& member : *body)
    if (std::ranges::find(known, std::string_view(member.key())) == known.end()) {
      refusal = error(400, "UNKNOWN_FIELD", "unknown field " + std::string(member.key()));
      return std::nullopt;
    }
  return body;
}

bool is_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
  return std::ranges::count_if(text, [](char c) { return c >= '0' && c <= '9'; }) == 8;
}

}  // namespace hibob_sandbox
