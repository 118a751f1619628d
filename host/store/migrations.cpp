#include "store/migrations.h"

#include <array>
#include <span>
#include <string>
#include <string_view>

#include "store/migration_steps.h"
#include "store/row_helpers.h"

namespace patchbay::store {
namespace {

constexpr int kCount = 11;

std::span<const std::string_view> statements_of(std::int64_t version) {
  static const std::array<std::span<const std::string_view>, kCount> steps{
      migration_1, migration_2, migration_3, migration_4,  migration_5, migration_6,
      migration_7, migration_8, migration_9, migration_10, migration_11};
  return steps.at(static_cast<std::size_t>(version - 1));
}

void replace_all(std::string& text, std::string_view what, std::string_view with) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size())) {
    text.replace(at, what.size(), with);
  }
}

std::string in_dialect(std::string_view statement, const Dialect& dialect) {
  std::string out(statement);
  replace_all(out, "@int", dialect.int64);
  replace_all(out, "@bytes", dialect.bytes);
  replace_all(out, " TEXT", " " + std::string(dialect.text));
  replace_all(out, "@serial", dialect.serial_key);
  replace_all(out, "@table", dialect.table_suffix);
  return out;
}

Error too_new(std::int64_t found) {
  return make_error(ErrorCode::kConfiguration,
                    "The database has schema version " + std::to_string(found) +
                        ", but this program knows versions up to " +
                        std::to_string(latest_schema_version()) +
                        ". Install the newer Patchbay again, or restore a backup from before the "
                        "upgrade. The database was not touched.");
}

Result<void> apply(Database& database, std::int64_t version) {
  PATCHBAY_TRY(database.execute(
      in_dialect("CREATE TABLE IF NOT EXISTS schema_version (id @int PRIMARY KEY CHECK (id = 1), "
                 "version @int NOT NULL) @table",
                 database.dialect())));
  // Read again, now under the write lock: another process may have been faster.
  PATCHBAY_TRY_ASSIGN(const auto current, schema_version(database));
  if (current > latest_schema_version()) return too_new(current);
  for (auto next = current; next < version; ++next) {
    for (const auto statement : statements_of(next + 1)) {
      PATCHBAY_TRY(database.execute(in_dialect(statement, database.dialect())));
    }
    PATCHBAY_TRY(
        database.execute("INSERT INTO schema_version (id, version) VALUES (1, ?) "
                         "ON CONFLICT (id) DO UPDATE SET version = excluded.version",
                         {next + 1}));
  }
  return {};
}

}  // namespace

std::int64_t latest_schema_version() {
  return kCount;
}

Result<std::int64_t> schema_version(Database& database) {
  PATCHBAY_TRY_ASSIGN(const bool known, database.has_table("schema_version"));
  if (!known) return 0;
  PATCHBAY_TRY_ASSIGN(const auto rows, database.query("SELECT version FROM schema_version"));
  return rows.empty() ? 0 : rows.front().integer(0);
}

Result<void> migrate(Database& database) {
  return migrate_to(database, latest_schema_version());
}

Result<void> migrate_to(Database& database, std::int64_t version) {
  PATCHBAY_TRY_ASSIGN(const auto current, schema_version(database));
  if (current > latest_schema_version()) return too_new(current);
  if (current >= version) return {};
  PATCHBAY_TRY(database.begin(Access::kAlone));
  auto applied = apply(database, version);
  if (applied) applied = database.commit();
  if (!applied) database.rollback();
  return applied;
}

}  // namespace patchbay::store
