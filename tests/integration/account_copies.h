#pragma once
// Accounts by the thousand, of Turnstile's connectors (turnstile/provider.h): written into the
// database as the linking of one came to be, with a grant and sealed values of their own.
#include <string>

#include "cli/hub.h"
#include "store/account_credentials.h"
#include "turnstile/provider.h"

namespace patchbay::integration {

class AccountCopies {
 public:
  // `owner` is whose the account `id` is, and the name of its grant. Both outlive it.
  AccountCopies(cli::Hub& hub, turnstile::Turnstile& provider, const std::string& id,
                std::string owner);

  // In a write transaction.
  Result<> add(store::Database& db, const std::string& owner) const;

 private:
  [[nodiscard]] std::string renamed(const std::string& text, const std::string& owner) const;
  // What `sealed` holds, in the copy's own words, sealed for it.
  Result<std::string> resealed(const std::string& sealed, const vault::Place& was,
                               const vault::Place& is, const std::string& owner) const;

  cli::Hub& hub_;
  turnstile::Turnstile& provider_;
  const std::string owner_;
  store::Account account_;
  std::vector<store::AccountSecret> secrets_;
  std::vector<store::AccountToken> tokens_;
};

}  // namespace patchbay::integration
