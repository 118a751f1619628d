#include "store/connect_sessions_table.h"

#include "store/row_helpers.h"

namespace patchbay::store::connect_sessions_table {
namespace {

const std::string kSelect =
    "SELECT number, id, project_id, token_hash, owner_id, owner_name, username, connector_id, "
    "integration_id, account_id, multiple, type, label, metadata, categories, created, expires, "
    "status, result_account_id, passed_on_by FROM connect_sessions ";

std::string_view to_string(SessionStatus status) {
  switch (status) {
    case SessionStatus::kOpen:
      return "open";
    case SessionStatus::kUsed:
      return "used";
    case SessionStatus::kCancelled:
      break;
  }
  return "cancelled";
}

SessionStatus status_from(std::string_view text) {
  if (text == "open") return SessionStatus::kOpen;
  return text == "used" ? SessionStatus::kUsed : SessionStatus::kCancelled;
}

ConnectSession from(const Row& row) {
  ConnectSession out;
  out.number = row.integer(0);
  out.id = row.text(1);
  out.project_id = row.text(2);
  out.token_hash = row.text(3);
  out.owner_id = row.text(4);
  out.owner_name = row.text(5);
  out.username = row.text(6);
  out.connector_id = row.text(7);
  out.integration_id = row.text(8);
  out.account_id = row.text(9);
  out.multiple = row.flag(10);
  out.type = account_type_from(row.text(11)).value_or(AccountType::kProduction);
  out.label = row.text(12);
  out.metadata = row.text(13);
  out.categories = row.text(14);
  out.created = row.integer(15);
  out.expires = row.integer(16);
  out.status = status_from(row.text(17));
  out.result_account_id = row.text(18);
  out.passed_on_by = row.text(19);
  return out;
}

// Why an UPDATE that wanted an open session found none.
Error why_not(Database& db, std::string_view id) {
  auto session = first_row(db.query(kSelect + "WHERE id = ?", {id}), from);
  if (!session) return std::move(session).error();
  if (!session->has_value()) {
    return make_error(ErrorCode::kNotFound, "There is no such connect session.");
  }
  switch ((*session)->status) {
    case SessionStatus::kUsed:
      return make_error(ErrorCode::kConflict, "This connect session was used already.");
    case SessionStatus::kCancelled:
      return make_error(ErrorCode::kConflict, "This connect session was cancelled.");
    case SessionStatus::kOpen:
      break;
  }
  return make_error(ErrorCode::kExpired, "This connect session has expired. Ask for a new link.");
}

}  // namespace

Result<std::int64_t> insert(Database& db, const ConnectSession& s) {
  return single_integer(db.query(
      "INSERT INTO connect_sessions (id, project_id, token_hash, owner_id, owner_name, username, "
      "connector_id, integration_id, account_id, multiple, type, label, metadata, categories, "
      "created, expires, status, result_account_id, passed_on_by) VALUES (" +
          placeholders(19) + ") RETURNING number",
      {s.id, s.project_id, s.token_hash, s.owner_id, s.owner_name, s.username, s.connector_id,
       s.integration_id, s.account_id, s.multiple, store::to_string(s.type), s.label, s.metadata,
       s.categories, s.created, s.expires, to_string(s.status), s.result_account_id,
       s.passed_on_by}));
}

Result<std::optional<ConnectSession>> find(Database& db, std::string_view project_id,
                                           std::string_view id) {
  return first_row(db.query(kSelect + "WHERE project_id = ? AND id = ?", {project_id, id}), from);
}

Result<std::optional<ConnectSession>> find_by_token_hash(Database& db,
                                                         std::string_view token_hash) {
  return first_row(db.query(kSelect + "WHERE token_hash = ?", {token_hash}), from);
}

// Both sessions of a link are changed in the same order, the first one first, so that two who claim
// them at once don't wait for each other.
Result<void> claim(Database& db, std::string_view id, std::string_view result_account_id,
                   std::int64_t now_ms) {
  PATCHBAY_TRY_ASSIGN(const auto session,
                      first_row(db.query(kSelect + "WHERE id = ?", {id}), from));
  if (!session || session->status != SessionStatus::kOpen || session->expires <= now_ms)
    return why_not(db, id);
  const std::string& first = session->passed_on_by;
  if (!first.empty()) {
    PATCHBAY_TRY_ASSIGN(
        const auto changed,
        db.execute("UPDATE connect_sessions SET status = 'used', result_account_id = ? "
                   "WHERE id = ? AND status = 'open'",
                   {result_account_id, first}));
    if (changed == 0)
      return make_error(ErrorCode::kConflict, "This connect session was used already.");
  }
  PATCHBAY_TRY_ASSIGN(
      const auto changed,
      db.execute("UPDATE connect_sessions SET status = 'used', result_account_id = ? "
                 "WHERE id = ? AND status = 'open' AND expires > ?",
                 {result_account_id, id, now_ms}));
  if (changed == 0) return why_not(db, id);
  PATCHBAY_TRY(cancel_passed_on(db, first.empty() ? id : std::string_view(first)));
  return {};
}

Result<void> cancel(Database& db, std::string_view id) {
  PATCHBAY_TRY_ASSIGN(const auto changed,
                      db.execute("UPDATE connect_sessions SET status = 'cancelled' "
                                 "WHERE id = ? AND status = 'open'",
                                 {id}));
  if (changed == 0) return why_not(db, id);
  PATCHBAY_TRY(cancel_passed_on(db, id));
  return {};
}

Result<std::optional<ConnectSession>> last_passed_on(Database& db, std::string_view id) {
  return first_row(db.query(kSelect + "WHERE passed_on_by = ? ORDER BY number DESC LIMIT 1", {id}),
                   from);
}

Result<std::int64_t> count_passed_on(Database& db, std::string_view id) {
  return single_integer(
      db.query("SELECT count(*) FROM connect_sessions WHERE passed_on_by = ?", {id}));
}

Result<std::int64_t> cancel_passed_on(Database& db, std::string_view id) {
  return db.execute(
      "UPDATE connect_sessions SET status = 'cancelled' WHERE passed_on_by = ? AND status = 'open'",
      {id});
}

Result<std::int64_t> remove_expired(Database& db, std::int64_t expired_before_ms) {
  return db.execute(
      "DELETE FROM connect_sessions WHERE expires < ? AND NOT EXISTS (SELECT 1 FROM "
      "connect_sessions later WHERE later.passed_on_by = connect_sessions.id AND "
      "later.expires >= ?)",
      {expired_before_ms, expired_before_ms});
}

}  // namespace patchbay::store::connect_sessions_table
