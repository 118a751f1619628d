#include "account_copies.h"

#include <stdexcept>
#include <utility>

namespace patchbay::integration {
namespace {

template <class T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  return *std::move(result);
}

}  // namespace

AccountCopies::AccountCopies(cli::Hub& hub, turnstile::Turnstile& provider, const std::string& id,
                             std::string owner)
    : hub_(hub), provider_(provider), owner_(std::move(owner)) {
  must(hub.store().transact_blocking([&](store::Database& db) -> Result<bool> {
    PATCHBAY_TRY_ASSIGN(const auto found, store::accounts_table::find_any(db, id));
    account_ = found.value();
    PATCHBAY_TRY_ASSIGN(secrets_, store::account_credentials::secrets(db, id));
    PATCHBAY_TRY_ASSIGN(tokens_, store::account_credentials::tokens(db, id));
    return true;
  }));
}

std::string AccountCopies::renamed(const std::string& text, const std::string& owner) const {
  std::string out = text;
  for (auto at = out.find(owner_); at != std::string::npos; at = out.find(owner_, at + 1))
    out.replace(at, owner_.size(), owner);
  return out;
}

Result<std::string> AccountCopies::resealed(const std::string& sealed, const vault::Place& was,
                                            const vault::Place& is,
                                            const std::string& owner) const {
  PATCHBAY_TRY_ASSIGN(const auto value, hub_.vault().open(sealed, was));
  const bool is_grant = value.reveal().starts_with("refresh.");
  return hub_.vault().seal(
      is_grant ? provider_.new_grant(owner) : renamed(std::string(value.reveal()), owner), is);
}

Result<> AccountCopies::add(store::Database& db, const std::string& owner) const {
  auto account = account_;
  account.id = hub_.random().id("acc_");
  account.owner_id = owner;
  account.fields = renamed(account.fields, owner);
  const auto reseal = [&](std::string_view table, auto& row) -> Result<> {
    const auto place = [&](const std::string& id) {
      return vault::Place{table, account.project_id, id, row.name, row.generation};
    };
    PATCHBAY_TRY_ASSIGN(row.sealed,
                        resealed(row.sealed, place(account_.id), place(account.id), owner));
    return {};
  };
  auto secrets = secrets_;
  for (auto& secret : secrets) PATCHBAY_TRY(reseal(store::kSecretsTable, secret));
  auto tokens = tokens_;
  for (auto& token : tokens) PATCHBAY_TRY(reseal(store::kTokensTable, token));
  PATCHBAY_TRY(store::accounts_table::insert(db, account));
  return store::account_credentials::insert(db, account, secrets, tokens);
}

}  // namespace patchbay::integration
