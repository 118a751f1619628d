#include "net/cookies.h"

#include <algorithm>

#include "net/headers.h"

namespace patchbay::net {
namespace {

std::string_view to_string(SameSite same_site) {
  switch (same_site) {
    case SameSite::kStrict:
      return "Strict";
    case SameSite::kLax:
      return "Lax";
    case SameSite::kNone:
      break;
  }
  return "None";
}

}  // namespace

std::optional<std::string_view> cookie_value(const Headers& headers, std::string_view name) {
  std::optional<std::string_view> found;
  for (std::string_view line : headers.get_all("Cookie")) {
    while (!line.empty()) {
      const std::string_view piece = line.substr(0, line.find(';'));
      line.remove_prefix(std::min(line.size(), piece.size() + 1));
      const std::size_t equals = piece.find('=');
      if (equals == std::string_view::npos || trim(piece.substr(0, equals)) != name) continue;
      const std::string_view value = trim(piece.substr(equals + 1));
      if (found && *found != value) return std::nullopt;
      found = value;
    }
  }
  return found;
}

std::string host_cookie(std::string_view name, std::string_view value, SameSite same_site,
                        std::optional<std::int64_t> max_age_s) {
  std::string cookie = "__Host-" + std::string(name) + "=" + std::string(value);
  cookie += "; Path=/; Secure; HttpOnly; SameSite=";
  cookie += to_string(same_site);
  if (same_site == SameSite::kNone) cookie += "; Partitioned";
  if (max_age_s) cookie += "; Max-Age=" + std::to_string(*max_age_s);
  return cookie;
}

std::string forget_host_cookie(std::string_view name) {
  return host_cookie(name, "", SameSite::kLax, 0);
}

}  // namespace patchbay::net
