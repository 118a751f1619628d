#include "web/signin_pages.h"

#include "base/log.h"
#include "net/cookies.h"
#include "web/request_checks.h"

namespace patchbay::web {
namespace {

constexpr std::int64_t kCookieSeconds = 600;

std::string link_token(const net::Request& request) {
  return std::string(
      net::cookie_value(request.headers, "__Host-" + std::string(kSigninCookie)).value_or(""));
}

std::string_view text_of(OperatorAccess::LinkState state) {
  switch (state) {
    case OperatorAccess::LinkState::kUsed:
      return "signin.used";
    case OperatorAccess::LinkState::kExpired:
      return "signin.expired";
    default:
      return "signin.unknown";
  }
}

}  // namespace

void SigninPages::add_routes(net::Router& router) {
  router.add("GET", "/signin/{token}",
             site_.open([this](net::Request& request) { return take_link(request); }));
  router.add("GET", "/signin", site_.open([this](net::Request& request) { return show(request); }));
  router.add("POST", "/signin",
             site_.open([this](net::Request& request) { return sign_in(request); }));
  router.add("POST", "/signout",
             site_.operator_post([this](net::Request& request, const Site::Session& session,
                                        net::Params&) { return sign_out(request, session); },
                                 store::Role::kViewer));
}

net::Task<net::Response> SigninPages::take_link(net::Request& request) {
  net::Response response = net::redirect("/signin");
  const std::string_view token = request.param("token");
  if (looks_like_token(token)) {
    response.cookie(net::host_cookie(kSigninCookie, token, net::SameSite::kLax, kCookieSeconds));
  }
  co_return response;
}

net::Task<net::Response> SigninPages::show(net::Request& request) {
  std::string token = link_token(request);
  if (token.empty()) {
    const auto session = co_await site_.access.session(request);
    if (session && *session) co_return net::redirect("/app/connectors");
    co_return site_.message(request, {.text_id = "signin.needed", .status = 200});
  }
  const auto link = co_await site_.access.link(token);
  if (!link) co_return site_.error(request, link.error(), nullptr);
  if (link->state != OperatorAccess::LinkState::kOpen) {
    net::Response response =
        site_.message(request, {.text_id = text_of(link->state), .status = 410});
    response.cookie(net::forget_host_cookie(kSigninCookie));
    co_return response;
  }
  const Language& language = language_of(request);
  View view;
  view.text("csrf", csrf_from("signin", token))
      .html("body_html", language.rich("signin.body", {{"hub", site_.options.hub_name}}))
      .text("headline", language.text("signin.title", {{"hub", site_.options.hub_name}}));
  wipe(token.data(), token.size());
  co_return site_.page(request, {.template_name = "signin",
                                 .title = language.text("signin.button"),
                                 .view = std::move(view)});
}

net::Task<net::Response> SigninPages::sign_in(net::Request& request) {
  if (!site_.is_from_own_page(request)) {
    co_return site_.message(request, {.text_id = "message.foreign_origin", .status = 403});
  }
  std::string token = link_token(request);
  auto form = request.take_form();
  if (token.empty() || !form || !csrf_matches(request, *form, csrf_from("signin", token))) {
    co_return site_.message(request, {.text_id = "signin.again", .status = 403});
  }
  if (const auto recorded = co_await record(request, token); !recorded)
    co_return site_.error(request, recorded.error(), nullptr);
  auto cookie = co_await site_.access.sign_in(token);
  if (!cookie) co_return site_.error(request, cookie.error(), nullptr);
  if (!*cookie) {
    const auto link = co_await site_.access.link(token);
    net::Response response = site_.message(
        request, {.text_id = text_of(link ? link->state : OperatorAccess::LinkState::kUnknown),
                  .status = 410});
    response.cookie(net::forget_host_cookie(kSigninCookie));
    co_return response;
  }
  wipe(token.data(), token.size());
  log::info("web", "operator_signed_in", {{"peer", request.peer_address}});
  net::Response response = net::redirect("/app/connectors");
  response.cookie(**cookie).cookie(net::forget_host_cookie(kSigninCookie));
  wipe((*cookie)->data(), (*cookie)->size());
  co_return response;
}

// Before it happens; a link that is no longer open is no sign-in.
net::Task<Result<>> SigninPages::record(const net::Request& request, std::string token) {
  if (site_.options.audit == nullptr) co_return Result<>();
  const auto link = co_await site_.access.link(std::move(token));
  if (!link) co_return link.error();
  if (link->state != OperatorAccess::LinkState::kOpen) co_return Result<>();
  co_return site_.options.audit->append({.kind = "operator.signed_in",
                                         .request_id = request.id,
                                         .peer = request.peer_address,
                                         .actor = actor_of(link->person)});
}

net::Task<net::Response> SigninPages::sign_out(net::Request& request,
                                               const Site::Session& session) {
  const auto done = co_await site_.access.sign_out(session.id);
  if (!done) co_return site_.error(request, done.error(), &session);
  site_.memory.forget(session.id);
  audit::append_or_complain(site_.options.audit, {.kind = "operator.signed_out",
                                                  .request_id = request.id,
                                                  .peer = request.peer_address,
                                                  .actor = actor_of(session.person)});
  net::Response response = net::redirect("/signin");
  response.cookie(net::forget_host_cookie(kOperatorCookie))
      .cookie(net::forget_host_cookie(kProjectCookie));
  co_return response;
}

}  // namespace patchbay::web
