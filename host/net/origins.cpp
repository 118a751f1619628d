#include "net/origins.h"

#include <algorithm>

namespace patchbay::net {
namespace {

constexpr std::string_view kHttps = "https://";
constexpr std::string_view kHttp = "http://";

bool is_host_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '[' ||
         c == ']' || c == ':';
}

bool is_local(std::string_view host) {
  const auto name = host.substr(0, host.rfind(':'));
  return name == "localhost" || name == "127.0.0.1" || host == "[::1]" || name == "[::1]";
}

bool is_origin(std::string_view text) {
  const bool https = text.starts_with(kHttps);
  if (!https && !text.starts_with(kHttp)) return false;
  const auto host = text.substr(https ? kHttps.size() : kHttp.size());
  return !host.empty() && host.size() <= 255 && std::ranges::all_of(host, is_host_character) &&
         (https || is_local(host));
}

bool is_of(std::string_view origin, std::string_view host) {
  for (const auto scheme : {kHttps, kHttp})
    if (origin.starts_with(scheme) && origin.substr(scheme.size()) == host) return true;
  return false;
}

}  // namespace

Result<Origins> Origins::parse(const std::vector<std::string>& origins) {
  Origins parsed;
  for (const auto& origin : origins) {
    if (!is_origin(origin))
      return make_error(ErrorCode::kInvalidArgument,
                        "\"" + origin +
                            "\" is no origin of a page. Write it as browsers do, in lower case "
                            "and without a path: https://app.example.com");
    parsed.origins_.push_back(origin);
  }
  return parsed;
}

std::string Origins::sources() const {
  std::string joined;
  for (const auto& origin : origins_) joined += (joined.empty() ? "" : " ") + origin;
  return joined;
}

bool Origins::allow(const Request& request) const {
  if (!request.headers.has("Origin")) return true;
  return request.headers.count("Origin") == 1 && allow(request, request.header("Origin"));
}

bool Origins::allow(const Request& request, std::string_view origin) const {
  return is_of(origin, request.host) || std::ranges::find(origins_, origin) != origins_.end();
}

bool Origins::allow_address(const Request& request, std::string_view address) const {
  const auto scheme = address.find("://");
  if (scheme == std::string_view::npos) return false;
  return allow(request, address.substr(0, address.find_first_of("/?#", scheme + 3)));
}

void Origins::mark(const Request& request, Response& response) const {
  response.with("Vary", "Origin");
  if (!request.headers.has("Origin") || !allow(request)) return;
  response.with("Access-Control-Allow-Origin", request.header("Origin"))
      .with("Access-Control-Expose-Headers", "X-Request-Id, Retry-After");
}

Response Origins::preflight(const Request& request, std::string_view headers) const {
  Response response(allow(request) ? 204 : 403);
  mark(request, response);
  if (response.status == 204)
    response.with("Access-Control-Allow-Methods", "GET, POST, PATCH, DELETE")
        .with("Access-Control-Allow-Headers", headers)
        .with("Access-Control-Max-Age", "600");
  return response;
}

}  // namespace patchbay::net
