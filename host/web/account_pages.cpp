#include "web/account_pages.h"

#include <algorithm>
#include <charconv>
#include <map>

#include "base/encoding.h"
#include "base/log.h"
#include "store/account_credentials.h"
#include "store/integrations_table.h"
#include "web/account_view.h"
#include "web/connect_access.h"
#include "web/operator_routes.h"

namespace patchbay::web {
namespace {

constexpr std::size_t kRowsPerPage = 50;

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  }
  return out;
}

std::size_t page_number(const net::Request& request) {
  const std::string text = request.query.get_or("page", "1");
  std::size_t number = 1;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return std::clamp<std::size_t>(number, 1, 1000);
}

std::string page_link(std::string_view filter, std::size_t number) {
  std::string link = "/app/accounts?page=" + std::to_string(number);
  if (!filter.empty()) link += "&q=" + percent_encode(filter);
  return link;
}

// What the table needs besides the accounts: when tokens run out, and what integrations allow.
struct RowFacts {
  std::map<std::string, std::int64_t> expiry;                 // by account
  std::map<std::string, std::optional<std::string>> actions;  // by integration
};

}  // namespace

void AccountPages::add_routes(net::Router& router) {
  OperatorRoutes<AccountPages> routes(router, site_, *this);
  routes.get("/app/accounts", &AccountPages::list);
  routes.get("/app/accounts/{id}", &AccountPages::show);
  routes.get("/app/accounts/{id}/unlink", &AccountPages::ask_unlink, store::Role::kOperator);
  routes.post("/app/accounts/{id}/unlink", &AccountPages::unlink);
  routes.post("/app/accounts/{id}/suspend", &AccountPages::suspend);
  routes.post("/app/accounts/{id}/resume", &AccountPages::resume);
  routes.post("/app/accounts/{id}/refresh", &AccountPages::refresh);
  routes.post("/app/accounts/{id}/reconnect", &AccountPages::reconnect);
}

net::Task<net::Response> AccountPages::list(net::Request& request, const Site::Session& session) {
  const Language& language = language_of(request);
  store::AccountFilter filter;
  filter.project_id = site_.options.project_id;
  filter.limit = store::AccountFilter::kMaxLimit;
  auto all = co_await site_.options.accounts.list(filter);
  if (!all) co_return site_.error(request, all.error(), &session);
  const bool truncated = all->size() == static_cast<std::size_t>(filter.limit);

  std::vector<AccountRow> found;
  const std::string wanted = lower(request.query.get_or("q", ""));
  for (const auto& account : *all) {
    AccountRow row{account, {}, 0, site_.options.registry.find(account.connector_id)};
    if (account_search_text(row, language).find(wanted) != std::string::npos) {
      found.push_back(std::move(row));
    }
  }
  const std::size_t pages =
      std::max<std::size_t>(1, (found.size() + kRowsPerPage - 1) / kRowsPerPage);
  const std::size_t number = std::min(page_number(request), pages);
  const std::size_t first = (number - 1) * kRowsPerPage;
  const std::size_t last = std::min(found.size(), first + kRowsPerPage);

  std::vector<std::string> ids;
  for (std::size_t i = first; i < last; ++i) ids.push_back(found[i].account.id);
  auto facts = co_await site_.options.store.read(
      [ids, project = site_.options.project_id](store::Database& db) -> Result<RowFacts> {
        RowFacts read;
        PATCHBAY_TRY_ASSIGN(const auto integrations, store::integrations_table::list(db, project));
        for (const auto& integration : integrations) {
          read.actions.emplace(integration.id, integration.allowed_actions);
        }
        for (const auto& id : ids) {
          PATCHBAY_TRY_ASSIGN(const auto tokens, store::account_credentials::tokens(db, id));
          std::vector<accounts::TokenInfo> infos;
          for (const auto& token : tokens)
            infos.push_back({token.name, token.minted, token.expires});
          read.expiry.emplace(id, first_expiry(infos));
        }
        return read;
      });
  if (!facts) co_return site_.error(request, facts.error(), &session);

  std::vector<View> rows;
  for (std::size_t i = first; i < last; ++i) {
    AccountRow& row = found[i];
    row.expires = facts->expiry[row.account.id];
    if (row.connector) {
      const auto& manifest = *row.connector->manifest;
      row.permissions = accounts::permission_report(
          manifest, accounts::allowed_actions(manifest, facts->actions[row.account.integration_id]),
          accounts::granted_from_json(row.account.granted, row.account.granted_known));
    }
    rows.push_back(account_row(row, site_.now(), language));
  }
  View view;
  site_.put_flash(view, session);
  view.flag("none", all->empty())
      .flag("none_found", !all->empty() && found.empty())
      .flag("has_rows", !rows.empty())
      .list("rows", std::move(rows))
      .text("filter", request.query.get_or("q", ""))
      .text("count", language.count("accounts.count", static_cast<std::int64_t>(found.size())))
      .flag("truncated", truncated)
      .flag("has_pages", pages > 1)
      .text("page_text", language.text("accounts.page", {{"page", std::to_string(number)},
                                                         {"pages", std::to_string(pages)}}))
      .text("previous", number > 1 ? page_link(wanted, number - 1) : "")
      .text("next", number < pages ? page_link(wanted, number + 1) : "");
  co_return site_.page(request, {.template_name = "accounts",
                                 .title = language.text("accounts.title"),
                                 .view = std::move(view),
                                 .nav = Nav::kAccounts,
                                 .session = &session});
}

