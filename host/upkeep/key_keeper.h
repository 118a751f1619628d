#pragma once
// Keeps a serving hub's vault up to date with the database's data keys, so that a rotation needs no
// restart, and clears up behind rotations: records that another process sealed with an old key at
// the last moment, and retired keys that no record names any more.
//
// A hub that can't unwrap a new data key goes on with those it has and says in the log which
// key-encryption key it needs. Any loop.
#include <chrono>
#include <string>

#include "audit/audit_log.h"
#include "base/clock.h"
#include "base/random.h"
#include "net/loops.h"
#include "store/store.h"
#include "upkeep/ticker.h"
#include "vault/key_chain.h"
#include "vault/vault.h"

namespace patchbay::upkeep {

// For how long a retired key stays although no record names it: the positions that callers read
// lists on with (actions/page_token.h) are sealed, too, and are kept by the callers.
inline constexpr std::chrono::minutes kRetiredKeyStays{10};

struct KeyParts {
  net::LoopPool& loops;
  store::Store& store;
  const vault::Vault& vault;
  const vault::KeyChain& chain;
  const Clock& clock;
  Random& random;
  audit::AuditLog& audit;
};

class KeyKeeper {
 public:
  // All parts outlive it.
  explicit KeyKeeper(const KeyParts& parts);

  // Looks once a second, tidies once a minute.
  void start();
  void stop();

  net::Task<Result<>> look();
  // A few hundred records at most; nothing while a rotation is not settled.
  net::Task<Result<>> tidy();

 private:
  net::Task<> tick_look();
  net::Task<> tick_tidy();

  const KeyParts parts_;
  std::string last_complaint_;  // loop 0
  Ticker looking_;
  Ticker tidying_;
};

}  // namespace patchbay::upkeep
