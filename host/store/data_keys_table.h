#pragma once
// The wrapped data keys of the vault. They belong to the installation, not to a project.
#include <string_view>
#include <vector>

#include "base/result.h"
#include "store/database.h"
#include "vault/data_key.h"

namespace patchbay::store::data_keys_table {

Result<void> insert(Database& db, const vault::WrappedDataKey& key);
Result<std::vector<vault::WrappedDataKey>> list(Database& db);  // oldest first
Result<void> replace_wrapping(Database& db, const vault::WrappedDataKey& key);
Result<void> retire(Database& db, std::string_view id, std::int64_t now_ms);
// All that seal but this one.
Result<void> retire_others(Database& db, std::string_view id, std::int64_t now_ms);
Result<void> settle(Database& db, std::string_view id, std::int64_t now_ms);
// A key that a record names can't be removed: kInvalidArgument, from the database itself.
Result<void> remove(Database& db, std::string_view id);

}  // namespace patchbay::store::data_keys_table
