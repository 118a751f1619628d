#include "store/sealed_columns.h"

#include <array>
#include <map>

#include "store/row_helpers.h"
#include "vault/record_format.h"

namespace patchbay::store {
namespace {

constexpr std::array<SealedColumn, 9> kColumns{{
    {"account_secrets", "sealed", "account_id", "name", {}, "generation"},
    {"account_tokens", "sealed", "account_id", "name", {}, "generation"},
    {"integrations", "sealed_setup", "id", {}, "setup", "setup_generation"},
    {"revocations", "sealed_payload", "id", {}, "payload", {}},
    {"flows", "sealed", "id", {}, "sealed", {}},
    {"webhook_secrets", "sealed", "id", {}, "secret", {}},
    {"idempotency_records", "sealed", "id", {}, "answer", {}},
    {"logged_bodies", "sealed", "id", {}, "bodies", {}},
    {"provider_events", "sealed", "id", {}, "payload", {}},
}};

std::string text(std::string_view view) {
  return std::string(view);
}

}  // namespace

std::span<const SealedColumn> sealed_columns() {
  return kColumns;
}

std::optional<std::string> data_key_of(std::string_view sealed) {
  const auto parts = vault::record::split(sealed);
  if (!parts) return std::nullopt;
  return std::string(parts->key_id);
}

vault::Place SealedRow::place(const SealedColumn& column) const {
  return {column.table, project_id, id,
          column.name.empty() ? column.fixed_name : std::string_view(name), generation};
}

namespace sealed_rows {

Result<std::vector<SealedRow>> not_sealed_with(Database& db, const SealedColumn& column,
                                               std::string_view key_id, std::string_view after_id,
                                               std::string_view after_name, std::int64_t limit) {
  const bool named = !column.name.empty();
  const std::string key = text(column.id) + (named ? ", " + text(column.name) : "");
  const std::string sql =
      "SELECT " + text(column.id) + ", " + (named ? text(column.name) : "''") + ", project_id, " +
      (column.generation.empty() ? "0" : text(column.generation)) + ", " + text(column.column) +
      " FROM " + text(column.table) + " WHERE (" + key + ") > (" + (named ? "?, ?" : "?") +
      ") AND length(" + text(column.column) +
      ") > 0 AND (data_key_id IS NULL OR data_key_id <> ?) ORDER BY " + key + " LIMIT ?";
  std::vector<Param> params{after_id};
  if (named) params.emplace_back(after_name);
  params.emplace_back(key_id);
  params.emplace_back(limit);
  return all_rows(db.query(sql, params), [](const Row& row) {
    return SealedRow{row.text(0), row.text(1), row.text(2), row.integer(3), row.text(4)};
  });
}

Result<bool> replace(Database& db, const SealedColumn& column, const SealedRow& read,
                     std::string_view sealed) {
  const bool named = !column.name.empty();
  const std::string sql = "UPDATE " + text(column.table) + " SET " + text(column.column) +
                          " = ?, data_key_id = ? WHERE " + text(column.id) + " = ?" +
                          (named ? " AND " + text(column.name) + " = ?" : "") + " AND " +
                          text(column.column) + " = ?";
  const auto key_id = data_key_of(sealed);
  std::vector<Param> params{BlobView{sealed}, key_id, read.id};
  if (named) params.emplace_back(read.name);
  params.emplace_back(BlobView{read.sealed});
  PATCHBAY_TRY_ASSIGN(const auto changed, db.execute(sql, params));
  return changed == 1;
}

Result<std::vector<KeyUse>> count_by_key(Database& db) {
  std::map<std::string, std::int64_t> counts;
  for (const auto& column : kColumns) {
    PATCHBAY_TRY_ASSIGN(
        const auto rows,
        db.query("SELECT coalesce(data_key_id, ''), count(*) FROM " + text(column.table) +
                 " WHERE length(" + text(column.column) + ") > 0 GROUP BY data_key_id"));
    for (const auto& row : rows) counts[row.text(0)] += row.integer(1);
  }
  std::vector<KeyUse> uses;
  uses.reserve(counts.size());
  for (const auto& [id, records] : counts) uses.push_back({id, records});
  return uses;
}

}  // namespace sealed_rows
}  // namespace patchbay::store
