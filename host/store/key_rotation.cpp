#include "store/key_rotation.h"

#include <algorithm>

#include "store/data_keys_table.h"
#include "store/row_helpers.h"
#include "store/sealed_columns.h"
#include "vault/vault.h"

namespace patchbay::store::key_rotation {
namespace {

using vault::WrappedDataKey;

// The newest that seals; null when there is none.
const WrappedDataKey* sealing_key(const std::vector<WrappedDataKey>& keys) {
  const WrappedDataKey* newest = nullptr;
  for (const auto& key : keys)
    if (key.retired == 0) newest = &key;
  return newest;
}

Result<bool> names(Database& db, const SealedColumn& column, std::string_view key_id) {
  const std::string table(column.table);
  const std::string bytes(column.column);
  PATCHBAY_TRY_ASSIGN(
      const auto named,
      db.query("SELECT 1 FROM " + table + " WHERE data_key_id = ? LIMIT 1", {key_id}));
  if (!named.empty()) return true;
  // A row from before data keys were named may need any of them.
  PATCHBAY_TRY_ASSIGN(const auto unnamed,
                      db.query("SELECT 1 FROM " + table + " WHERE data_key_id IS NULL AND length(" +
                               bytes + ") > 0 LIMIT 1"));
  return !unnamed.empty();
}

Result<bool> is_named(Database& db, std::string_view key_id) {
  for (const auto& column : sealed_columns()) {
    PATCHBAY_TRY_ASSIGN(const bool found, names(db, column, key_id));
    if (found) return true;
  }
  return false;
}

Result<> reseal(Database& db, const vault::Vault& vault, const SealedColumn& column,
                const SealedRow& row, Walk& walk) {
  const auto place = row.place(column);
  const auto secret = vault.open(row.sealed, place);
  if (!secret) {
    ++walk.unreadable;
    if (walk.complaints.size() < Walk::kNamed) walk.complaints.push_back(secret.error().message);
    return {};
  }
  PATCHBAY_TRY_ASSIGN(const auto sealed, vault.seal(*secret, place));
  PATCHBAY_TRY_ASSIGN(const bool ours, sealed_rows::replace(db, column, row, sealed));
  ++(ours ? walk.resealed : walk.overtaken);
  return {};
}

}  // namespace

Result<std::int64_t> rewrap_all(Database& db, const vault::KeyChain& chain, Random& random) {
  PATCHBAY_TRY_ASSIGN(const auto keys, data_keys_table::list(db));
  std::int64_t moved = 0;
  for (const auto& key : keys) {
    if (key.kek_id == chain.id()) continue;
    PATCHBAY_TRY_ASSIGN(const auto rewrapped, chain.rewrap(key, random));
    PATCHBAY_TRY(data_keys_table::replace_wrapping(db, rewrapped));
    ++moved;
  }
  return moved;
}

Result<Target> begin(Database& db, const vault::KeyChain& chain, Random& random,
                     std::int64_t now_ms) {
  PATCHBAY_TRY_ASSIGN(const auto keys, data_keys_table::list(db));
  const auto* newest = sealing_key(keys);
  if (newest != nullptr && keys.size() > 1 && newest->settled == 0) return Target{newest->id, true};
  PATCHBAY_TRY_ASSIGN(auto fresh, chain.create_data_key(random, now_ms));
  // A clock that was set back must not make the new key look older than the ones it replaces.
  if (newest != nullptr) fresh.created = std::max(fresh.created, newest->created + 1);
  PATCHBAY_TRY(data_keys_table::insert(db, fresh));
  PATCHBAY_TRY(data_keys_table::retire_others(db, fresh.id, now_ms));
  return Target{fresh.id, false};
}

bool Walk::finished() const {
  return column >= sealed_columns().size();
}

Result<Walk> step(Database& db, const vault::KeyChain& chain, Random& random, Walk walk,
                  std::int64_t limit) {
  PATCHBAY_TRY_ASSIGN(const auto keys, data_keys_table::list(db));
  PATCHBAY_TRY_ASSIGN(const auto vault, vault::Vault::unlock(chain, keys, random));
  while (!walk.finished() && limit > 0) {
    const auto& column = sealed_columns()[walk.column];
    PATCHBAY_TRY_ASSIGN(const auto rows,
                        sealed_rows::not_sealed_with(db, column, vault.sealing_key_id(),
                                                     walk.after_id, walk.after_name, limit));
    for (const auto& row : rows) PATCHBAY_TRY(reseal(db, vault, column, row, walk));
    const auto found = static_cast<std::int64_t>(rows.size());
    if (found == limit) {
      walk.after_id = rows.back().id;
      walk.after_name = rows.back().name;
    } else {
      ++walk.column;
      walk.after_id.clear();
      walk.after_name.clear();
    }
    limit -= found;
  }
  return walk;
}

Result<std::vector<std::string>> remove_unused(Database& db, std::int64_t retired_before_ms) {
  PATCHBAY_TRY_ASSIGN(const auto keys, data_keys_table::list(db));
  std::vector<std::string> removed;
  for (const auto& key : keys) {
    if (key.retired == 0 || key.retired > retired_before_ms) continue;
    PATCHBAY_TRY_ASSIGN(const bool used, is_named(db, key.id));
    if (used) continue;
    PATCHBAY_TRY(data_keys_table::remove(db, key.id));
    removed.push_back(key.id);
  }
  return removed;
}

}  // namespace patchbay::store::key_rotation
