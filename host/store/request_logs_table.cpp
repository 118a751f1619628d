#include "store/request_logs_table.h"

#include "store/row_helpers.h"
#include "store/sealed_columns.h"

namespace patchbay::store::request_logs_table {
namespace {

constexpr std::string_view kRequest =
    "r.seq, r.id, r.project_id, r.request_id, r.source, r.api_key_id, r.source_ip, r.account_id, "
    "r.owner_id, r.connector_id, r.action_id, r.method, r.path, r.status, r.error, r.started, "
    "r.duration_ms";
constexpr std::size_t kRequestColumns = 17;
constexpr std::string_view kStep =
    "s.id, s.number, s.method, s.host, s.path, s.status, s.error, s.started, s.duration_ms";

RequestLog request_from(const Row& row) {
  RequestLog log;
  log.seq = row.integer(0);
  log.id = row.text(1);
  log.project_id = row.text(2);
  log.request_id = row.text(3);
  log.source = row.text(4);
  log.api_key_id = row.text(5);
  log.source_ip = row.text(6);
  log.account_id = row.text(7);
  log.owner_id = row.text(8);
  log.connector_id = row.text(9);
  log.action_id = row.text(10);
  log.method = row.text(11);
  log.path = row.text(12);
  log.status = row.integer(13);
  log.error = row.text(14);
  log.started = row.integer(15);
  log.duration_ms = row.integer(16);
  return log;
}

StepLog step_from(const Row& row, std::size_t at) {
  return {row.text(at),     row.integer(at + 1), row.text(at + 2),
          row.text(at + 3), row.text(at + 4),    row.integer(at + 5),
          row.text(at + 6), row.integer(at + 7), row.integer(at + 8)};
}

// Conditions and their values, as they are put together.
struct Query {
  std::string where;
  std::vector<Param> params;

  Query& and_is(const std::string& condition, Param value) {
    where += " AND " + condition;
    params.push_back(value);
    return *this;
  }
  template <class Values>
  void and_in(std::string_view column, const Values& values) {
    if (values.empty()) return;
    where.append(" AND ").append(column).append(" IN (").append(placeholders(values.size())) += ")";
    for (const auto& value : values) params.emplace_back(value);
  }
};

// `of` is the alias of the rows that are listed: r or s.
Query conditions(const LogFilter& filter, const std::string& of) {
  Query query{"r.project_id = ?", {filter.project_id}};
  query.and_in("r.account_id", filter.account_ids);
  query.and_in("r.action_id", filter.action_ids);
  query.and_in("r.connector_id", filter.connector_ids);
  query.and_in("r.request_id", filter.request_ids);
  query.and_in("r.source", filter.sources);
  query.and_in(of + ".method", filter.methods);
  query.and_in(of + ".status", filter.statuses);
  const std::string is_success = "(" + of + ".status > 0 AND " + of + ".status < 400)";
  if (filter.succeeded) query.where += (*filter.succeeded ? " AND " : " AND NOT ") + is_success;
  if (filter.newest_seq > 0) query.and_is("r.seq <= ?", filter.newest_seq);
  if (filter.from > 0) query.and_is(of + ".started >= ?", filter.from);
  if (filter.until > 0) query.and_is(of + ".started < ?", filter.until);
  return query;
}

std::string order_by(const LogFilter& filter, const std::string& of) {
  const std::string direction = filter.descending ? " DESC" : " ASC";
  std::string out = " ORDER BY ";
  switch (filter.order) {
    case LogOrder::kTime:
      break;
    case LogOrder::kDuration:
      out += of + ".duration_ms" + direction + ", ";
      break;
    case LogOrder::kStatus:
      out += of + ".status" + direction + ", ";
      break;
    case LogOrder::kProvider:
      out += "r.connector_id" + direction + ", ";
      break;
  }
  out += "r.seq" + direction;
  if (of == "s") out += ", s.number" + direction;
  return out + " LIMIT ? OFFSET ?";
}

Result<void> insert_step(Database& db, const RequestLog& log, const StepLog& step) {
  PATCHBAY_TRY(
      db.execute("INSERT INTO step_logs (id, request_log_id, number, method, host, path, status, "
                 "error, started, duration_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                 {step.id, log.id, step.number, step.method, step.host, step.path, step.status,
                  step.error, step.started, step.duration_ms}));
  return {};
}

}  // namespace

