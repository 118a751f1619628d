#include "store/refresh_leases_table.h"

#include "store/row_helpers.h"

namespace patchbay::store::refresh_leases_table {
namespace {

constexpr std::string_view kColumns =
    "account_id, holder, fence, generation, presented, presented_at, retry_at, last_error";

RefreshLease from(const Row& row) {
  return {row.text(0),    row.text(1),    row.integer(2), row.integer(3),
          row.integer(4), row.integer(5), row.integer(6), row.text(7)};
}

Result<void> held(Result<std::int64_t> changed) {
  if (!changed) return std::move(changed).error();
  if (*changed == 1) return {};
  return make_error(ErrorCode::kConflict,
                    "Another instance took over renewing this account's token.");
}

}  // namespace

Result<std::optional<RefreshLease>> find(Database& db, std::string_view account_id) {
  return first_row(
      db.query("SELECT " + std::string(kColumns) + " FROM refresh_leases WHERE account_id = ?",
               {account_id}),
      from);
}

Result<RefreshLease> take(Database& db, std::string_view account_id, std::string_view holder,
                          std::int64_t generation) {
  static const std::string kTake =
      "INSERT INTO refresh_leases AS l (" + std::string(kColumns) +
      ") VALUES (?, ?, 1, ?, 0, 0, 0, '') ON CONFLICT (account_id) DO UPDATE SET "
      "presented = CASE WHEN l.generation = excluded.generation THEN l.presented ELSE 0 END, "
      "presented_at = CASE WHEN l.generation = excluded.generation THEN l.presented_at ELSE 0 END, "
      "holder = excluded.holder, fence = l.fence + 1, generation = excluded.generation, "
      "retry_at = 0, last_error = '' RETURNING " +
      std::string(kColumns);
  return required(first_row(db.query(kTake, {account_id, holder, generation}), from), "account");
}

Result<void> present(Database& db, const RefreshLease& lease) {
  return held(db.execute(
      "UPDATE refresh_leases SET presented = ?, presented_at = ? "
      "WHERE account_id = ? AND holder = ? AND fence = ?",
      {lease.presented, lease.presented_at, lease.account_id, lease.holder, lease.fence}));
}

Result<void> release(Database& db, const RefreshLease& lease) {
  return held(
      db.execute("UPDATE refresh_leases SET holder = '', retry_at = ?, last_error = ? "
                 "WHERE account_id = ? AND holder = ? AND fence = ?",
                 {lease.retry_at, lease.last_error, lease.account_id, lease.holder, lease.fence}));
}

Result<void> end_turn(Database& db, std::string_view account_id, std::int64_t fence) {
  PATCHBAY_TRY(
      db.execute("UPDATE refresh_leases SET holder = '' WHERE account_id = ? AND fence = ?",
                 {account_id, fence}));
  return {};
}

Result<std::int64_t> shared_time(Database& db, std::int64_t own_ms) {
  const auto sql = db.dialect().shared_time;
  if (sql.empty()) return own_ms;
  return single_integer(db.query(sql));
}

}  // namespace patchbay::store::refresh_leases_table
