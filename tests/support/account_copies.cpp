#include "support/account_copies.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "store/accounts_table.h"

namespace patchbay::test {

AccountCopies::AccountCopies(cli::Hub& hub, const std::string& id, Rewrite rewrite)
    : hub_(hub), rewrite_(std::move(rewrite)) {
  const auto read = hub.store().transact_blocking([&](store::Database& db) -> Result<> {
    PATCHBAY_TRY_ASSIGN(const auto found, store::accounts_table::find_any(db, id));
    if (!found) return make_error(ErrorCode::kNotFound, "There is no account " + id + ".");
    copied_.account = *found;
    PATCHBAY_TRY_ASSIGN(copied_.secrets, store::account_credentials::secrets(db, id));
    PATCHBAY_TRY_ASSIGN(copied_.tokens, store::account_credentials::tokens(db, id));
    return {};
  });
  if (!read) throw std::runtime_error(read.error().message);
}

Result<std::string> AccountCopies::resealed(const std::string& sealed, const vault::Place& was,
                                            const vault::Place& is,
                                            const std::string& owner) const {
  PATCHBAY_TRY_ASSIGN(const auto value, hub_.vault().open(sealed, was));
  return hub_.vault().seal(rewrite_(value.reveal(), owner), is);
}

Result<AccountCopies::Copy> AccountCopies::copy_for(const std::string& owner) const {
  Copy copy = copied_;
  auto& account = copy.account;
  account.id = hub_.random().id("acc_");
  account.owner_id = owner;
  account.fields = rewrite_(account.fields, owner);
  const auto reseal = [&](std::string_view table, auto& row) -> Result<> {
    const auto place = [&](const std::string& id) {
      return vault::Place{table, account.project_id, id, row.name, row.generation};
    };
    PATCHBAY_TRY_ASSIGN(row.sealed,
                        resealed(row.sealed, place(copied_.account.id), place(account.id), owner));
    return {};
  };
  for (auto& secret : copy.secrets) PATCHBAY_TRY(reseal(store::kSecretsTable, secret));
  for (auto& token : copy.tokens) PATCHBAY_TRY(reseal(store::kTokensTable, token));
  return copy;
}

Result<> AccountCopies::add(std::size_t begin, std::size_t end) const {
  constexpr std::size_t kAtOnce = 500;
  std::vector<Copy> copies;
  for (; begin < end; begin += copies.size()) {
    copies.clear();
    for (auto n = begin; n < std::min(begin + kAtOnce, end); ++n) {
      PATCHBAY_TRY_ASSIGN(auto copy, copy_for("owner" + std::to_string(n)));
      copies.push_back(std::move(copy));
    }
    PATCHBAY_TRY(hub_.store().transact_blocking([&](store::Database& db) -> Result<> {
      for (const auto& copy : copies) {
        PATCHBAY_TRY(store::accounts_table::insert(db, copy.account));
        PATCHBAY_TRY(
            store::account_credentials::insert(db, copy.account, copy.secrets, copy.tokens));
      }
      return {};
    }));
  }
  return {};
}

}  // namespace patchbay::test
