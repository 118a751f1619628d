#include "store/data_keys_table.h"

#include "store/row_helpers.h"

namespace patchbay::store::data_keys_table {

Result<void> insert(Database& db, const vault::WrappedDataKey& key) {
  PATCHBAY_TRY(db.execute(
      "INSERT INTO data_keys (id, kek_id, wrapped, created, retired, settled) "
      "VALUES (?, ?, ?, ?, ?, ?)",
      {key.id, key.kek_id, BlobView{key.wrapped}, key.created, key.retired, key.settled}));
  return {};
}

Result<std::vector<vault::WrappedDataKey>> list(Database& db) {
  return all_rows(db.query("SELECT id, kek_id, wrapped, created, retired, settled FROM data_keys "
                           "ORDER BY created, id"),
                  [](const Row& row) {
                    return vault::WrappedDataKey{row.text(0),    row.text(1),    row.text(2),
                                                 row.integer(3), row.integer(4), row.integer(5)};
                  });
}

Result<void> replace_wrapping(Database& db, const vault::WrappedDataKey& key) {
  return require_changed(db.execute("UPDATE data_keys SET kek_id = ?, wrapped = ? WHERE id = ?",
                                    {key.kek_id, BlobView{key.wrapped}, key.id}),
                         "data key");
}

Result<void> retire(Database& db, std::string_view id, std::int64_t now_ms) {
  return require_changed(db.execute("UPDATE data_keys SET retired = ? WHERE id = ?", {now_ms, id}),
                         "data key");
}

Result<void> retire_others(Database& db, std::string_view id, std::int64_t now_ms) {
  PATCHBAY_TRY(
      db.execute("UPDATE data_keys SET retired = ? WHERE id <> ? AND retired = 0", {now_ms, id}));
  return {};
}

Result<void> settle(Database& db, std::string_view id, std::int64_t now_ms) {
  return require_changed(db.execute("UPDATE data_keys SET settled = ? WHERE id = ?", {now_ms, id}),
                         "data key");
}

Result<void> remove(Database& db, std::string_view id) {
  return require_changed(db.execute("DELETE FROM data_keys WHERE id = ?", {id}), "data key");
}

}  // namespace patchbay::store::data_keys_table
