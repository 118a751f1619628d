#include "web/account_list_pages.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "base/encoding.h"
#include "store/account_credentials.h"
#include "store/integrations_table.h"
#include "web/account_view.h"
#include "web/connector_view.h"
#include "web/manifest_text.h"
#include "web/number_in.h"
#include "web/operator_routes.h"
#include "web/search_text.h"

namespace patchbay::web {
namespace {

constexpr std::string_view kHome = "/app/accounts";
constexpr std::size_t kRowsPerPage = 50;
constexpr std::int64_t kMostPages = 1000;
constexpr std::size_t kMostAtOnce = kRowsPerPage;
constexpr std::int64_t kMostMsAtOnce = 60'000;  // after that the rest is left as it is
constexpr std::size_t kMostFailuresTold = 5;
constexpr std::array<std::string_view, 3> kChanges = {"suspend", "resume", "refresh"};
constexpr std::array kStatuses = {store::AccountStatus::kActive, store::AccountStatus::kInactive,
                                  store::AccountStatus::kError};

std::vector<View> status_options(std::string_view selected, const Language& language) {
  std::vector<View> options;
  for (const auto status : kStatuses) {
    const std::string word(to_string(status));
    options.push_back(View()
                          .text("value", word)
                          .text("label", language.text("status." + word))
                          .flag("selected", word == selected));
  }
  return options;
}

// Names the first few that failed, each with why.
struct Summary {
  std::int64_t done = 0;
  std::int64_t left = 0;  // for want of time
  std::vector<std::string> failures = {};

  [[nodiscard]] std::optional<Error> error(const Language& language) const {
    if (failures.empty() && left == 0) return std::nullopt;
    std::string text;
    for (std::size_t i = 0; i < std::min(failures.size(), kMostFailuresTold); ++i)
      text += (text.empty() ? "" : " ") + failures[i];
    if (failures.size() > kMostFailuresTold)
      text += " " + language.count("accounts.more_failures",
                                   static_cast<std::int64_t>(failures.size() - kMostFailuresTold));
    if (left > 0) text += " " + language.count("accounts.left_undone", left);
    return make_error(ErrorCode::kUnavailable, std::move(text));
  }
};

}  // namespace

struct AccountListPages::Asked {
  std::string text;  // lower case
  std::string status;
  std::string provider;
  std::size_t page = 1;

