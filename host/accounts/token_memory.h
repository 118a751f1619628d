#pragma once
// Accounts in memory, opened: what tokens are served from. Each account lives on the loop its id
// hashes to, and all that reads or changes it happens there.
//
// What is here is served only while the instance's serving lease says that nothing was taken away
// since it was read (instances/instance.h); else it is read again. Refusals (suspended, in error)
// are read again each time: another instance may have mended the account.
//
// There are only so many (KeeperOptions::held_accounts): whichever was not asked for for the
// longest time makes room, unless somebody has it in hand or it must not be refreshed again yet.
#include <algorithm>
#include <boost/intrusive/list.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "accounts/credentials.h"
#include "accounts/keeper_options.h"
#include "accounts/services.h"
#include "accounts/token_keeper.h"

namespace patchbay::accounts {

// Wakes those who wait for a refresh under way.
struct Flight;

// One account. Refresh is a single flight: `refreshing` is set while one is under way.
struct Entry {
  std::string project_id;     // "" until it was read
  std::int64_t read_at = -1;  // the change sequence at which `account` was as it is here
  store::Account account;
  std::vector<connector::Token> tokens;
  std::map<std::string, std::int64_t, std::less<>> minted;  // by token name
  std::int64_t refreshed = 0;                               // last success of this process
  std::int64_t use_recorded = 0;
  std::int64_t not_before = 0;  // back-off after a transient failure
  std::int64_t failures = 0;
  std::shared_ptr<Flight> refreshing;
  Result<> last_refresh;
  boost::intrusive::list_member_hook<> by_use;             // TokenMemory's own
  std::vector<std::shared_ptr<const AccessToken>> shared;  // with other loops, each of `tokens`

  // After each change of `account` or `tokens`, and before it goes.
  void has_changed() { shared.clear(); }
};
using EntryPtr = std::shared_ptr<Entry>;

class TokenMemory {
 public:
  TokenMemory(const Services& services, const KeeperOptions& options)
      : services_(services),
        most_a_loop_(std::max<std::size_t>(1, options.held_accounts / services.loops.size())),
        shards_(services.loops.size()) {}
  ~TokenMemory();
  TokenMemory(const TokenMemory&) = delete;
  TokenMemory& operator=(const TokenMemory&) = delete;

  // As far as it may be served, or read now. The entry stays the same object while it is read
  // again, so that a refresh under way remains the only one.
  Task<Result<EntryPtr>> load(std::string project_id, std::string account_id);
  // As load(), where nothing needs to be read; null: it does, or there is something to refuse. Only
  // on the account's loop, and good until something is awaited.
  [[nodiscard]] Entry* find(std::string_view project_id, std::string_view account_id);
  // The next load() reads.
  void forget(const std::string& account_id);

  // Puts what was read into the entry; what a backup brought back is left out where it must not be
  // served.
  Result<> take_over(Entry& entry, StoredAccount stored) const;

  // Why the account's tokens are not served; success: they are.
  static Result<> serving_error(const Entry& entry);

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view id) const { return std::hash<std::string_view>()(id); }
  };
  using ByUse = boost::intrusive::list<
      Entry,
      boost::intrusive::member_hook<Entry, boost::intrusive::list_member_hook<>, &Entry::by_use>>;
  struct Shard {
    Shard() = default;
    Shard(Shard&&) noexcept = default;
    Shard& operator=(Shard&&) = delete;
    Shard(const Shard&) = delete;
    Shard& operator=(const Shard&) = delete;
    ~Shard() { by_use.clear(); }

    std::unordered_map<std::string, EntryPtr, Hash, std::equal_to<>> entries;
    ByUse by_use;  // the one used last is the last
  };

  Shard& shard_of(std::string_view account_id) {
    return shards_[services_.loops.index_for(account_id)];
  }
  Task<Result<>> read_into(Entry& entry, std::string project_id, std::string account_id);
  static EntryPtr place_for(Shard& shard, const std::string& account_id);
  static void note_use(Shard& shard, Entry& entry);
  static void take_out(Shard& shard, Entry& entry);
  void make_room(Shard& shard) const;
  [[nodiscard]] bool may_go(const EntryPtr& entry) const;

  const Services& services_;
  const std::size_t most_a_loop_;
  std::vector<Shard> shards_;  // one a loop
};

// Tokens out of a backup, where the provider may have revoked them since and others can be had.
bool is_withdrawn(const Services& services, const StoredAccount& stored);

Error connector_missing(const store::Account& account);

}  // namespace patchbay::accounts