net::Task<net::Response> AccountPages::show(net::Request& request, const Site::Session& session) {
  const Language& language = language_of(request);
  const auto detail = co_await site_.options.accounts.detail(site_.options.project_id,
                                                             std::string(request.param("id")));
  if (!detail) co_return site_.error(request, detail.error(), &session);
  View view = account_page(*detail, site_.now(), language);
  site_.put_flash(view, session);
  const bool sandboxed = detail->connector &&
                         is_sandboxed(*detail->connector->manifest, site_.options.overridden_hosts);
  co_return site_.page(request, {.template_name = "account",
                                 .title = detail->account.owner_name,
                                 .view = std::move(view),
                                 .nav = Nav::kAccounts,
                                 .session = &session,
                                 .sandboxed = sandboxed});
}

net::Response AccountPages::back(const net::Request& request, const Site::Session& session,
                                 std::string_view text_id,
                                 const std::optional<Error>& error) const {
  return site_.go_with_flash(session, "/app/accounts/" + percent_encode(request.param("id")),
                             language_of(request).text(text_id), error);
}

net::Task<net::Response> AccountPages::suspend(net::Request& request,
                                               const Site::Session& session) {
  const auto changed = co_await site_.options.accounts.suspend(
      site_.options.project_id, std::string(request.param("id")), operator_asks(request, session));
  if (!changed) co_return back(request, session, "account.not_suspended", changed.error());
  co_return back(request, session, "account.now_suspended");
}

net::Task<net::Response> AccountPages::resume(net::Request& request, const Site::Session& session) {
  const auto changed = co_await site_.options.accounts.resume(
      site_.options.project_id, std::string(request.param("id")), operator_asks(request, session));
  if (!changed) co_return back(request, session, "account.not_resumed", changed.error());
  co_return back(request, session, "account.now_resumed");
}

net::Task<net::Response> AccountPages::refresh(net::Request& request,
                                               const Site::Session& session) {
  const auto done = co_await site_.options.accounts.refresh(site_.options.project_id,
                                                            std::string(request.param("id")));
  if (!done) co_return back(request, session, "account.not_refreshed", done.error());
  co_return back(request, session, "account.now_refreshed");
}

net::Task<net::Response> AccountPages::reconnect(net::Request& request,
                                                 const Site::Session& session) {
  const auto account = co_await site_.options.accounts.get(site_.options.project_id,
                                                           std::string(request.param("id")));
  if (!account) co_return site_.error(request, account.error(), &session);
  auto made = co_await site_.options.accounts.create_session(accounts::reconnect_request(*account));
  if (!made) co_return back(request, session, "account.not_reconnected", made.error());
  net::Response response = net::redirect("/connect");
  response.cookie(connect_cookie(request, made->token.reveal()));
  co_return response;
}

net::Task<net::Response> AccountPages::ask_unlink(net::Request& request,
                                                  const Site::Session& session) {
  const Language& language = language_of(request);
  const auto detail = co_await site_.options.accounts.detail(site_.options.project_id,
                                                             std::string(request.param("id")));
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
      site_.options.project_id, std::string(request.param("id")), operator_asks(request, session));
  if (!gone) {
    if (gone.error().code == ErrorCode::kNotFound) {
      co_return site_.error(request, gone.error(), &session);
    }
    co_return back(request, session, "account.not_unlinked", gone.error());
  }
  log::info("web", "account_unlinked", {{"account", gone->id}});
  co_return site_.go_with_flash(
      session, "/app/accounts",
      language_of(request).text("account.now_unlinked", {{"owner", gone->owner_name}}));
}

}  // namespace patchbay::web
