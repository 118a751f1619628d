#pragma once
// This process as one of those that serve a database.
//
// What was read from the database is served from memory only by whoever began to read the change
// sequence less than two seconds ago and found nothing newer: the serving lease. So whoever takes
// access away (suspends, unlinks, withdraws a key) raises the sequence, and may say that it is done
// when every instance has reported that it saw it, or when those two seconds have passed on its own
// clock since the commit: by then everybody has read the sequence again, serves nothing, or was
// frozen and reads first on waking. No two clocks need to agree; they only have to run equally fast
// within a few percent.
//
// Any thread, unless it says otherwise. The pool, the store, the clock and the random source
// outlive it.
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "base/result.h"
#include "instances/presence.h"
#include "net/asio.h"
#include "net/loops.h"
#include "store/store.h"

namespace patchbay::instances {

using net::Task;

class Instance {
  struct Impl;

 public:
  // While one lives the instance beats often enough to keep its leases.
  class Hold {
   public:
    explicit Hold(std::shared_ptr<Impl> impl);
    Hold(Hold&&) noexcept = default;
    Hold& operator=(Hold&&) = delete;
    Hold(const Hold&) = delete;
    Hold& operator=(const Hold&) = delete;
    ~Hold();

   private:
    std::shared_ptr<Impl> impl_;
  };

  Instance(net::LoopPool& loops, store::Store& store, const Clock& clock, Random& random);
  ~Instance();
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;

  // ---- what may be served ----

  // The change sequence, by a reading that began less than two seconds ago; reads when there is
  // none. What is in memory may be served when it was read at this sequence or later.
  // kStorage: it can't be read, and nothing may be served.
  Task<Result<std::int64_t>> sequence();
  // Whether what was read at this sequence may still be served. Ask right before it leaves.
  [[nodiscard]] bool may_serve(std::int64_t read_at) const;
  // After the commit that raised the sequence to this: until no instance serves what it took away.
  Task<> until_all_have_seen(std::int64_t sequence);

  // ---- being there ----

  [[nodiscard]] const std::string& id() const;
  [[nodiscard]] Presence& presence();
  // Reads the sequence and who is there, and writes the own row when that is due.
  Task<Result<>> look();
  [[nodiscard]] Hold hold();

  // Looks twice a second until stop().
  void start();
  void stop();
  // Takes the own row away, so that nobody waits for this instance. Blocks; the loops have ended.
  void leave();

 private:
  std::shared_ptr<Impl> impl_;
};

}  // namespace patchbay::instances
