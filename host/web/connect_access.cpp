#include "web/connect_access.h"

#include "base/hash.h"
#include "net/cookies.h"
#include "web/framing.h"
#include "web/request_checks.h"

namespace patchbay::web {

std::string connect_token(const net::Request& request) {
  const auto value = net::cookie_value(request.headers, "__Host-" + std::string(kConnectCookie));
  return value && looks_like_token(*value) ? std::string(*value) : std::string();
}

std::string connect_cookie(const net::Request& request, std::string_view token) {
  return visitor_cookie(request, kConnectCookie, token);
}

std::string connect_csrf(std::string_view token) {
  return csrf_from("connect", token);
}

net::Task<bool> has_connect_access(Site& site, const net::Request& request) {
  const std::string token = connect_token(request);
  if (token.empty()) co_return false;
  if (site.runs->find(sha256_hex(token), site.now())) co_return true;
  if (co_await site.options.accounts.find_session(token)) co_return true;
  // Its page still tells what the colleague did.
  const auto session = co_await site.options.accounts.find_session_in_any_state(token);
  if (!session || session->status == store::SessionStatus::kCancelled) co_return false;
  const auto last = co_await site.options.accounts.passed_on().last_of(*session);
  co_return last && last->has_value();
}

}  // namespace patchbay::web
