#pragma once
// What a hub that was killed had acknowledged, read from its output (programs/hub_work.h), and what
// must therefore be in its database.
#include <map>
#include <set>
#include <string>

#include "store/database.h"

namespace patchbay::integration {

class KillLedger {
 public:
  // One line of the hub's output.
  void read(const std::string& line);

  // Accounts that were there before the hub began.
  void expect(const std::string& account, std::int64_t generation) {
    accounts_[account] = generation;
  }

  // What is wrong with the database; empty: nothing. Then takes over what it says about the act
  // that the kill interrupted.
  std::string check(store::Database& db);

  // Refreshes that were stored. The tokens each of them replaced live on at the provider until they
  // run out.
  [[nodiscard]] std::uint64_t refreshes() const { return refreshes_; }
  // Whether the kill came between the beginning and the acknowledgement of an act that mints.
  [[nodiscard]] bool interrupted_a_mint() const { return minting_; }
  [[nodiscard]] std::uint64_t acknowledged() const { return acknowledged_; }
  [[nodiscard]] const std::string& failure() const { return failure_; }

 private:
  std::map<std::string, std::int64_t> accounts_;  // to their generation, at least
  std::set<std::string> unlinked_;
  std::string unlinking_;   // begun and not acknowledged
  std::string refreshing_;  // begun and not acknowledged
  bool minting_ = false;
  std::string failure_;
  std::uint64_t acknowledged_ = 0;
  std::uint64_t refreshes_ = 0;
};

}  // namespace patchbay::integration
