#pragma once
// How the operator gets in: one-time sign-in links and the browser sessions they open. Both are
// kept as SHA-256 (hex) of the token; they belong to the installation, not to a project.
#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"
#include "store/database.h"

namespace patchbay::store {

struct OperatorSession {
  std::string hash;
  std::int64_t created = 0;  // unix ms
  std::int64_t expires = 0;  // unix ms
  std::string csrf;
};

namespace operator_sessions_table {

Result<void> insert(Database& db, const OperatorSession& session);
// Unexpired ones only.
Result<std::optional<OperatorSession>> find(Database& db, std::string_view hash,
                                            std::int64_t now_ms);
Result<void> remove(Database& db, std::string_view hash);
Result<std::int64_t> remove_expired(Database& db, std::int64_t now_ms);

}  // namespace operator_sessions_table

struct SigninLink {
  std::string hash;
  std::int64_t created = 0;  // unix ms
  std::int64_t expires = 0;  // unix ms
  std::int64_t used = 0;     // unix ms; 0: not yet
};

namespace signin_links_table {

Result<void> insert(Database& db, const SigninLink& link);
// For showing the page; consumes nothing.
Result<std::optional<SigninLink>> find(Database& db, std::string_view hash);
// True for exactly one caller, and only before it expires.
Result<bool> consume(Database& db, std::string_view hash, std::int64_t now_ms);
Result<std::int64_t> remove_expired(Database& db, std::int64_t now_ms);

}  // namespace signin_links_table
}  // namespace patchbay::store
