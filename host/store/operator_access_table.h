#pragma once
// How people get in: one-time sign-in links and the browser sessions they open. Both are kept as
// SHA-256 (hex) of the token; they belong to the installation, not to a project.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "store/database.h"

namespace patchbay::store {

// What somebody may do on the pages; each may do what the ones before may.
enum class Role : std::uint8_t { kViewer, kOperator, kAdmin };

std::string_view to_string(Role role);  // "viewer"
std::optional<Role> role_from(std::string_view word);

struct OperatorSession {
  std::string hash;
  std::int64_t created = 0;  // unix ms
  std::int64_t expires = 0;  // unix ms
  std::string csrf;
  Role role = Role::kAdmin;
  std::string person{};  // a name for the audit log; may be empty
};

namespace operator_sessions_table {

Result<void> insert(Database& db, const OperatorSession& session);
// Unexpired ones only.
Result<std::optional<OperatorSession>> find(Database& db, std::string_view hash,
                                            std::int64_t now_ms);
// All that have not expired, by person, the newest first; at most `limit`.
Result<std::vector<OperatorSession>> list(Database& db, std::int64_t now_ms, std::int64_t limit);
Result<void> remove(Database& db, std::string_view hash);
Result<std::int64_t> remove_expired(Database& db, std::int64_t now_ms);

}  // namespace operator_sessions_table

struct SigninLink {
  std::string hash;
  std::int64_t created = 0;  // unix ms
  std::int64_t expires = 0;  // unix ms
  std::int64_t used = 0;     // unix ms; 0: not yet
  Role role = Role::kAdmin;
  std::string person{};  // a name for the audit log; may be empty
};

namespace signin_links_table {

Result<void> insert(Database& db, const SigninLink& link);
// For showing the page; consumes nothing.
Result<std::optional<SigninLink>> find(Database& db, std::string_view hash);
// The link, for exactly one caller, and only before it expires.
Result<std::optional<SigninLink>> consume(Database& db, std::string_view hash, std::int64_t now_ms);
// Those that still open a session, the newest first; at most `limit`.
Result<std::vector<SigninLink>> list_open(Database& db, std::int64_t now_ms, std::int64_t limit);
Result<void> remove(Database& db, std::string_view hash);
Result<std::int64_t> remove_expired(Database& db, std::int64_t now_ms);

}  // namespace signin_links_table
}  // namespace patchbay::store
