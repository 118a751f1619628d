#pragma once
// What a hub does to its store, step by step, drawn from a seed: sessions opened, accounts linked,
// refreshed, reconnected and unlinked, revocations delivered, events of providers received, each in
// one transaction through the store's own tables, with sealed rows. A step is a closure, so that it
// can be run on the database under test and on its twin in memory, whose word counts.
#include <functional>
#include <string>

#include "base/random.h"
#include "store/account_credentials.h"
#include "store/revocations_table.h"
#include "store/store.h"
#include "vault/vault.h"

namespace patchbay::durability {

struct Step {
  std::string name;
  std::function<Result<>(store::Database&)> run;
};

class HubScript {
 public:
  explicit HubScript(std::uint64_t seed);

  // What a new database begins with: a data key, a project, an integration.
  [[nodiscard]] Step first_rows() const;
  // Something that can be done in this state of the twin.
  Step next(store::Database& twin);

  // Everything the tables hold, in words, with each sealed value opened; one that does not open is
  // told as such. Two databases in the same state give the same text.
  [[nodiscard]] std::string describe(store::Database& db) const;

 private:
  Step open_session();
  Step start_flow();
  Step link(store::Database& twin);
  Step refresh(const store::Account& account);
  Step reconnect(store::Database& twin, const store::Account& account);
  Step unlink(const store::Account& account);
  Step receive(store::Database& twin, const store::Account& account);
  [[nodiscard]] store::AccountSecret secret(const std::string& account, std::int64_t generation);
  [[nodiscard]] std::vector<store::AccountToken> tokens(const std::string& account,
                                                        std::int64_t generation);
  [[nodiscard]] store::Revocation revocation(const std::string& account);
  std::size_t pick(std::size_t count);

  std::int64_t now_ = 1'750'000'000'000;
  SeededRandom random_;
  vault::KeyEncryptionKey kek_;
  vault::WrappedDataKey key_;
  vault::Vault vault_;
};

}  // namespace patchbay::durability
