#include "web/account_pages.h"

#include "accounts/flow_export.h"
#include "api/request_logs.h"
#include "base/encoding.h"
#include "base/log.h"
#include "explain/explain.h"
#include "explain/facts.h"
#include "web/account_view.h"
#include "web/connect_access.h"
#include "web/explain_view.h"
#include "web/operator_routes.h"

namespace patchbay::web {
void AccountPages::add_routes(net::Router& router) {
  OperatorRoutes<AccountPages> routes(router, site_, *this);
  routes.get("/app/accounts/{id}", &AccountPages::show);
  routes.get("/app/accounts/{id}/unlink", &AccountPages::ask_unlink, store::Role::kOperator);
  routes.post("/app/accounts/{id}/unlink", &AccountPages::unlink);
  routes.post("/app/accounts/{id}/suspend", &AccountPages::suspend);
  routes.post("/app/accounts/{id}/resume", &AccountPages::resume);
  routes.post("/app/accounts/{id}/refresh", &AccountPages::refresh);
  routes.post("/app/accounts/{id}/reconnect", &AccountPages::reconnect);
  routes.post("/app/accounts/{id}/permissions/check", &AccountPages::check_permissions);
  routes.post("/app/accounts/{id}/flows/{flow}", &AccountPages::export_flow, store::Role::kAdmin);
}

net::Task<net::Response> AccountPages::show(net::Request& request, const Site::Session& session) {
  const Language& language = language_of(request);
  co_await site_.options.api.logs().flush();
  const auto facts = co_await explain::gather(site_.options.services, site_.options.accounts,
                                              session.project_id, std::string(request.param("id")));
  if (!facts) co_return site_.error(request, facts.error(), &session);
  const auto& detail = facts->detail;
  auto flows = co_await accounts::kept_flows(site_.options.services, session.project_id,
                                             detail.account.connector_id);
  if (!flows) co_return site_.error(request, flows.error(), &session);
  std::vector<store::Flow> own;
  std::vector<store::Flow> others;
  for (auto& flow : *flows) {
    if (flow.account_id == detail.account.id)
      own.push_back(std::move(flow));
    else if (session.may(store::Role::kAdmin))
      others.push_back(std::move(flow));
  }
  View view = account_page(detail, site_.now(), language);
  put_trouble(view, explain::explain(*facts, site_.now()), language);
  put_kept_flows(view, own, others, site_.now(), language);
  site_.put_flash(view, session);
  const bool sandboxed =
      detail.connector && is_sandboxed(*detail.connector->manifest, site_.options.overridden_hosts);
  co_return site_.page(request, {.template_name = "account",
                                 .title = detail.account.owner_name,
                                 .view = std::move(view),
                                 .nav = Nav::kAccounts,
                                 .session = &session,
                                 .sandboxed = sandboxed});
}

net::Response AccountPages::back(const net::Request& request, const Site::Session& session,
                                 std::string_view text_id,
                                 const std::optional<Error>& error) const {
  if (error && error->code == ErrorCode::kNotFound) return site_.error(request, *error, &session);
  return site_.go_with_flash(session, "/app/accounts/" + percent_encode(request.param("id")),
                             language_of(request).text(text_id), error);
}

net::Task<net::Response> AccountPages::suspend(net::Request& request,
                                               const Site::Session& session) {
  const auto changed = co_await site_.options.accounts.suspend(
      session.project_id, std::string(request.param("id")), operator_asks(request, session));
  if (!changed) co_return back(request, session, "account.not_suspended", changed.error());
  co_return back(request, session, "account.now_suspended");
}

net::Task<net::Response> AccountPages::resume(net::Request& request, const Site::Session& session) {
  const auto changed = co_await site_.options.accounts.resume(
      session.project_id, std::string(request.param("id")), operator_asks(request, session));
  if (!changed) co_return back(request, session, "account.not_resumed", changed.error());
  co_return back(request, session, "account.now_resumed");
}

net::Task<net::Response> AccountPages::refresh(net::Request& request,
                                               const Site::Session& session) {
  const auto done =
      co_await site_.options.accounts.refresh(session.project_id, std::string(request.param("id")));
  if (!done) co_return back(request, session, "account.not_refreshed", done.error());
  co_return back(request, session, "account.now_refreshed");
}

net::Task<net::Response> AccountPages::check_permissions(net::Request& request,
                                                         const Site::Session& session) {
  auto& accounts = site_.options.accounts;
  const std::string& project = session.project_id;
  const std::string id(request.param("id"));
  const auto account = co_await accounts.get(project, id);
  if (!account) co_return site_.error(request, account.error(), &session);
  const auto begun = site_.now();
  if (!checks_.begin(id, begun))
    co_return site_.go_with_flash(session, "/app/accounts/" + percent_encode(id),
                                  language_of(request).text("account.just_checked"));
  const auto done =
      co_await accounts.check_permissions(project, id, operator_asks(request, session));
  if (!done) co_return back(request, session, "account.not_checked", done.error());
  const auto now = co_await accounts.get(project, id);
  if (!now) co_return site_.error(request, now.error(), &session);
  const auto found = accounts::granted_from_json(now->granted, now->granted_known);
  co_return back(request, session,
                 found.checked >= begun ? "account.now_checked" : "account.partly_checked");
}

net::Task<net::Response> AccountPages::reconnect(net::Request& request,
                                                 const Site::Session& session) {
  const auto account =
      co_await site_.options.accounts.get(session.project_id, std::string(request.param("id")));
  if (!account) co_return site_.error(request, account.error(), &session);
  auto made = co_await site_.options.accounts.create_session(accounts::reconnect_request(*account));
  if (!made) co_return back(request, session, "account.not_reconnected", made.error());
  net::Response response = net::redirect("/connect");
  response.cookie(connect_cookie(request, made->token.reveal()));
  co_return response;
}

net::Task<net::Response> AccountPages::export_flow(net::Request& request,
                                                   const Site::Session& session) {
  const std::string id(request.param("flow"));
  const auto made = co_await accounts::export_flow(site_.options.services, session.project_id, id,
                                                   operator_asks(request, session));
  if (!made) co_return back(request, session, "account.not_exported", made.error());
  net::Response response = net::json(made->text);
  response.with("Content-Disposition", "attachment; filename=\"flow.json\"");
  co_return response;
}

net::Task<net::Response> AccountPages::ask_unlink(net::Request& request,
                                                  const Site::Session& session) {
  const Language& language = language_of(request);
  const auto detail =
      co_await site_.options.accounts.detail(session.project_id, std::string(request.param("id")));
  if (!detail) co_return site_.error(request, detail.error(), &session);
  View view = account_page(*detail, site_.now(), language);
  const auto provider = detail->connector ? detail->connector->manifest->texts.plain(
                                                language.tag(), detail->connector->manifest->name)
                                          : detail->account.connector_id;
  const manifest::TextArguments arguments{{"provider", provider},
                                          {"owner", detail->account.owner_name}};
  view.html("intro_html", language.rich("unlink.intro", arguments))
      .text("revokes", language.text("unlink.revokes", arguments))
      .text("provider_stays", language.text("unlink.provider_stays", arguments));
  co_return site_.page(request, {.template_name = "unlink",
                                 .title = language.text("unlink.title"),
                                 .view = std::move(view),
                                 .nav = Nav::kAccounts,
                                 .session = &session});
}

net::Task<net::Response> AccountPages::unlink(net::Request& request, const Site::Session& session) {
  const auto gone = co_await site_.options.accounts.unlink(
      session.project_id, std::string(request.param("id")), operator_asks(request, session));
  if (!gone) co_return back(request, session, "account.not_unlinked", gone.error());
  log::info("web", "account_unlinked", {{"account", gone->id}});
  co_return site_.go_with_flash(
      session, "/app/accounts",
      language_of(request).text("account.now_unlinked", {{"owner", gone->owner_name}}));
}

}  // namespace patchbay::web
