#include "store/operator_access_table.h"

#include <algorithm>
#include <array>

#include "store/row_helpers.h"

namespace patchbay::store {
namespace {

constexpr std::array<std::string_view, 3> kRoles = {"viewer", "operator", "admin"};

// A word that is no role is the least of them.
Role stored_role(std::string_view word) {
  return role_from(word).value_or(Role::kViewer);
}

OperatorSession session_from(const Row& row) {
  return {row.text(0), row.integer(1),           row.integer(2),
          row.text(3), stored_role(row.text(4)), row.text(5)};
}

SigninLink link_from(const Row& row) {
  return {row.text(0),    row.integer(1),           row.integer(2),
          row.integer(3), stored_role(row.text(4)), row.text(5)};
}

}  // namespace

std::string_view to_string(Role role) {
  return kRoles.at(static_cast<std::size_t>(role));
}

std::optional<Role> role_from(std::string_view word) {
  const auto* const found = std::ranges::find(kRoles, word);
  if (found == kRoles.end()) return std::nullopt;
  return static_cast<Role>(found - kRoles.begin());
}

namespace operator_sessions_table {

Result<void> insert(Database& db, const OperatorSession& session) {
  PATCHBAY_TRY(
      db.execute("INSERT INTO operator_sessions (hash, created, expires, csrf, role, person) "
                 "VALUES (?, ?, ?, ?, ?, ?)",
                 {session.hash, session.created, session.expires, session.csrf,
                  to_string(session.role), session.person}));
  return {};
}

Result<std::optional<OperatorSession>> find(Database& db, std::string_view hash,
                                            std::int64_t now_ms) {
  return first_row(db.query("SELECT hash, created, expires, csrf, role, person FROM "
                            "operator_sessions WHERE hash = ? AND expires > ?",
                            {hash, now_ms}),
                   session_from);
}

Result<std::vector<OperatorSession>> list(Database& db, std::int64_t now_ms, std::int64_t limit) {
  return all_rows(db.query("SELECT hash, created, expires, csrf, role, person FROM "
                           "operator_sessions WHERE expires > ? ORDER BY person, created DESC "
                           "LIMIT ?",
                           {now_ms, limit}),
                  session_from);
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
  PATCHBAY_TRY(db.execute(
      "INSERT INTO signin_links (hash, created, expires, used, role, person) "
      "VALUES (?, ?, ?, ?, ?, ?)",
      {link.hash, link.created, link.expires, link.used, to_string(link.role), link.person}));
  return {};
}

Result<std::optional<SigninLink>> find(Database& db, std::string_view hash) {
  return first_row(db.query("SELECT hash, created, expires, used, role, person FROM signin_links "
                            "WHERE hash = ?",
                            {hash}),
                   link_from);
}

Result<std::optional<SigninLink>> consume(Database& db, std::string_view hash,
                                          std::int64_t now_ms) {
  return first_row(db.query("UPDATE signin_links SET used = ? WHERE hash = ? AND used = 0 AND "
                            "expires > ? RETURNING hash, created, expires, used, role, person",
                            {now_ms, hash, now_ms}),
                   link_from);
}

Result<std::vector<SigninLink>> list_open(Database& db, std::int64_t now_ms, std::int64_t limit) {
  return all_rows(db.query("SELECT hash, created, expires, used, role, person FROM signin_links "
                           "WHERE used = 0 AND expires > ? ORDER BY created DESC LIMIT ?",
                           {now_ms, limit}),
                  link_from);
}

Result<void> remove(Database& db, std::string_view hash) {
  PATCHBAY_TRY(db.execute("DELETE FROM signin_links WHERE hash = ?", {hash}));
  return {};
}

Result<std::int64_t> remove_expired(Database& db, std::int64_t now_ms) {
  return db.execute("DELETE FROM signin_links WHERE expires <= ?", {now_ms});
}

}  // namespace signin_links_table
}  // namespace patchbay::store
