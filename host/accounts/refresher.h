#pragma once
// Renews an account's tokens. In this process a refresh is a single flight: whoever asks meanwhile
// waits for the same one. Across instances it needs the turn (refresh_turns.h), and what came of it
// is written only under the turn's fencing number and the generation it began with; a loser revokes
// what it minted and takes over what the winner stored.
//
// Refused credentials are final (status error, with a reason); transient failures back off.
// Rotating refresh tokens have rules of their own (rotation.h).
//
// On the account's loop.
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "accounts/keeper_options.h"
#include "accounts/refresh_turns.h"
#include "accounts/services.h"
#include "accounts/token_memory.h"
#include "connector/flow_driver.h"

namespace patchbay::accounts {

class Revoker;

class Refresher : public std::enable_shared_from_this<Refresher> {
 public:
  // Services and revoker outlive it; `memory` is what it changes.
  Refresher(const Services& services, Revoker& revoker, std::shared_ptr<TokenMemory> memory,
            const KeeperOptions& options)
      : services_(services),
        revoker_(revoker),
        memory_(std::move(memory)),
        options_(options),
        turns_(services, options) {}

  // Joins the refresh under way, or makes one. `insists`: also right after a failure.
  Task<Result<>> refresh(EntryPtr entry, bool insists);

 private:
  struct Attempt;  // refresh_attempt.h
  struct Called;

  static Task<> fly(std::shared_ptr<Refresher> self, EntryPtr entry, bool insists);
  Task<Result<>> renew(Entry& entry, bool insists);
  Task<Result<>> renew_in_turn(Entry& entry, Turn turn);
  Result<> adopt(Entry& entry, Turn turn);
  Result<Attempt> prepare(Entry& entry, Turn turn);
  Task<Result<>> mint(Attempt& attempt);
  Task<Result<>> rotate(Attempt& attempt);
  // Commits that the refresh token is about to be presented, where it may be.
  Task<Result<>> write_down_presentation(Attempt& attempt);
  Task<Called> call(Attempt& attempt);

  // ---- refresh_save.cpp: what came of it ----
  Task<Result<>> keep(Attempt& attempt, Called called);
  Task<Result<>> lost(Attempt& attempt, std::vector<connector::Token> minted, std::string flow_id,
                      const Error& why);
  Task<Result<>> failed(Attempt& attempt, Error error);
  // Puts the account into status error, with an event, and ends the turn.
  Task<Result<>> mark_error(Attempt& attempt, std::string code, std::string text);
  // Ends the turn without an outcome, if it is still ours.
  Task<> let_go(store::RefreshLease lease);
  // What the store has now, whoever brought it about.
  Task<Result<>> adopt_stored(Entry& entry);
  Task<> revoke_minted(const Attempt& attempt, Called& called);
  Task<bool> has_turn(store::RefreshLease lease);
  Task<> order_revocation(const Attempt& attempt, std::vector<connector::Token> tokens,
                          std::string flow_id, bool ends_grant = false);
  Error back_off(Entry& entry, Error error);

  const Services& services_;
  Revoker& revoker_;
  const std::shared_ptr<TokenMemory> memory_;
  const KeeperOptions options_;
  RefreshTurns turns_;
};

// Failures that trying again can't mend.
bool is_final(ErrorCode code);

}  // namespace patchbay::accounts
