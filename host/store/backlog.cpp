#include "store/backlog.h"

#include "store/row_helpers.h"

namespace patchbay::store {
namespace {

constexpr std::int64_t kMinuteMs = 60'000;
constexpr std::int64_t kHourMs = 60 * kMinuteMs;
constexpr std::int64_t kMostLines = 20;

Result<> read_accounts(Database& db, Backlog& out) {
  PATCHBAY_TRY_ASSIGN(const auto states,
                      db.query("SELECT status, count(*) FROM accounts GROUP BY status"));
  for (const auto& row : states) {
    out.accounts += row.integer(1);
    if (row.text(0) == "active") out.active = row.integer(1);
    if (row.text(0) == "inactive") out.suspended = row.integer(1);
  }
  PATCHBAY_TRY_ASSIGN(
      const auto errors,
      db.query("SELECT connector_id, reason_code, count(*), max(status_changed), min(id) "
               "FROM accounts WHERE status = 'error' GROUP BY connector_id, reason_code "
               "ORDER BY count(*) DESC, connector_id, reason_code LIMIT ?",
               {kMostLines}));
  for (const auto& row : errors) {
    Backlog::Errors found{row.text(0),    row.text(1), row.integer(2),
                          row.integer(3), row.text(4), {}};
    PATCHBAY_TRY_ASSIGN(const auto example,
                        db.query("SELECT reason_text FROM accounts WHERE id = ?", {found.example}));
    if (!example.empty()) found.reason_text = example.front().text(0);
    out.errors.push_back(std::move(found));
  }
  return {};
}

Result<> read_work(Database& db, std::int64_t now_ms, Backlog& out) {
  PATCHBAY_TRY_ASSIGN(
      const auto late,
      db.query("SELECT count(*), min(next_refresh) FROM accounts WHERE status = 'active' AND "
               "next_refresh > 0 AND next_refresh < ?",
               {now_ms - kMinuteMs}));
  out.late_refreshes = late.front().integer(0);
  out.latest_refresh_due = integer_or_0(late.front(), 1);
  PATCHBAY_TRY_ASSIGN(
      const auto waiting,
      db.query("SELECT count(*), min(created) FROM revocations WHERE attempts > 0"));
  out.revocations = waiting.front().integer(0);
  out.oldest_revocation = integer_or_0(waiting.front(), 1);
  PATCHBAY_TRY_ASSIGN(const auto oldest,
                      db.query("SELECT last_error FROM revocations WHERE attempts > 0 ORDER BY "
                               "created, id LIMIT 1"));
  if (!oldest.empty()) out.last_revocation_error = oldest.front().text(0);
  PATCHBAY_TRY_ASSIGN(
      out.stuck_flows,
      single_integer(db.query("SELECT count(*) FROM flows WHERE updated < ?", {now_ms - kHourMs})));
  return {};
}

Result<> read_endpoints(Database& db, Backlog& out) {
  PATCHBAY_TRY_ASSIGN(const auto rows,
                      db.query("SELECT id, url, active, failing_since, last_error FROM "
                               "webhook_endpoints WHERE failing_since > 0 ORDER BY failing_since, "
                               "id LIMIT ?",
                               {kMostLines}));
  for (const auto& row : rows)
    out.endpoints.push_back({row.text(0), row.text(1), row.flag(2), row.integer(3), row.text(4)});
  return {};
}

Result<> read_connectors(Database& db, Backlog& out) {
  PATCHBAY_TRY_ASSIGN(const auto rows,
                      db.query("SELECT connector_id FROM accounts UNION "
                               "SELECT connector_id FROM integrations ORDER BY 1"));
  for (const auto& row : rows) out.connectors.push_back(row.text(0));
  return {};
}

}  // namespace

Result<Backlog> read_backlog(Database& db, std::int64_t now_ms) {
  Backlog out;
  PATCHBAY_TRY(read_accounts(db, out));
  PATCHBAY_TRY(read_work(db, now_ms, out));
  PATCHBAY_TRY(read_endpoints(db, out));
  PATCHBAY_TRY(read_connectors(db, out));
  return out;
}

}  // namespace patchbay::store
