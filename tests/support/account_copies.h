#pragma once
// Accounts by the thousand: written into the database as the linking of one came to be, each with
// an id, an owner and sealed values of its own.
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/hub.h"
#include "store/account_credentials.h"

namespace patchbay::test {

class AccountCopies {
 public:
  // How a text of the account that was linked, its fields or what is sealed, reads in the copy of
  // an owner.
  using Rewrite = std::function<std::string(std::string_view text, const std::string& owner)>;

  // Of the account `id`. `hub` outlives it. Throws when there is no such account.
  AccountCopies(cli::Hub& hub, const std::string& id, Rewrite rewrite);

  // Those of owner`begin`, … before owner`end`, in transactions of some hundreds. Not from the
  // store's own thread: the vault asks the store for its key now and then.
  Result<> add(std::size_t begin, std::size_t end) const;

 private:
  struct Copy {
    store::Account account;
    std::vector<store::AccountSecret> secrets;
    std::vector<store::AccountToken> tokens;
  };
  Result<Copy> copy_for(const std::string& owner) const;
  // What `sealed` holds, as it reads in the copy, sealed for it.
  Result<std::string> resealed(const std::string& sealed, const vault::Place& was,
                               const vault::Place& is, const std::string& owner) const;

  cli::Hub& hub_;
  const Rewrite rewrite_;
  Copy copied_;
};

}  // namespace patchbay::test
