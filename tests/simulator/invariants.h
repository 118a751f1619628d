#pragma once
// What must hold after every step, whatever has happened:
//
//   kept            an account that was acknowledged is there, until somebody asks to unlink it
//   opens           every sealed row opens under the vault
//   served          no token is served, nor leaves with an action's request, after the
//                   acknowledgement that the account was suspended or unlinked, by whichever hub;
//                   and none of a grant that is not the account's own
//   presented once  a refresh token that rotates, and a code, is presented once with unknown or
//                   successful outcome; such a token twice where the manifest declares that a spent
//                   one is forgiven
//   waits           a connect that was said to wait for a person is there for whoever comes back in
//                   time, at whichever hub
//   no orphan       a token that reached a hub is held by an account, or named by a sealed row that
//                   is to be worked off (a revocation, a flow), or over
//   not revoked     a token that an active account holds was not revoked by a hub, nor was its
//                   grant
//   limits          providers are not asked more often than they said, nor before Retry-After,
//                   nor on and on while they are down; retries are one in ten
//
// and at the end of a run, when the weather was fair for days:
//
//   resolved        nothing is left to be worked off
//   usable          an account whose grant is good gives out a token that works
//
// `presented once` and `limits` are looked after by the network, which sees the requests, `waits`
// by the workload.
//
// What the documents allow, and is therefore excused:
// - a token of which no hub ever heard: its answer was lost, or the hub was killed before it;
// - a token in the memory of a hub that lives, for as long as a flow can take; while the hub is
//   frozen, its flows take no time;
// - a token whose writing down failed with the database, in a hub that was killed before it could
//   try again (docs/ARCHITECTURE.md, "What survives a kill");
// - revoked tokens of an account whose refresh token was spent without a new one being stored: all
//   that is left to it is to be reconnected;
// - a token that a refresh has replaced, or that lost a race for a rotating grant whose account
//   goes on with others: it runs out by itself.
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "ledger.h"
#include "shared_disk.h"
#include "token_book.h"
#include "vault/vault.h"
#include "world.h"

namespace patchbay::simulator {

class Invariants {
 public:
  Invariants(World& world, SharedDisk& disk, TokenBook& book, Ledger& ledger,
             const vault::KeyChain& keys, Random& random);

  // After a step that may have changed the database.
  void check();
  // A hub begins its life; it is frozen; it goes on; it was killed.
  void born(Life life) { alive_.insert(life); }
  void frozen(Life life) { frozen_since_[life] = world_.now(); }
  void thawed(Life life);
  void killed(Life life);
  // A token was given to somebody.
  void served(const std::string& account_id, std::string_view value);
  // After days of fair weather.
  void check_resolved();

  struct StoredAccount {
    std::string id;
    std::string status;
    std::vector<int> tokens;
  };
  // As the database has them now.
  [[nodiscard]] const std::map<std::string, StoredAccount>& accounts() const { return accounts_; }

 private:
  void read_accounts();
  void read_sealed_rows();
  const std::vector<int>* opened(const std::string& sealed, const vault::Place& place);
  void check_kept();
  void check_tokens();
  void check_token(MintedToken& token);
  [[nodiscard]] bool has_spent_its_refresh_token(const StoredAccount& account) const;
  [[nodiscard]] bool replaced(const MintedToken& token) const;
  [[nodiscard]] bool is_in_memory(const MintedToken& token) const;
  Result<> unlock();

  World& world_;
  SharedDisk& disk_;
  TokenBook& book_;
  Ledger& ledger_;
  const vault::KeyChain& keys_;
  Random& random_;
  std::unique_ptr<vault::Vault> vault_;
  std::map<std::string, StoredAccount> accounts_;
  std::map<int, std::string> pending_;                        // token id to where it is named
  std::unordered_map<std::string, std::vector<int>> opened_;  // by sealed bytes
  std::set<Life> alive_;
  std::map<Life, std::int64_t> frozen_since_;
};

}  // namespace patchbay::simulator
