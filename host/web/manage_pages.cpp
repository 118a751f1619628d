#include "web/manage_pages.h"

#include "base/log.h"
#include "web/connect_access.h"
#include "web/link_access.h"
#include "web/manage_view.h"
#include "web/request_checks.h"

namespace patchbay::web {
namespace {

constexpr std::string_view kHome = "/manage";
constexpr std::string_view kOver = "manage.link_expired";

std::string csrf_of(std::string_view token) {
  return csrf_from("manage", token);
}

audit::Asker end_user_asks(const net::Request& request) {
  return {.request_id = request.id, .peer = request.peer_address, .actor = "end user"};
}

}  // namespace

struct ManagePages::Visit {
  std::string csrf;
  accounts::AccountDetail detail;
  bool sandboxed = false;
};

void ManagePages::add_routes(net::Router& router) {
  router.add("GET", "/manage/{token}",
             site_.open([this](net::Request& request) { return take_link(request); }));
  const auto add = [&](std::string_view method, std::string_view path, Step step) {
    router.add(method, path, site_.open([this, step, method](net::Request& request) {
      return method == "GET" ? visiting(request, step) : changing(request, step);
    }));
  };
  add("GET", "/manage", &ManagePages::show);
  add("POST", "/manage/reconnect", &ManagePages::reconnect);
  add("GET", "/manage/disconnect", &ManagePages::ask_disconnect);
  add("POST", "/manage/disconnect", &ManagePages::disconnect);
}

net::Task<net::Response> ManagePages::take_link(net::Request& request) {
  const std::string_view token = request.param("token");
  const auto link = open_link_token(site_, LinkPurpose::kManage, token);
  if (!link) co_return link_is_over(site_, request, link.error(), kOver);
  net::Response response = net::redirect(kHome);
  response.cookie(link_cookie(site_, LinkPurpose::kManage, token, *link));
  co_return response;
}

net::Task<net::Response> ManagePages::visiting(net::Request& request, Step step) {
  const std::string token = link_cookie_value(request, LinkPurpose::kManage);
  const auto link = open_link_token(site_, LinkPurpose::kManage, token);
  if (!link) {
    const auto why = token.empty() ? make_error(ErrorCode::kExpired, "") : link.error();
    co_return link_is_over(site_, request, why, kOver);
  }
  auto detail = co_await site_.options.accounts.detail(link->project_id, link->subject);
  if (!detail) {
    if (detail.error().code != ErrorCode::kNotFound)
      co_return site_.error(request, detail.error(), nullptr);
    co_return site_.message(request,
                            {.text_id = "manage.gone", .status = 410, .for_end_users = true});
  }
  const auto& connector = detail->connector;
  const bool sandboxed =
      connector && is_sandboxed(*connector->manifest, site_.options.overridden_hosts);
  const Visit visit{csrf_of(token), *std::move(detail), sandboxed};
  co_return co_await (this->*step)(request, visit);
}

net::Task<net::Response> ManagePages::changing(net::Request& request, Step step) {
  const auto form = request.take_form();
  if (!site_.is_from_own_page(request) || !form ||
      !csrf_matches(request, *form, csrf_of(link_cookie_value(request, LinkPurpose::kManage))))
    co_return site_.message(request, {.text_id = "connect.stale_page",
                                      .status = 403,
                                      .for_end_users = true,
                                      .link = kHome,
                                      .link_text_id = "connect.load_again"});
  co_return co_await visiting(request, step);
}

net::Task<net::Response> ManagePages::show(net::Request& request, const Visit& visit) {
  const Language& language = language_of(request);
  View view = manage_view(visit.detail, site_.product_name(), site_.now(), language);
  view.text("csrf", visit.csrf);
  co_return site_.page(request,
                       {.template_name = "manage",
                        .title = language.text("manage.title"),
                        .view = std::move(view),
                        .problem = visit.detail.account.status == store::AccountStatus::kError,
                        .for_end_users = true,
                        .sandboxed = visit.sandboxed});
}

net::Task<net::Response> ManagePages::reconnect(net::Request& request, const Visit& visit) {
  auto made = co_await site_.options.accounts.create_session(
      accounts::reconnect_request(visit.detail.account));
  if (!made) co_return site_.error(request, made.error(), nullptr);
  net::Response response = net::redirect("/connect");
  response.cookie(connect_cookie(request, made->token.reveal()));
  co_return response;
}

net::Task<net::Response> ManagePages::ask_disconnect(net::Request& request, const Visit& visit) {
  const Language& language = language_of(request);
  View view = manage_view(visit.detail, site_.product_name(), site_.now(), language);
  view.text("csrf", visit.csrf);
  co_return site_.page(request, {.template_name = "manage_disconnect",
                                 .title = language.text("manage.disconnect_title"),
                                 .view = std::move(view),
                                 .for_end_users = true,
                                 .sandboxed = visit.sandboxed});
}

net::Task<net::Response> ManagePages::disconnect(net::Request& request, const Visit& visit) {
  const auto gone = co_await site_.options.accounts.unlink(
      visit.detail.account.project_id, visit.detail.account.id, end_user_asks(request));
  if (!gone && gone.error().code != ErrorCode::kNotFound)
    co_return site_.error(request, gone.error(), nullptr);
  log::info("web", "disconnected_by_end_user", {{"account", visit.detail.account.id}});
  net::Response response =
      site_.message(request, {.text_id = "manage.gone", .status = 200, .for_end_users = true});
  response.cookie(forget_link_cookie(LinkPurpose::kManage));
  co_return response;
}

}  // namespace patchbay::web
