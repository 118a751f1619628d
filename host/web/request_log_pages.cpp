#include "web/request_log_pages.h"

#include <algorithm>

#include "api/request_logs.h"
#include "base/encoding.h"
#include "web/account_view.h"
#include "web/connector_view.h"
#include "web/number_in.h"
#include "web/operator_routes.h"
#include "web/request_log_view.h"

namespace patchbay::web {
namespace {

namespace logs = store::request_logs_table;

constexpr std::int64_t kRowsPerPage = 25;
constexpr std::int64_t kMostPages = 1000;

struct Asked {
  std::string outcome;  // "failed", "done"; anything else: both
  std::string action;
  std::int64_t page = 1;
  std::int64_t newest_seq = 0;  // later pages show what was there for the first

  static Asked of(const net::Params& query) {
    return {query.get_or("outcome", ""), query.get_or("action", ""),
            std::min(number_in(query, "page", 1), kMostPages), number_in(query, "upto", 0)};
  }
  [[nodiscard]] store::LogFilter filter() const {
    store::LogFilter filter;
    if (!action.empty()) filter.action_ids = {action};
    if (outcome == "failed") filter.succeeded = false;
    if (outcome == "done") filter.succeeded = true;
    filter.newest_seq = newest_seq;
    filter.offset = (page - 1) * kRowsPerPage;
    filter.limit = kRowsPerPage;
    return filter;
  }
  [[nodiscard]] std::string link(std::int64_t to_page) const {
    return "?outcome=" + percent_encode(outcome) + "&action=" + percent_encode(action) +
           "&page=" + std::to_string(to_page) + "&upto=" + std::to_string(newest_seq);
  }
};

}  // namespace

struct RequestLogPages::Rows {
  std::vector<store::RequestLog> logs;
  std::int64_t newest_seq = 0;
  bool more = false;
};

void RequestLogPages::add_routes(net::Router& router) {
  OperatorRoutes<RequestLogPages> routes(router, site_, *this);
  routes.get("/app/accounts/{id}/requests", &RequestLogPages::list);
  routes.get("/app/accounts/{id}/requests/{log}", &RequestLogPages::show);
}

// One row more than the page has tells whether there is another page.
net::Task<Result<RequestLogPages::Rows>> RequestLogPages::read(store::LogFilter filter) {
  co_await site_.options.api.logs().flush();
  co_return co_await site_.options.store.read(
      [filter = std::move(filter)](store::Database& db) mutable -> Result<Rows> {
        Rows rows;
        if (filter.newest_seq == 0) {
          PATCHBAY_TRY_ASSIGN(filter.newest_seq, logs::newest_seq(db, filter.project_id));
        }
        rows.newest_seq = filter.newest_seq;
        const auto wanted = static_cast<std::size_t>(filter.limit++);
        PATCHBAY_TRY_ASSIGN(rows.logs, logs::list(db, filter));
        rows.more = rows.logs.size() > wanted;
        if (rows.more) rows.logs.pop_back();
        return rows;
      });
}

net::Task<net::Response> RequestLogPages::list(net::Request& request,
                                               const Site::Session& session) {
  const Language& language = language_of(request);
  const auto account =
      co_await site_.options.accounts.get(session.project_id, std::string(request.param("id")));
  if (!account) co_return site_.error(request, account.error(), &session);
  Asked asked = Asked::of(request.query);
  auto filter = asked.filter();
  filter.project_id = session.project_id;
  filter.account_ids = {account->id};
  const auto rows = co_await read(std::move(filter));
  if (!rows) co_return site_.error(request, rows.error(), &session);
  asked.newest_seq = rows->newest_seq;

  const auto connector = site_.options.services.registry.find(account->connector_id);
  const auto* manifest = manifest_of(connector);
  std::vector<View> lines;
  for (const auto& log : rows->logs)
    lines.push_back(logged_request_view(log, manifest, site_.now(), language));
  const bool filtered = !asked.outcome.empty() || !asked.action.empty();
  View view = account_head(*account, manifest, language);
  view.flag("at_requests", true)
      .flag("none", lines.empty() && !filtered)
      .flag("none_found", lines.empty() && filtered)
      .flag("has_rows", !lines.empty())
      .flag("filtered", filtered)
      .flag("only_failed", asked.outcome == "failed")
      .flag("only_done", asked.outcome == "done")
      .list("rows", std::move(lines))
      .list("actions", logged_action_options(manifest, asked.action, language))
      .flag("has_pages", asked.page > 1 || rows->more)
      .text("page_text", language.text("requests.page", {{"page", std::to_string(asked.page)}}))
      .text("previous", asked.page > 1 ? asked.link(asked.page - 1) : "")
      .text("next", rows->more && asked.page < kMostPages ? asked.link(asked.page + 1) : "");
  co_return site_.page(request, {.template_name = "requests",
                                 .title = language.text("requests.title"),
                                 .view = std::move(view),
                                 .nav = Nav::kAccounts,
                                 .session = &session});
}

net::Task<Result<store::RequestLog>> RequestLogPages::find(std::string project_id,
                                                           std::string account_id, std::string id) {
  co_await site_.options.api.logs().flush();
  co_return co_await site_.options.store.read(
      [project = std::move(project_id), account_id = std::move(account_id),
       id = std::move(id)](store::Database& db) -> Result<store::RequestLog> {
        PATCHBAY_TRY_ASSIGN(auto found, logs::get(db, project, id));
        if (found.account_id != account_id)
          return make_error(ErrorCode::kNotFound, "This account has no such request in the log.");
        PATCHBAY_TRY_ASSIGN(found.steps, logs::steps_of(db, found.id));
        return found;
      });
}

net::Task<net::Response> RequestLogPages::show(net::Request& request,
                                               const Site::Session& session) {
  const Language& language = language_of(request);
  const auto account =
      co_await site_.options.accounts.get(session.project_id, std::string(request.param("id")));
  if (!account) co_return site_.error(request, account.error(), &session);
  auto log = co_await find(session.project_id, account->id, std::string(request.param("log")));
  if (!log) co_return site_.error(request, log.error(), &session);
  if (!session.may(store::Role::kAdmin)) log->sealed_bodies.clear();
  const auto text = api::open_bodies(site_.options.services.vault, *log);
  if (!text) co_return site_.error(request, text.error(), &session);
  const auto bodies = json::Document::parse(text->reveal(), {.max_bytes = text->size()});
  if (!bodies) co_return site_.error(request, bodies.error(), &session);

  const auto connector = site_.options.services.registry.find(account->connector_id);
  View view = account_head(*account, manifest_of(connector), language);
  put_logged_request(view, *log, manifest_of(connector), bodies->root(), site_.now(), language);
  co_return site_.page(request, {.template_name = "request",
                                 .title = language.text("requests.one"),
                                 .view = std::move(view),
                                 .nav = Nav::kAccounts,
                                 .session = &session,
                                 .secret = !log->sealed_bodies.empty()});
}

}  // namespace patchbay::web
