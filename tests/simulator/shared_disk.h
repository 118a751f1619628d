#pragma once
// The one database of a simulation, in memory, and the connections of all hub lives to it. What was
// committed survives a hub's end, and what was not is undone: a closure runs from its first to its
// last statement in one call, so that a kill can only fall between transactions.
//
// Transactions can be made to fail: the disk is full or the database is locked (nothing changed),
// or the connection breaks at the commit (perhaps it was done, and nobody knows).
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <utility>

#include "store/database.h"
#include "token_book.h"
#include "world.h"

namespace patchbay::simulator {

class SharedDisk {
 public:
  enum class Fault : std::uint8_t {
    kNone,
    kBegin,
    kCommit,
    kUnknownUndone,  // the outcome is unknown, and it was not done
    kUnknownDone,
  };

  // A migrated, empty database.
  explicit SharedDisk(World& world);

  // The disk outlives the connection.
  std::unique_ptr<store::Database> connect(Life life);

  // The share of transactions that fail.
  void set_trouble(double share) { trouble_ = share; }
  // What becomes of the next write transaction of a life.
  void set_next(Life life, Fault fault) { next_[life] = fault; }
  // How many commits there have been, whoever made them, that changed something; that a hub is
  // alive does not count.
  [[nodiscard]] std::uint64_t changes() const { return changes_; }
  // Called before each write transaction of a life. It may let the others go on meanwhile.
  void before_writes(std::function<void(Life)> what) { before_write_ = std::move(what); }
  // Whether a transaction of this life has failed, or seemed to, since `unix_ms`.
  [[nodiscard]] bool failed_since(Life life, std::int64_t unix_ms) const;

  // For those who see everything; between transactions.
  [[nodiscard]] store::Database& database() { return *database_; }

 private:
  class Connection;
  Fault draw_fault(Life life, store::Access access);

  World& world_;
  std::unique_ptr<store::Database> database_;
  std::function<void(Life)> before_write_;
  double trouble_ = 0;
  std::uint64_t changes_ = 0;
  std::map<Life, std::int64_t> last_failure_;
  std::map<Life, Fault> next_;
};

}  // namespace patchbay::simulator
