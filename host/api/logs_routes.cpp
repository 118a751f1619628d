// GET /requests/logs, /requests/logs/{id} and /requests/logs/steps: what was asked of providers,
// and what came of it. GET /requests/platform-logs: the same requests as the hub itself saw them.
#include <algorithm>

#include "api/api.h"
#include "api/log_query.h"
#include "api/query_list.h"
#include "base/iso_time.h"
#include "base/json.h"
#include "base/optional_members.h"

namespace patchbay::api {
namespace {

namespace logs = store::request_logs_table;

bool wants_steps(const net::Request& request) {
  const auto included = query_list(request.query, "include");
  return std::ranges::find(included, "step_logs") != included.end();
}

// What rows of both kinds have, in the words of StackOne's clients.
void write_times(json::Writer& out, std::int64_t started, std::int64_t duration_ms) {
  out.member("start_time", iso_time(started))
      .member("end_time", iso_time(started + duration_ms))
      .member("duration", duration_ms);
}

// The row itself, or a step of it; without its end.
void begin_row(json::Writer& out, const std::string& id, const store::RequestLog& request) {
  out.begin_object()
      .member("id", id)
      .member("request_id", request.request_id)
      .member("project_id", request.project_id)
      .member("account_id", request.account_id)
      .member("is_worker", false);
  write_text_or_null(out, "provider", request.connector_id);
  write_text_or_null(out, "action", request.action_id);
}

void write_step(json::Writer& out, const store::RequestLog& request, const store::StepLog& step) {
  begin_row(out, step.id, request);
  out.member("http_method", step.method)
      .member("url", "https://" + step.host + step.path)
      .member("path", step.path)
      .member("success", step.succeeded());
  out.key("status");
  if (step.status > 0)
    out.integer(step.status);
  else
    out.null();
  write_text_or_null(out, "error", step.error);
  write_times(out, step.started, step.duration_ms);
  out.end_object();
}

// What was asked, how it went, and who asked.
void write_call(json::Writer& out, const store::RequestLog& log) {
  out.member("http_method", log.method)
      .member("path", log.path)
      .member("status", log.status)
      .member("success", log.succeeded())
      .member("source_type", log.source)
      .member("source_id", log.api_key_id)
      .member("source_ip", log.source_ip)
      .member("event_datetime", iso_time(log.started));
}

// Without its end.
void begin_request(json::Writer& out, const store::RequestLog& log) {
  begin_row(out, log.id, log);
  write_text_or_null(out, "origin_owner_id", log.owner_id);
  write_call(out, log);
  write_text_or_null(out, "error", log.error);
  write_times(out, log.started, log.duration_ms);
}

// Null, or not told, is what this hub has no word for.
void write_platform_row(json::Writer& out, const store::RequestLog& log) {
  out.begin_object()
      .member("request_id", log.request_id)
      .member("project_id", log.project_id)
      .member("account_id", log.account_id);
  write_text_or_null(out, "action", log.action_id);
  write_call(out, log);
  for (const auto* const name :
       {"category", "resource", "sub_resource", "child_resource", "source_value", "url"})
    out.key(name).null();
  write_times(out, log.started, log.duration_ms);
  out.end_object();
}

void write_steps(json::Writer& out, const store::RequestLog& log) {
  out.key("step_requests").begin_array();
  for (const auto& step : log.steps) write_step(out, log, step);
  out.end_array();
}

// As request_logs.h seals them; null where none are kept.
void write_bodies(json::Writer& out, const store::RequestLog& log, const json::Value& bodies) {
  out.key("request")
      .begin_object()
      .member("id", log.request_id)
      .member("method", log.method)
      .key("headers")
      .begin_object()
      .end_object()
      .key("body")
      .value(bodies.get("request"))
      .end_object();
  out.key("response")
      .begin_object()
      .member("status_code", log.status)
      .key("headers")
      .begin_object()
      .end_object()
      .key("body")
      .value(bodies.get("response"))
      .end_object();
  out.key("step_bodies").value(bodies.get("steps"));
}

template <class Row>
struct Page {
  std::vector<Row> rows;
  std::string next;
};

// One row more than the page has is asked for, and only what was there for the first page.
template <class Row, class List>
Result<Page<Row>> read_page(store::Database& db, store::LogFilter filter, List list) {
  if (filter.newest_seq == 0) {
    PATCHBAY_TRY_ASSIGN(filter.newest_seq, logs::newest_seq(db, filter.project_id));
  }
  auto wanted = filter;
  ++wanted.limit;
  Page<Row> page;
  PATCHBAY_TRY_ASSIGN(page.rows, list(db, wanted));
  if (std::ssize(page.rows) <= filter.limit) return page;
  page.rows.pop_back();
  page.next = next_log_page(filter);
  return page;
}

}  // namespace

Task<net::Response> Api::list_request_logs(net::Request& request, const Caller& caller) {
  auto filter = read_log_query(request.query, caller.project_id);
  if (!filter) co_return error(request, api_error(filter.error()));
  co_await logs_.flush();
  const bool of_platform = request.path == "/requests/platform-logs";
  const bool with_steps = !of_platform && wants_steps(request);
  const auto page = co_await options_.services.store.read(
      [filter = *filter, with_steps](store::Database& db) -> Result<Page<store::RequestLog>> {
        PATCHBAY_TRY_ASSIGN(auto found, read_page<store::RequestLog>(db, filter, logs::list));
        if (!with_steps) return found;
        for (auto& log : found.rows) {
          PATCHBAY_TRY_ASSIGN(log.steps, logs::steps_of(db, log.id));
        }
        return found;
      });
  if (!page) co_return error(request, api_error(page.error()));
  json::Writer out;
  out.begin_object().key("data").begin_array();
  for (const auto& log : page->rows) {
    if (of_platform) {
      write_platform_row(out, log);
      continue;
    }
    begin_request(out, log);
    if (with_steps) write_steps(out, log);
    out.end_object();
  }
  out.end_array();
  write_text_or_null(out, "next", page->next);
  co_return net::json(out.end_object().take());
}

Task<net::Response> Api::list_step_logs(net::Request& request, const Caller& caller) {
  auto filter = read_log_query(request.query, caller.project_id);
  if (!filter) co_return error(request, api_error(filter.error()));
  co_await logs_.flush();
  const auto page = co_await options_.services.store.read([filter = *filter](store::Database& db) {
    return read_page<store::StepOfRequest>(db, filter, logs::list_steps);
  });
  if (!page) co_return error(request, api_error(page.error()));
  json::Writer out;
  out.begin_object().key("data").begin_array();
  for (const auto& row : page->rows) write_step(out, row.request, row.step);
  out.end_array();
  write_text_or_null(out, "next", page->next);
  co_return net::json(out.end_object().take());
}

Task<net::Response> Api::get_request_log(net::Request& request, const Caller& caller) {
  co_await logs_.flush();
  const auto& services = options_.services;
  const auto log = co_await services.store.read(
      [project = caller.project_id,
       id = std::string(request.param("id"))](store::Database& db) -> Result<store::RequestLog> {
        PATCHBAY_TRY_ASSIGN(auto found, logs::get(db, project, id));
        PATCHBAY_TRY_ASSIGN(found.steps, logs::steps_of(db, found.id));
        return found;
      });
  if (!log) co_return error(request, api_error(log.error()));
  const auto plain = open_bodies(services.vault, *log);
  if (!plain) co_return error(request, api_error(plain.error()));
  const auto bodies = json::Document::parse(plain->reveal(), {.max_bytes = plain->size()});
  if (!bodies) co_return error(request, api_error(bodies.error()));
  json::Writer out;
  out.begin_object().key("data");
  begin_request(out, *log);
  write_steps(out, *log);
  write_bodies(out, *log, bodies->root());
  co_return net::json(out.end_object().end_object().take());
}

}  // namespace patchbay::api
