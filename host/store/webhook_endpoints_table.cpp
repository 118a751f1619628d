#include "store/webhook_endpoints_table.h"

#include "store/row_helpers.h"
#include "store/sealed_columns.h"

namespace patchbay::store::webhook_endpoints_table {
namespace {

const std::string kColumns =
    "id, project_id, url, description, events, active, created, next_attempt, claimed_until, "
    "failing_since, last_status, last_error";
const std::string kSelect = "SELECT " + kColumns + " FROM webhook_endpoints ";

WebhookEndpoint from(const Row& row) {
  WebhookEndpoint out;
  out.id = row.text(0);
  out.project_id = row.text(1);
  out.url = row.text(2);
  out.description = row.text(3);
  out.events = row.text(4);
  out.active = row.integer(5) != 0;
  out.created = row.integer(6);
  out.next_attempt = row.integer(7);
  out.claimed_until = row.integer(8);
  out.failing_since = row.integer(9);
  out.last_status = row.integer(10);
  out.last_error = row.text(11);
  return out;
}

}  // namespace

Result<void> insert(Database& db, const WebhookEndpoint& e) {
  PATCHBAY_TRY(db.execute(
      "INSERT INTO webhook_endpoints (" + kColumns + ") VALUES (" + placeholders(12) + ")",
      {e.id, e.project_id, e.url, e.description, e.events, e.active, e.created, e.next_attempt,
       e.claimed_until, e.failing_since, e.last_status, e.last_error}));
  return {};
}

Result<std::optional<WebhookEndpoint>> find(Database& db, std::string_view project_id,
                                            std::string_view id) {
  return first_row(db.query(kSelect + "WHERE project_id = ? AND id = ?", {project_id, id}), from);
}

Result<std::vector<WebhookEndpoint>> list(Database& db, std::string_view project_id) {
  return all_rows(db.query(kSelect + "WHERE project_id = ? ORDER BY created, id", {project_id}),
                  from);
}

Result<void> change(Database& db, const WebhookEndpoint& e) {
  return require_changed(
      db.execute("UPDATE webhook_endpoints SET url = ?, description = ?, events = ?, active = ?, "
                 "next_attempt = 0 WHERE project_id = ? AND id = ?",
                 {e.url, e.description, e.events, e.active, e.project_id, e.id}),
      "webhook");
}

Result<void> remove(Database& db, std::string_view project_id, std::string_view id) {
  return require_changed(
      db.execute("DELETE FROM webhook_endpoints WHERE project_id = ? AND id = ?", {project_id, id}),
      "webhook");
}

Result<std::vector<WebhookEndpoint>> claim_due(Database& db, std::int64_t now_ms,
                                               std::int64_t until_ms, std::int64_t limit) {
  const std::string sql =
      "WITH due AS MATERIALIZED (SELECT id FROM webhook_endpoints WHERE active = 1 AND "
      "next_attempt <= ? AND claimed_until <= ? AND EXISTS (SELECT 1 FROM webhook_deliveries "
      "WHERE state = 0 AND endpoint_id = webhook_endpoints.id) ORDER BY next_attempt, id LIMIT ? " +
      std::string(db.dialect().skip_locked) +
      ") UPDATE webhook_endpoints SET claimed_until = ? WHERE id IN (SELECT id FROM due) "
      "RETURNING " +
      kColumns;
  return all_rows(db.query(sql, {now_ms, now_ms, limit, until_ms}), from);
}

Result<bool> renew_claim(Database& db, std::string_view id, std::int64_t claim,
                         std::int64_t until_ms) {
  PATCHBAY_TRY_ASSIGN(const auto changed,
                      db.execute("UPDATE webhook_endpoints SET claimed_until = ? WHERE id = ? AND "
                                 "claimed_until = ?",
                                 {until_ms, id, claim}));
  return changed == 1;
}

Result<bool> end_claim(Database& db, const WebhookEndpoint& e, std::int64_t claim) {
  PATCHBAY_TRY_ASSIGN(
      const auto changed,
      db.execute(
          "UPDATE webhook_endpoints SET claimed_until = 0, next_attempt = ?, "
          "failing_since = ?, last_status = ?, last_error = ?, "
          "active = CASE WHEN ? = 1 THEN active ELSE 0 END "
          "WHERE id = ? AND claimed_until = ?",
          {e.next_attempt, e.failing_since, e.last_status, e.last_error, e.active, e.id, claim}));
  return changed == 1;
}

Result<void> insert_secret(Database& db, const WebhookSecret& s) {
  PATCHBAY_TRY(db.execute(
      "INSERT INTO webhook_secrets (id, endpoint_id, project_id, sealed, data_key_id, created, "
      "expires) VALUES (" +
          placeholders(7) + ")",
      {s.id, s.endpoint_id, s.project_id, BlobView{s.sealed}, data_key_of(s.sealed), s.created,
       s.expires}));
  return {};
}

Result<std::vector<WebhookSecret>> secrets(Database& db, std::string_view endpoint_id,
                                           std::int64_t now_ms) {
  return all_rows(
      db.query("SELECT id, endpoint_id, project_id, sealed, created, expires FROM webhook_secrets "
               "WHERE endpoint_id = ? AND (expires = 0 OR expires > ?) "
               "ORDER BY CASE WHEN expires = 0 THEN 0 ELSE 1 END, expires DESC",
               {endpoint_id, now_ms}),
      [](const Row& row) {
        return WebhookSecret{row.text(0), row.text(1),    row.text(2),
                             row.text(3), row.integer(4), row.integer(5)};
      });
}

Result<void> retire_secrets(Database& db, std::string_view endpoint_id, std::int64_t now_ms,
                            std::int64_t expires_ms) {
  PATCHBAY_TRY(db.execute(
      "DELETE FROM webhook_secrets WHERE endpoint_id = ? AND expires <> 0 AND expires <= ?",
      {endpoint_id, now_ms}));
  PATCHBAY_TRY(
      db.execute("UPDATE webhook_secrets SET expires = ? WHERE endpoint_id = ? AND expires = 0",
                 {expires_ms, endpoint_id}));
  return {};
}

}  // namespace patchbay::store::webhook_endpoints_table
