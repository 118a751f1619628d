#include "api/request_logs.h"

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

#include "api/redaction.h"
#include "base/json.h"
#include "base/log.h"

namespace patchbay::api {
namespace {

using namespace std::chrono_literals;

constexpr auto kWriteEvery = 500ms;
constexpr std::size_t kMostAtOnce = 500;

store::StepLog step_row(const actions::ProviderStep& step, std::string id, std::int64_t number) {
  return {std::move(id), number,       step.method,
          step.host,     step.path,    static_cast<std::int64_t>(step.status),
          step.error,    step.started, step.duration_ms};
}

std::int64_t as_number(std::size_t count) {
  return static_cast<std::int64_t>(count);
}

std::string redacted(std::string_view body) {
  return redacted_json(body, actions::kMaxTracedBody);
}

}  // namespace

std::string bodies_json(const LoggedRequest& request) {
  json::Writer out;
  out.begin_object()
      .key("request")
      .raw(redacted(request.request_body))
      .key("response")
      .raw(redacted(request.response_body))
      .key("steps")
      .begin_array();
  for (const auto& step : request.trace.steps)
    out.begin_object()
        .key("request")
        .raw(redacted(step.request_body))
        .key("response")
        .raw(redacted(step.response_body))
        .end_object();
  return out.end_array().end_object().take();
}

Result<SecretString> open_bodies(const vault::Vault& vault, const store::RequestLog& log) {
  if (log.sealed_bodies.empty()) return SecretString("{}");
  return vault.open(log.sealed_bodies,
                    {store::kLoggedBodiesTable, log.project_id, log.id, "bodies", 0});
}

RequestLogs::RequestLogs(const accounts::Services& services, LogBodies bodies)
    : services_(services),
      bodies_(bodies),
      ticker_(services.loops, kWriteEvery, [this] { return flush(); }) {}

void RequestLogs::start() {
  ticker_.start();
}

void RequestLogs::stop() {
  ticker_.stop();
  services_.loops.block_on(flush());
}

void RequestLogs::record(LoggedRequest request) {
  const std::lock_guard lock(mutex_);
  if (waiting_.size() < kMostWaiting)
    waiting_.push_back(std::move(request));
  else
    ++lost_;
}

std::deque<LoggedRequest> RequestLogs::take() {
  const std::lock_guard lock(mutex_);
  std::deque<LoggedRequest> taken;
  const auto some = std::min(kMostAtOnce, waiting_.size());
  for (std::size_t i = 0; i < some; ++i) {
    taken.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
  }
  return taken;
}

void RequestLogs::put_back(std::deque<LoggedRequest> requests) {
  const std::lock_guard lock(mutex_);
  std::move(requests.rbegin(), requests.rend(), std::front_inserter(waiting_));
}

store::RequestLog RequestLogs::row_of(const LoggedRequest& request) const {
  store::RequestLog row = request.row;
  row.id = services_.random.id("log_");
  for (const auto& step : request.trace.steps)
    row.steps.push_back(step_row(step, services_.random.id("stp_"),
                                 static_cast<std::int64_t>(row.steps.size()) + 1));
  const auto bodies = bodies_.load();
  const bool keep = bodies == LogBodies::kAll || (bodies == LogBodies::kErrors && !row.succeeded());
  if (!keep) return row;
  auto sealed = services_.vault.seal(
      bodies_json(request), {store::kLoggedBodiesTable, row.project_id, row.id, "bodies", 0});
  if (sealed)
    row.sealed_bodies = *std::move(sealed);
  else
    log::error("request_log", "bodies_not_kept", {{"error", sealed.error().message}});
  return row;
}

Task<> RequestLogs::flush() {
  for (auto taken = take(); !taken.empty(); taken = take()) {
    std::vector<store::RequestLog> rows;
    rows.reserve(taken.size());
    for (const auto& request : taken) rows.push_back(row_of(request));
    const auto written = co_await services_.store.transact(
        [rows = std::move(rows)](store::Database& db) -> Result<> {
          for (const auto& row : rows) PATCHBAY_TRY(store::request_logs_table::insert(db, row));
          return {};
        });
    if (!written) {
      log::warning("request_log", "not_written",
                   {{"error", written.error().message}, {"requests", as_number(taken.size())}});
      // Not after a lost commit (rather lost than there twice), nor what it will never take.
      if (written.error().code == ErrorCode::kStorage) put_back(std::move(taken));
      co_return;
    }
  }
  std::size_t lost = 0;
  {
    const std::lock_guard lock(mutex_);
    lost = std::exchange(lost_, 0);
  }
  if (lost > 0) log::warning("request_log", "lost", {{"requests", as_number(lost)}});
}

}  // namespace patchbay::api
