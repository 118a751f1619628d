#include "store/accounts_table.h"

#include "store/account_listing.h"
#include "store/change_sequence_table.h"
#include "store/row_helpers.h"

namespace patchbay::store::accounts_table {
namespace {

const std::string kColumns =
    "id, project_id, integration_id, connector_id, connector_version, environment, "
    "auth_method, owner_id, owner_name, username, label, metadata, type, status, reason_code, "
    "reason_text, status_changed, fields, granted, granted_known, facts, generation, created, "
    "updated, last_used, next_refresh";

const std::string kSelect = "SELECT " + kColumns + " FROM accounts ";

// A refresh that failed, or of which nobody knows what came, is looked at again as soon as it may
// be: the account's row does not say any more that it was in error. Takes the time four times.
const std::string kResume =
    "UPDATE accounts SET status = 'active', reason_code = '', reason_text = '', "
    "status_changed = ?, updated = ?, next_refresh = coalesce((SELECT CASE WHEN l.retry_at > ? "
    "THEN l.retry_at ELSE ? END FROM refresh_leases l WHERE l.account_id = accounts.id AND "
    "l.generation = accounts.generation AND (l.last_error <> '' OR l.presented > 0)), "
    "next_refresh) ";

Account from(const Row& row) {
  Account out;
  out.id = row.text(0);
  out.project_id = row.text(1);
  out.integration_id = row.text(2);
  out.connector_id = row.text(3);
  out.connector_version = row.text(4);
  out.environment = row.text(5);
  out.auth_method = row.text(6);
  out.owner_id = row.text(7);
  out.owner_name = row.text(8);
  out.username = row.text(9);
  out.label = row.text(10);
  out.metadata = row.text(11);
  out.type = account_type_from(row.text(12)).value_or(AccountType::kProduction);
  out.status = account_status_from(row.text(13)).value_or(AccountStatus::kError);
  out.reason_code = row.text(14);
  out.reason_text = row.text(15);
  out.status_changed = row.integer(16);
  out.fields = row.text(17);
  out.granted = row.text(18);
  out.granted_known = row.flag(19);
  out.facts = row.text(20);
  out.generation = row.integer(21);
  out.created = row.integer(22);
  out.updated = row.integer(23);
  out.last_used = row.integer(24);
  out.next_refresh = row.integer(25);
  return out;
}

}  // namespace

Result<void> insert(Database& db, const Account& a, bool multiple) {
  std::string slot;
  if (multiple) {
    PATCHBAY_TRY_ASSIGN(const auto taken,
                        db.query("SELECT 1 FROM accounts WHERE project_id = ? AND "
                                 "connector_id = ? AND owner_id = ? AND slot = ''",
                                 {a.project_id, a.connector_id, a.owner_id}));
    if (!taken.empty()) slot = a.id;
  }
  PATCHBAY_TRY(db.execute(
      "INSERT INTO accounts (id, project_id, integration_id, connector_id, connector_version, "
      "environment, auth_method, owner_id, slot, owner_name, username, label, metadata, type, "
      "status, reason_code, reason_text, status_changed, fields, granted, granted_known, facts, "
      "generation, created, updated, last_used, next_refresh) VALUES (" +
          placeholders(27) + ")",
      {a.id,           a.project_id,        a.integration_id,
       a.connector_id, a.connector_version, a.environment,
       a.auth_method,  a.owner_id,          slot,
       a.owner_name,   a.username,          a.label,
       a.metadata,     to_string(a.type),   to_string(a.status),
       a.reason_code,  a.reason_text,       a.status_changed,
       a.fields,       a.granted,           a.granted_known,
       a.facts,        a.generation,        a.created,
       a.updated,      a.last_used,         a.next_refresh}));
  return {};
}

Result<std::optional<Account>> find(Database& db, std::string_view project_id,
                                    std::string_view id) {
  return first_row(db.query(kSelect + "WHERE project_id = ? AND id = ?", {project_id, id}), from);
}

Result<std::optional<Account>> find_any(Database& db, std::string_view id) {
  return first_row(db.query(kSelect + "WHERE id = ?", {id}), from);
}

Result<std::optional<Account>> find_by_owner(Database& db, std::string_view project_id,
                                             std::string_view connector_id,
                                             std::string_view owner_id) {
  return first_row(
      db.query(kSelect + "WHERE project_id = ? AND connector_id = ? AND owner_id = ? "
                         "ORDER BY CASE WHEN slot = '' THEN 0 ELSE 1 END, created, id LIMIT 1",
               {project_id, connector_id, owner_id}),
      from);
}

Result<std::vector<Account>> list(Database& db, const AccountFilter& filter) {
  PATCHBAY_TRY_ASSIGN(const auto page, listing_of(filter));
  return all_rows(
      db.query(kSelect + "WHERE id IN (" + page.sql + ") ORDER BY created, id", page.params), from);
}

Result<std::int64_t> count(Database& db, const AccountFilter& filter) {
  PATCHBAY_TRY_ASSIGN(const auto counted, account_count_of(filter));
  return single_integer(db.query(counted.sql, counted.params));
}

Result<std::vector<Account>> claim_due(Database& db, std::int64_t now_ms, std::int64_t until_ms,
                                       std::int64_t limit) {
  const std::string sql =
      "WITH due AS MATERIALIZED (SELECT id FROM accounts WHERE status = 'active' AND "
      "next_refresh > 0 AND next_refresh <= ? ORDER BY next_refresh LIMIT ? " +
      std::string(db.dialect().skip_locked) +
      ") UPDATE accounts SET next_refresh = ? WHERE id IN (SELECT id FROM due) RETURNING " +
      kColumns;
  return all_rows(db.query(sql, {now_ms, limit, until_ms}), from);
}

Result<void> update_details(Database& db, std::string_view project_id, std::string_view id,
                            const AccountDetails& details, std::int64_t now_ms) {
  // A changed owner takes the account's slot along: '' stays '', so a second one conflicts.
  const std::optional<std::string> type =
      details.type ? std::optional(std::string(to_string(*details.type))) : std::nullopt;
  return require_changed(
      db.execute("UPDATE accounts SET owner_id = coalesce(?, owner_id), "
                 "owner_name = coalesce(?, owner_name), username = coalesce(?, username), "
                 "label = coalesce(?, label), metadata = coalesce(?, metadata), "
                 "type = coalesce(?, type), updated = ? WHERE project_id = ? AND id = ?",
                 {details.owner_id, details.owner_name, details.username, details.label,
                  details.metadata, type, now_ms, project_id, id}),
      "account");
}

Result<void> lock(Database& db, std::string_view id) {
  PATCHBAY_TRY(db.execute("UPDATE accounts SET status = status WHERE id = ?", {id}));
  return {};
}

Result<void> suspend(Database& db, std::string_view project_id, std::string_view id,
                     std::string_view reason_text, std::int64_t now_ms) {
  PATCHBAY_TRY(required(find(db, project_id, id), "account"));
  PATCHBAY_TRY(db.execute(
      "UPDATE accounts SET status = 'inactive', reason_code = 'suspended', reason_text = ?, "
      "status_changed = ?, updated = ? WHERE project_id = ? AND id = ? AND status <> 'inactive'",
      {reason_text, now_ms, now_ms, project_id, id}));
  PATCHBAY_TRY(change_sequence_table::bump(db));
  return {};
}

Result<void> resume(Database& db, std::string_view project_id, std::string_view id,
                    std::int64_t now_ms) {
  PATCHBAY_TRY(required(find(db, project_id, id), "account"));
  PATCHBAY_TRY(db.execute(kResume + "WHERE project_id = ? AND id = ? AND status = 'inactive'",
                          {now_ms, now_ms, now_ms, now_ms, project_id, id}));
  PATCHBAY_TRY(change_sequence_table::bump(db));
  return {};
}

Result<std::vector<Account>> suspend_all(Database& db, std::string_view integration_id,
                                         std::string_view reason_code, std::string_view reason_text,
                                         std::int64_t now_ms) {
  PATCHBAY_TRY(change_sequence_table::bump(db));
  return all_rows(
      db.query("UPDATE accounts SET status = 'inactive', reason_code = ?, reason_text = ?, "
               "status_changed = ?, updated = ? WHERE integration_id = ? AND status <> 'inactive' "
               "RETURNING " +
                   kColumns,
               {reason_code, reason_text, now_ms, now_ms, integration_id}),
      from);
}

Result<std::vector<Account>> resume_all(Database& db, std::string_view integration_id,
                                        std::string_view reason_code, std::int64_t now_ms) {
  PATCHBAY_TRY(change_sequence_table::bump(db));
  return all_rows(
      db.query(
          kResume +
              "WHERE integration_id = ? AND status = 'inactive' AND reason_code = ? RETURNING " +
              kColumns,
          {now_ms, now_ms, now_ms, now_ms, integration_id, reason_code}),
      from);
}

Result<bool> set_error(Database& db, std::string_view id, std::int64_t generation,
                       std::string_view reason_code, std::string_view reason_text,
                       std::int64_t now_ms) {
  PATCHBAY_TRY_ASSIGN(
      const auto changed,
      db.execute("UPDATE accounts SET status = 'error', reason_code = ?, reason_text = ?, "
                 "status_changed = ?, updated = ? "
                 "WHERE id = ? AND generation = ? AND status <> 'inactive' "
                 "AND NOT (status = 'error' AND reason_code = ?)",
                 {reason_code, reason_text, now_ms, now_ms, id, generation, reason_code}));
  return changed == 1;
}

Result<bool> replace_granted(Database& db, std::string_view id, std::string_view before,
                             std::string_view after) {
  PATCHBAY_TRY_ASSIGN(const auto changed,
                      db.execute("UPDATE accounts SET granted = ? WHERE id = ? AND granted = ? AND "
                                 "status <> 'inactive'",
                                 {after, id, before}));
  return changed == 1;
}

Result<void> set_next_refresh(Database& db, std::string_view id, std::int64_t next_refresh_ms) {
  return require_changed(
      db.execute("UPDATE accounts SET next_refresh = ? WHERE id = ?", {next_refresh_ms, id}),
      "account");
}

Result<void> record_use(Database& db, std::string_view id, std::int64_t used_ms) {
  PATCHBAY_TRY(db.execute("UPDATE accounts SET last_used = ? WHERE id = ? AND last_used < ?",
                          {used_ms, id, used_ms}));
  return {};
}

Result<void> remove(Database& db, std::string_view project_id, std::string_view id) {
  PATCHBAY_TRY(require_changed(
      db.execute("DELETE FROM accounts WHERE project_id = ? AND id = ?", {project_id, id}),
      "account"));
  PATCHBAY_TRY(change_sequence_table::bump(db));
  return {};
}

}  // namespace patchbay::store::accounts_table
