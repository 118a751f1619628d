#include "web/request_checks.h"

#include <algorithm>

#include "base/encoding.h"
#include "base/hash.h"

namespace patchbay::web {

std::string own_origin(const net::Request& request, std::string_view configured) {
  if (!configured.empty()) return std::string(configured);
  return (request.is_tls ? "https://" : "http://") + request.host;
}

bool is_from_own_page(const net::Request& request, std::string_view configured_origin) {
  if (request.headers.count("Origin") > 1 || request.headers.count("Sec-Fetch-Site") > 1) {
    return false;
  }
  const auto origin = request.headers.get("Origin");
  const bool ours = origin && *origin == own_origin(request, configured_origin);
  const auto site = request.headers.get("Sec-Fetch-Site");
  if (!site) return ours;
  return *site == "same-origin" && (!origin || *origin == "null" || ours);
}

bool csrf_matches(const net::Request& request, const net::Params& form, std::string_view expected) {
  const auto header = request.headers.get(kCsrfHeader);
  const auto field = form.get(kCsrfField);
  const std::string_view sent = header ? *header : field.value_or(std::string_view());
  return !expected.empty() && constant_time_equal(sent, expected);
}

std::string csrf_from(std::string_view purpose, std::string_view cookie_secret) {
  return base64url_encode(
      as_text(hmac_sha256(cookie_secret, "patchbay csrf " + std::string(purpose))));
}

bool looks_like_token(std::string_view text) {
  return text.size() == 43 && std::ranges::all_of(text, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '-' || c == '_';
         });
}

}  // namespace patchbay::web
