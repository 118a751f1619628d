#include "web/link_access.h"

#include <algorithm>

#include "net/cookies.h"

namespace patchbay::web {
namespace {

// Of those that come by an address.
std::string cookie_name(LinkPurpose purpose) {
  return purpose == LinkPurpose::kGuide ? "patchbay-guide" : "patchbay-manage";
}

}  // namespace

Result<std::string> make_link_token(const Site& site, LinkPurpose purpose, std::string project_id,
                                    std::string subject, std::int64_t valid_ms) {
  return accounts::seal_link(site.options.services.vault, purpose,
                             {std::move(project_id), std::move(subject), site.now() + valid_ms});
}

Result<accounts::SealedLink> open_link_token(const Site& site, LinkPurpose purpose,
                                             std::string_view token) {
  return accounts::open_link(site.options.services.vault, purpose, token, site.now());
}

std::string link_cookie_value(const net::Request& request, LinkPurpose purpose) {
  const auto value = net::cookie_value(request.headers, "__Host-" + cookie_name(purpose));
  return std::string(value.value_or(""));
}

std::string link_cookie(const Site& site, LinkPurpose purpose, std::string_view token,
                        const accounts::SealedLink& link) {
  return net::host_cookie(cookie_name(purpose), token, net::SameSite::kLax,
                          (link.expires - site.now()) / 1000);
}

std::string forget_link_cookie(LinkPurpose purpose) {
  return net::forget_host_cookie(cookie_name(purpose));
}

bool has_link_access(const Site& site, const net::Request& request) {
  return std::ranges::any_of(
      std::initializer_list<LinkPurpose>{LinkPurpose::kGuide, LinkPurpose::kManage},
      [&](LinkPurpose purpose) {
        const std::string token = link_cookie_value(request, purpose);
        return !token.empty() && open_link_token(site, purpose, token).has_value();
      });
}

net::Response link_is_over(const Site& site, const net::Request& request, const Error& error,
                           std::string_view expired_text_id) {
  const bool expired = error.code == ErrorCode::kExpired;
  return site.message(request, {.text_id = expired ? expired_text_id : "connect.link_unknown",
                                .status = expired ? 410U : 404U,
                                .for_end_users = true});
}

}  // namespace patchbay::web
