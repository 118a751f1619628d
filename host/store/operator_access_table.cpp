#include "store/operator_access_table.h"

#include "store/row_helpers.h"

namespace patchbay::store {

namespace operator_sessions_table {

Result<void> insert(Database& db, const OperatorSession& session) {
  PATCHBAY_TRY(
      db.execute("INSERT INTO operator_sessions (hash, created, expires, csrf) VALUES (?, ?, ?, ?)",
                 {session.hash, session.created, session.expires, session.csrf}));
  return {};
}

Result<std::optional<OperatorSession>> find(Database& db, std::string_view hash,
                                            std::int64_t now_ms) {
  return first_row(db.query("SELECT hash, created, expires, csrf FROM operator_sessions "
                            "WHERE hash = ? AND expires > ?",
                            {hash, now_ms}),
                   [](const Row& row) {
                     return OperatorSession{row.text(0), row.integer(1), row.integer(2),
                                            row.text(3)};
                   });
}

Result<void> remove(Database& db, std::string_view hash) {
  PATCHBAY_TRY(db.execute("DELETE FROM operator_sessions WHERE hash = ?", {hash}));
  return {};
}

Result<std::int64_t> remove_expired(Database& db, std::int64_t now_ms) {
  return db.execute("DELETE FROM operator_sessions WHERE expires <= ?", {now_ms});
}

}  // namespace operator_sessions_table

namespace signin_links_table {

Result<void> insert(Database& db, const SigninLink& link) {
  PATCHBAY_TRY(
      db.execute("INSERT INTO signin_links (hash, created, expires, used) VALUES (?, ?, ?, ?)",
                 {link.hash, link.created, link.expires, link.used}));
  return {};
}

Result<std::optional<SigninLink>> find(Database& db, std::string_view hash) {
  return first_row(
      db.query("SELECT hash, created, expires, used FROM signin_links WHERE hash = ?", {hash}),
      [](const Row& row) {
        return SigninLink{row.text(0), row.integer(1), row.integer(2), row.integer(3)};
      });
}

Result<bool> consume(Database& db, std::string_view hash, std::int64_t now_ms) {
  PATCHBAY_TRY_ASSIGN(
      const auto changed,
      db.execute("UPDATE signin_links SET used = ? WHERE hash = ? AND used = 0 AND expires > ?",
                 {now_ms, hash, now_ms}));
  return changed == 1;
}

Result<std::int64_t> remove_expired(Database& db, std::int64_t now_ms) {
  return db.execute("DELETE FROM signin_links WHERE expires <= ?", {now_ms});
}

}  // namespace signin_links_table
}  // namespace patchbay::store