  static Asked of(const net::Params& query) {
    return {search_text(query.get_or("q", "")), query.get_or("status", ""),
            query.get_or("provider", ""),
            static_cast<std::size_t>(std::min(number_in(query, "page", 1), kMostPages))};
  }
  [[nodiscard]] bool filters() const {
    return !text.empty() || !status.empty() || !provider.empty();
  }
  [[nodiscard]] store::AccountFilter filter(std::string project_id) const {
    store::AccountFilter filter;
    filter.project_id = std::move(project_id);
    filter.limit = store::AccountFilter::kMaxLimit;
    for (const auto one : kStatuses) {
      if (status == to_string(one)) filter.statuses = {one};
    }
    if (!provider.empty()) filter.connector_ids = {provider};
    return filter;
  }
  [[nodiscard]] std::string link(std::size_t number) const {
    return std::string(kHome) + "?page=" + std::to_string(number) + "&q=" + percent_encode(text) +
           "&status=" + percent_encode(status) + "&provider=" + percent_encode(provider);
  }
};

struct AccountListPages::Facts {
  std::map<std::string, std::int64_t> expiry;                 // by account
  std::map<std::string, std::optional<std::string>> actions;  // by integration
};

void AccountListPages::add_routes(net::Router& router) {
  OperatorRoutes<AccountListPages> routes(router, site_, *this);
  routes.get("/app/accounts", &AccountListPages::list);
  routes.post("/app/accounts", &AccountListPages::change_many);
}

net::Task<Result<AccountListPages::Facts>> AccountListPages::read_facts(
    std::string project_id, std::vector<std::string> account_ids) {
  co_return co_await site_.options.store.read(
      [ids = std::move(account_ids),
       project = std::move(project_id)](store::Database& db) -> Result<Facts> {
        Facts read;
        PATCHBAY_TRY_ASSIGN(const auto integrations, store::integrations_table::list(db, project));
        for (const auto& integration : integrations)
          read.actions.emplace(integration.id, integration.allowed_actions);
        for (const auto& id : ids) {
          PATCHBAY_TRY_ASSIGN(const auto tokens, store::account_credentials::tokens(db, id));
          std::vector<accounts::TokenInfo> infos;
          for (const auto& token : tokens)
            infos.push_back({token.name, token.minted, token.expires});
          read.expiry.emplace(id, first_expiry(infos));
        }
        return read;
      });
}

std::vector<View> AccountListPages::provider_options(std::string_view selected,
                                                     const Language& language) const {
  std::vector<View> options;
  std::set<std::string> seen;
  for (const auto& connector : site_.options.registry.list()) {
    if (!connector->manifest || !seen.insert(connector->id).second) continue;
    options.push_back(View()
                          .text("value", connector->id)
                          .text("label", provider_name(*connector->manifest, language))
                          .flag("selected", connector->id == selected));
  }
  return options;
}

net::Task<net::Response> AccountListPages::list(net::Request& request,
                                                const Site::Session& session) {
  const Language& language = language_of(request);
  const Asked asked = Asked::of(request.query);
  const auto filter = asked.filter(session.project_id);
  auto all = co_await site_.options.accounts.list(filter);
  if (!all) co_return site_.error(request, all.error(), &session);

  std::vector<AccountRow> found;
  for (const auto& account : *all) {
    AccountRow row{account, {}, 0, site_.options.registry.find(account.connector_id)};
    if (account_search_text(row, language).find(asked.text) != std::string::npos)
      found.push_back(std::move(row));
  }
  const std::size_t pages =
      std::max<std::size_t>(1, (found.size() + kRowsPerPage - 1) / kRowsPerPage);
  const std::size_t number = std::min(asked.page, pages);
  const std::size_t first = (number - 1) * kRowsPerPage;
  const std::size_t last = std::min(found.size(), first + kRowsPerPage);

  std::vector<std::string> ids;
  for (std::size_t i = first; i < last; ++i) ids.push_back(found[i].account.id);
  auto facts = co_await read_facts(session.project_id, std::move(ids));
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
  view.flag("none", all->empty() && !asked.filters())
      .flag("none_found", asked.filters() && found.empty())
      .flag("has_rows", !rows.empty())
      .list("rows", std::move(rows))
      .text("filter", request.query.get_or("q", ""))
      .flag("filtered", asked.filters())
      .list("statuses", status_options(asked.status, language))
      .list("providers", provider_options(asked.provider, language))
      .text("count", language.count("accounts.count", static_cast<std::int64_t>(found.size())))
      .flag("truncated", all->size() == static_cast<std::size_t>(filter.limit))
      .flag("has_pages", pages > 1)
      .text("page_text", language.text("accounts.page", {{"page", std::to_string(number)},
                                                         {"pages", std::to_string(pages)}}))
      .text("previous", number > 1 ? asked.link(number - 1) : "")
      .text("next", number < pages ? asked.link(number + 1) : "");
  co_return site_.page(request, {.template_name = "accounts",
                                 .title = language.text("accounts.title"),
                                 .view = std::move(view),
                                 .nav = Nav::kAccounts,
                                 .session = &session});
}

net::Task<net::Response> AccountListPages::change_many(net::Request& request,
                                                       const Site::Session& session,
                                                       net::Params& form) {
  const Language& language = language_of(request);
  const auto told = [&](std::string_view text_id) {
    return site_.go_with_flash(session, kHome, language.text(text_id),
                               make_error(ErrorCode::kInvalidArgument, ""));
  };
  const std::string what = form.get_or("do", "");
  if (std::ranges::find(kChanges, what) == kChanges.end()) co_return told("accounts.not_done");
  store::AccountFilter filter;
  filter.project_id = session.project_id;
  for (const auto id : form.get_all("account")) filter.account_ids.emplace_back(id);
  if (filter.account_ids.empty()) co_return told("accounts.none_chosen");
  if (filter.account_ids.size() > kMostAtOnce) co_return told("accounts.too_many");
  filter.limit = kMostAtOnce;
  auto chosen = co_await site_.options.accounts.list(filter);
  if (!chosen) co_return site_.error(request, chosen.error(), &session);
  if (chosen->empty()) co_return told("accounts.none_chosen");
  if (form.get("confirmed") != "yes") co_return ask(request, session, what, *chosen);
  co_return co_await carry_out(request, session, what, *std::move(chosen));
}

net::Response AccountListPages::ask(const net::Request& request, const Site::Session& session,
                                    std::string_view what,
                                    const std::vector<store::Account>& accounts) const {
  const Language& language = language_of(request);
  std::vector<View> rows;
  for (const auto& account : accounts) {
    const auto connector = site_.options.registry.find(account.connector_id);
    rows.push_back(account_head(account, manifest_of(connector), language));
  }
  const std::string texts = "accounts." + std::string(what);
  const auto title = language.count(texts + "_title", static_cast<std::int64_t>(accounts.size()));
  View view;
  view.text("headline", title)
      .text("means", language.text(texts + "_means"))
      .text("confirm", language.text(texts + "_confirm"))
      .text("what", what)
      .flag("strong", what == "suspend")
      .list("rows", std::move(rows));
  return site_.page(request, {.template_name = "accounts_change",
                              .title = title,
                              .view = std::move(view),
                              .nav = Nav::kAccounts,
                              .session = &session});
}

net::Task<Result<>> AccountListPages::change_one(const net::Request& request,
                                                 const Site::Session& session,
                                                 std::string_view what, std::string account_id) {
  auto& accounts = site_.options.accounts;
  const std::string& project = session.project_id;
  if (what == "refresh") co_return co_await accounts.refresh(project, std::move(account_id));
  const auto who = operator_asks(request, session);
  if (what == "suspend") {
    PATCHBAY_CO_TRY(co_await accounts.suspend(project, std::move(account_id), who));
  } else {
    PATCHBAY_CO_TRY(co_await accounts.resume(project, std::move(account_id), who));
  }
  co_return Result<>();
}

// One after the other: a provider is not asked for many tokens at once.
net::Task<net::Response> AccountListPages::carry_out(const net::Request& request,
                                                     const Site::Session& session,
                                                     std::string_view what,
                                                     std::vector<store::Account> accounts) {
  const Language& language = language_of(request);
  const auto end = site_.now() + kMostMsAtOnce;
  Summary summary;
  for (const auto& account : accounts) {
    if (site_.now() > end) {
      ++summary.left;
      continue;
    }
    const auto done = co_await change_one(request, session, what, account.id);
    if (done)
      ++summary.done;
    else
      summary.failures.push_back(account.owner_name + ": " + done.error().message);
  }
  co_return site_.go_with_flash(
      session, kHome, language.count("accounts." + std::string(what) + "_done", summary.done),
      summary.error(language));
}

}  // namespace patchbay::web
