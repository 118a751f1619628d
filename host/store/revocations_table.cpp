#include "store/revocations_table.h"

#include "store/row_helpers.h"
#include "store/sealed_columns.h"

namespace patchbay::store::revocations_table {
namespace {

const std::string kColumns =
    "id, project_id, account_id, connector_id, environment, auth_method, sealed_payload, reason, "
    "attempts, next_attempt, give_up_at, created, last_error";

const std::string kSelect = "SELECT " + kColumns + " FROM revocations ";

Revocation from(const Row& row) {
  Revocation out;
  out.id = row.text(0);
  out.project_id = row.text(1);
  out.account_id = row.text(2);
  out.connector_id = row.text(3);
  out.environment = row.text(4);
  out.auth_method = row.text(5);
  out.sealed_payload = row.text(6);
  out.reason = row.text(7);
  out.attempts = row.integer(8);
  out.next_attempt = row.integer(9);
  out.give_up_at = row.integer(10);
  out.created = row.integer(11);
  out.last_error = row.text(12);
  return out;
}

}  // namespace

Result<void> enqueue(Database& db, const Revocation& r) {
  PATCHBAY_TRY(
      db.execute("INSERT INTO revocations (id, project_id, account_id, connector_id, environment, "
                 "auth_method, sealed_payload, data_key_id, reason, attempts, next_attempt, "
                 "give_up_at, created, "
                 "last_error) VALUES (" +
                     placeholders(14) + ")",
                 {r.id, r.project_id, r.account_id, r.connector_id, r.environment, r.auth_method,
                  BlobView{r.sealed_payload}, data_key_of(r.sealed_payload), r.reason, r.attempts,
                  r.next_attempt, r.give_up_at, r.created, r.last_error}));
  return {};
}

Result<std::vector<Revocation>> due(Database& db, std::int64_t now_ms, std::int64_t limit) {
  return all_rows(db.query(kSelect + "WHERE next_attempt <= ? ORDER BY next_attempt, id LIMIT ?",
                           {now_ms, limit}),
                  from);
}

Result<std::vector<Revocation>> claim_due(Database& db, std::int64_t now_ms, std::int64_t until_ms,
                                          std::int64_t limit) {
  const std::string sql =
      "WITH due AS MATERIALIZED (SELECT id FROM revocations WHERE next_attempt <= ? "
      "ORDER BY next_attempt, id LIMIT ? " +
      std::string(db.dialect().skip_locked) +
      ") UPDATE revocations SET next_attempt = ? WHERE id IN (SELECT id FROM due) RETURNING " +
      kColumns;
  return all_rows(db.query(sql, {now_ms, limit, until_ms}), from);
}

Result<std::optional<std::int64_t>> next_due(Database& db) {
  return first_row(db.query("SELECT next_attempt FROM revocations ORDER BY next_attempt LIMIT 1"),
                   [](const Row& row) { return row.integer(0); });
}

Result<std::optional<Revocation>> find(Database& db, std::string_view id) {
  return first_row(db.query(kSelect + "WHERE id = ?", {id}), from);
}

Result<std::vector<Revocation>> list_of_account(Database& db, std::string_view project_id,
                                                std::string_view account_id, std::int64_t limit) {
  return all_rows(db.query(kSelect + "WHERE project_id = ? AND account_id = ? "
                                     "ORDER BY created, id LIMIT ?",
                           {project_id, account_id, limit}),
                  [](const Row& row) {
                    auto revocation = from(row);
                    revocation.sealed_payload.clear();
                    return revocation;
                  });
}

Result<void> reschedule(Database& db, std::string_view id, std::int64_t next_attempt_ms,
                        std::string_view last_error) {
  PATCHBAY_TRY(
      db.execute("UPDATE revocations SET attempts = attempts + 1, next_attempt = ?, "
                 "last_error = ? WHERE id = ?",
                 {next_attempt_ms, last_error, id}));
  return {};
}

Result<void> finish(Database& db, std::string_view id) {
  PATCHBAY_TRY(db.execute("DELETE FROM revocations WHERE id = ?", {id}));
  return {};
}

}  // namespace patchbay::store::revocations_table
