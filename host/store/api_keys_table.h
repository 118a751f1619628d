#pragma once
// API keys: found by a public prefix, checked against a SHA-256; the key itself is not kept.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "store/database.h"

namespace patchbay::store {

struct ApiKey {
  std::string id;
  std::string project_id;
  std::string prefix;
  std::string hash;  // SHA-256, hex; compare in constant time
  std::string name;
  std::string scopes;          // space separated
  std::int64_t created = 0;    // unix ms
  std::int64_t last_used = 0;  // unix ms; 0: never
  std::int64_t revoked = 0;    // unix ms, perhaps to come; 0: valid
};

// Nobody may take it any more.
[[nodiscard]] inline bool is_over(const ApiKey& key, std::int64_t now_ms) {
  return key.revoked != 0 && key.revoked <= now_ms;
}

namespace api_keys_table {

Result<void> insert(Database& db, const ApiKey& key);
// Revoked ones too: the caller must look.
Result<std::optional<ApiKey>> find_by_prefix(Database& db, std::string_view prefix);
Result<std::vector<ApiKey>> list(Database& db, std::string_view project_id);
Result<std::vector<ApiKey>> list_all(Database& db);  // to fill a cache at start
Result<void> record_use(Database& db, std::string_view id, std::int64_t used_ms);
// No longer valid from `at_ms` on, or from an earlier time that was given before. Bumps the change
// sequence. kNotFound.
Result<void> revoke(Database& db, std::string_view project_id, std::string_view id,
                    std::int64_t at_ms);

}  // namespace api_keys_table
}  // namespace patchbay::store