Result<void> insert(Database& db, const RequestLog& log) {
  PATCHBAY_TRY(db.execute(
      "INSERT INTO request_logs (id, project_id, request_id, source, api_key_id, source_ip, "
      "account_id, owner_id, connector_id, action_id, method, path, status, error, started, "
      "duration_ms) VALUES (?, ?, ?, ?, ?, ?, ?, "
      "coalesce((SELECT owner_id FROM accounts WHERE id = ? AND project_id = ?), ''), "
      "coalesce((SELECT connector_id FROM accounts WHERE id = ? AND project_id = ?), ''), "
      "?, ?, ?, ?, ?, ?, ?)",
      {log.id, log.project_id, log.request_id, log.source, log.api_key_id, log.source_ip,
       log.account_id, log.account_id, log.project_id, log.account_id, log.project_id,
       log.action_id, log.method, log.path, log.status, log.error, log.started, log.duration_ms}));
  for (const auto& step : log.steps) PATCHBAY_TRY(insert_step(db, log, step));
  if (log.sealed_bodies.empty()) return {};
  PATCHBAY_TRY(db.execute(
      "INSERT INTO logged_bodies (id, project_id, sealed, data_key_id) "
      "VALUES (?, ?, ?, ?)",
      {log.id, log.project_id, BlobView{log.sealed_bodies}, data_key_of(log.sealed_bodies)}));
  return {};
}

Result<std::vector<RequestLog>> list(Database& db, const LogFilter& filter) {
  Query query = conditions(filter, "r");
  query.params.emplace_back(filter.limit);
  query.params.emplace_back(filter.offset);
  return all_rows(db.query("SELECT " + std::string(kRequest) + " FROM request_logs r WHERE " +
                               query.where + order_by(filter, "r"),
                           query.params),
                  request_from);
}

Result<std::vector<StepOfRequest>> list_steps(Database& db, const LogFilter& filter) {
  Query query = conditions(filter, "s");
  query.params.emplace_back(filter.limit);
  query.params.emplace_back(filter.offset);
  return all_rows(
      db.query("SELECT " + std::string(kRequest) + ", " + std::string(kStep) +
                   " FROM step_logs s JOIN request_logs r ON r.id = s.request_log_id WHERE " +
                   query.where + order_by(filter, "s"),
               query.params),
      [](const Row& row) {
        return StepOfRequest{request_from(row), step_from(row, kRequestColumns)};
      });
}

Result<RequestLog> get(Database& db, std::string_view project_id, std::string_view id) {
  return required(
      first_row(db.query("SELECT " + std::string(kRequest) +
                             ", b.sealed FROM request_logs r LEFT JOIN logged_bodies b "
                             "ON b.id = r.id WHERE r.project_id = ? AND "
                             "(r.id = ? OR r.request_id = ?) ORDER BY r.seq DESC LIMIT 1",
                         {project_id, id, id}),
                [](const Row& row) {
                  RequestLog log = request_from(row);
                  log.sealed_bodies = row.optional_text(kRequestColumns).value_or("");
                  return log;
                }),
      "request in the log");
}

Result<std::vector<StepLog>> steps_of(Database& db, std::string_view log_id) {
  return all_rows(db.query("SELECT " + std::string(kStep) +
                               " FROM step_logs s WHERE s.request_log_id = ? ORDER BY s.number",
                           {log_id}),
                  [](const Row& row) { return step_from(row, 0); });
}

Result<std::int64_t> newest_seq(Database& db, std::string_view project_id) {
  return single_integer(db.query(
      "SELECT coalesce(max(seq), 0) FROM request_logs WHERE project_id = ?", {project_id}));
}

Result<std::int64_t> prune(Database& db, std::int64_t started_before_ms) {
  return db.execute("DELETE FROM request_logs WHERE started < ?", {started_before_ms});
}

}  // namespace patchbay::store::request_logs_table
