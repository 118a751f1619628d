#include "store/api_keys_table.h"

#include "store/change_sequence_table.h"
#include "store/row_helpers.h"

namespace patchbay::store::api_keys_table {
namespace {

const std::string kSelect =
    "SELECT id, project_id, prefix, hash, name, scopes, created, last_used, revoked FROM api_keys ";

ApiKey from(const Row& row) {
  return {row.text(0), row.text(1),    row.text(2),    row.text(3),   row.text(4),
          row.text(5), row.integer(6), row.integer(7), row.integer(8)};
}

}  // namespace

Result<void> insert(Database& db, const ApiKey& k) {
  PATCHBAY_TRY(db.execute(
      "INSERT INTO api_keys (id, project_id, prefix, hash, name, scopes, created, last_used, "
      "revoked) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
      {k.id, k.project_id, k.prefix, k.hash, k.name, k.scopes, k.created, k.last_used, k.revoked}));
  return {};
}

Result<std::optional<ApiKey>> find_by_prefix(Database& db, std::string_view prefix) {
  return first_row(db.query(kSelect + "WHERE prefix = ?", {prefix}), from);
}

Result<std::vector<ApiKey>> list(Database& db, std::string_view project_id) {
  return all_rows(db.query(kSelect + "WHERE project_id = ? ORDER BY created, id", {project_id}),
                  from);
}

Result<std::vector<ApiKey>> list_all(Database& db) {
  return all_rows(db.query(kSelect + "ORDER BY created, id"), from);
}

Result<void> record_use(Database& db, std::string_view id, std::int64_t used_ms) {
  PATCHBAY_TRY(db.execute("UPDATE api_keys SET last_used = ? WHERE id = ? AND last_used < ?",
                          {used_ms, id, used_ms}));
  return {};
}

Result<void> revoke(Database& db, std::string_view project_id, std::string_view id,
                    std::int64_t at_ms) {
  PATCHBAY_TRY(require_changed(
      db.execute("UPDATE api_keys SET revoked = CASE WHEN revoked = 0 OR revoked > ? THEN ? ELSE "
                 "revoked END WHERE project_id = ? AND id = ?",
                 {at_ms, at_ms, project_id, id}),
      "API key"));
  PATCHBAY_TRY(change_sequence_table::bump(db));
  return {};
}

}  // namespace patchbay::store::api_keys_table
