#include "web/framing.h"

#include "net/cookies.h"

namespace patchbay::web {
namespace {

constexpr std::string_view kThemeCookie = "patchbay-theme";
constexpr std::string_view kNoFrames = "frame-ancestors 'none'";

bool is_theme(std::string_view text) {
  return text == "light" || text == "dark";
}

// Pages for whoever has a connect link.
bool may_be_framed(const net::Request& request) {
  return !request.segments.empty() && request.segments.front() == "connect";
}

}  // namespace

bool is_framed(const net::Request& request) {
  return request.header("Sec-Fetch-Dest") == "iframe";
}

std::string visitor_cookie(const net::Request& request, std::string_view name,
                           std::string_view value, std::optional<std::int64_t> max_age_s) {
  return net::host_cookie(
      name, value, is_framed(request) ? net::SameSite::kNone : net::SameSite::kLax, max_age_s);
}

std::string theme_of(const net::Request& request) {
  if (!is_framed(request)) return {};
  const auto value = net::cookie_value(request.headers, "__Host-" + std::string(kThemeCookie));
  return value && is_theme(*value) ? std::string(*value) : std::string();
}

void take_theme(const net::Request& request, net::Response& response) {
  const std::string theme = request.query.get_or("theme", "");
  if (is_theme(theme)) response.cookie(visitor_cookie(request, kThemeCookie, theme));
}

void allow_framing(const net::Request& request, const net::Origins& origins,
                   net::Response& response) {
  const std::string sources = origins.sources();
  if (sources.empty() || !is_framed(request) || !may_be_framed(request)) return;
  std::string policy(response.headers.get("Content-Security-Policy").value_or(""));
  const auto at = policy.find(kNoFrames);
  if (at == std::string::npos) return;
  policy.replace(at, kNoFrames.size(), "frame-ancestors " + sources);
  response.headers.set("Content-Security-Policy", policy);
  response.headers.remove("X-Frame-Options");  // knows no list
}

}  // namespace patchbay::web
