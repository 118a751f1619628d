#include "store/verify_database.h"

#include "base/random.h"
#include "store/data_keys_table.h"
#include "store/migrations.h"
#include "store/row_helpers.h"
#include "store/sealed_columns.h"
#include "store/sqlite_database.h"
#include "store/store_epoch_table.h"

namespace patchbay::store {
namespace {

constexpr std::int64_t kBatch = 500;

std::string select_of(const SealedColumn& from) {
  const std::string name =
      from.name.empty() ? "'" + std::string(from.fixed_name) + "'" : std::string(from.name);
  const std::string generation = from.generation.empty() ? "0" : std::string(from.generation);
  std::string sql = "SELECT project_id, ";
  for (const std::string_view part :
       {from.id, std::string_view(name), std::string_view(generation)})
    sql.append(part).append(", ");
  sql.append(from.column).append(" FROM ").append(from.table);
  sql.append(" WHERE length(").append(from.column).append(") > 0 AND (");
  sql.append(from.id).append(", ").append(name).append(") > (?, ?) ORDER BY ");
  return sql.append(from.id).append(", ").append(name).append(" LIMIT ?");
}

Result<std::int64_t> open_column(Database& db, const vault::Vault& vault,
                                 const SealedColumn& from) {
  const std::string sql = select_of(from);
  std::int64_t count = 0;
  std::string last_row;
  std::string last_name;
  while (true) {
    PATCHBAY_TRY_ASSIGN(const auto rows, db.query(sql, {last_row, last_name, kBatch}));
    if (rows.empty()) return count;
    for (const auto& row : rows) {
      PATCHBAY_TRY(vault.open(row.text(4),
                              {from.table, row.text(0), row.text(1), row.text(2), row.integer(3)}));
      ++count;
    }
    last_row = rows.back().text(1);
    last_name = rows.back().text(2);
  }
}

Error damaged(const std::string& path, const std::string& how) {
  return make_error(ErrorCode::kStorage, "The database " + path + " is damaged: " + how +
                                             ". Use another backup, and check the disk.");
}

Result<> check_pages(Database& db, const std::string& path) {
  PATCHBAY_TRY_ASSIGN(const auto found, db.query("PRAGMA integrity_check(1)"));
  if (found.size() != 1 || found[0].text(0) != "ok")
    return damaged(path, found.empty() ? "its check says nothing" : found[0].text(0));
  PATCHBAY_TRY_ASSIGN(const auto loose, db.query("PRAGMA foreign_key_check"));
  if (!loose.empty()) return damaged(path, "a row of " + loose[0].text(0) + " belongs to nothing");
  return {};
}

Result<DatabaseFacts> facts_of(Database& db, const std::string& path) {
  DatabaseFacts facts;
  PATCHBAY_TRY_ASSIGN(facts.schema_version, schema_version(db));
  if (facts.schema_version == 0) return damaged(path, "it holds no schema of ours");
  if (facts.schema_version > latest_schema_version()) {
    return make_error(ErrorCode::kConfiguration,
                      "The database " + path + " has schema version " +
                          std::to_string(facts.schema_version) + ", this program knows up to " +
                          std::to_string(latest_schema_version()) +
                          ". Use the Patchbay that made it, or a newer one.");
  }
  PATCHBAY_TRY_ASSIGN(facts.accounts, single_integer(db.query("SELECT count(*) FROM accounts")));
  PATCHBAY_TRY_ASSIGN(const bool has_epoch, db.has_table("store_epoch"));
  if (has_epoch) {
    PATCHBAY_TRY_ASSIGN(const auto epoch, store_epoch_table::current(db));
    facts.backup_taken = epoch.backup_taken;
  }
  return facts;
}

}  // namespace

Result<std::int64_t> open_all_sealed(Database& db, const vault::Vault& vault) {
  std::int64_t count = 0;
  for (const auto& column : sealed_columns()) {
    // A database of an earlier version hasn't got the tables that came later.
    PATCHBAY_TRY_ASSIGN(const bool is_there, db.has_table(column.table));
    if (!is_there) continue;
    PATCHBAY_TRY_ASSIGN(const auto opened, open_column(db, vault, column));
    count += opened;
  }
  return count;
}

Result<DatabaseFacts> verify_sqlite(const std::string& path, const vault::KeyEncryptionKey* key) {
  SqliteOptions options;
  options.path = path;
  options.use = SqliteUse::kReadOnly;
  PATCHBAY_TRY_ASSIGN(const auto database, open_sqlite(options));
  // One moment of it, should it be in use.
  PATCHBAY_TRY(database->begin(Access::kRead));
  PATCHBAY_TRY(check_pages(*database, path));
  PATCHBAY_TRY_ASSIGN(auto facts, facts_of(*database, path));
  if (key != nullptr) {
    PATCHBAY_TRY_ASSIGN(const auto keys, data_keys_table::list(*database));
    if (!keys.empty()) {
      OsRandom random;
      PATCHBAY_TRY_ASSIGN(const auto vault, vault::Vault::unlock(*key, keys, random));
      PATCHBAY_TRY_ASSIGN(facts.opened, open_all_sealed(*database, vault));
    }
  }
  database->rollback();
  return facts;
}

}  // namespace patchbay::store
