#include "store/restored_accounts_table.h"

#include "store/row_helpers.h"

namespace patchbay::store::restored_accounts_table {

Result<void> mark_all(Database& db) {
  PATCHBAY_TRY(db.execute("DELETE FROM restored_accounts"));
  PATCHBAY_TRY(
      db.execute("INSERT INTO restored_accounts (account_id, generation) "
                 "SELECT id, generation FROM accounts"));
  return {};
}

Result<bool> holds(Database& db, std::string_view account_id, std::int64_t generation) {
  PATCHBAY_TRY_ASSIGN(
      const auto rows,
      db.query("SELECT 1 FROM restored_accounts WHERE account_id = ? AND generation = ?",
               {account_id, generation}));
  return !rows.empty();
}

Result<std::vector<Account>> list_active(Database& db, std::string_view after_id,
                                         std::int64_t limit) {
  PATCHBAY_TRY_ASSIGN(
      const auto rows,
      db.query(
          "SELECT r.account_id FROM restored_accounts r JOIN accounts a ON a.id = r.account_id "
          "AND a.generation = r.generation WHERE a.status = 'active' AND r.account_id > ? "
          "ORDER BY r.account_id LIMIT ?",
          {after_id, limit}));
  std::vector<Account> accounts;
  for (const auto& row : rows) {
    PATCHBAY_TRY_ASSIGN(auto account,
                        required(accounts_table::find_any(db, row.text(0)), "account"));
    accounts.push_back(std::move(account));
  }
  return accounts;
}

}  // namespace patchbay::store::restored_accounts_table
