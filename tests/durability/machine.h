#pragma once
// A machine that runs the hub's script on a database under test, and a twin in memory that never
// fails: what the store acknowledged the twin has, and what it did not acknowledge the twin has
// not. After each cut or fault the two are compared.
#include <optional>
#include <string>

#include "hub_script.h"
#include "power_cut_disk.h"
#include "store_test_support.h"

namespace patchbay::durability {

class Machine {
 public:
  enum class Synchronous : std::uint8_t { kAsShipped, kNormal };

  explicit Machine(std::uint64_t seed, Synchronous synchronous = Synchronous::kAsShipped);

  [[nodiscard]] PowerCutDisk& disk() { return disk_; }
  [[nodiscard]] std::size_t acknowledged() const { return acknowledged_; }

  // Opens the database as the hub does and sees to its first rows.
  Result<> open();
  void close() { store_.reset(); }
  // One step of the script; its error is the store's.
  Result<> step();
  // A step that raises the schema to the newest; closes and opens.
  Result<> migrate();

  // The power comes back: opens the database and says what is wrong with it; empty: nothing. The
  // transaction that was under way when the power went may be there or not, but not by half.
  std::string after_power_cut();
  // Compares without a cut: after an error the step must not have happened. Empty: all is well.
  std::string compare();
  [[nodiscard]] bool is_open() const { return store_ != nullptr; }

 private:
  Result<std::unique_ptr<store::Database>> open_database() const;
  Result<> run(Step step);
  std::string describe_opened(store::Database& db) const;
  void apply_to_twin(const Step& step);

  store::TestFolder folder_;
  PowerCutDisk disk_;
  Synchronous synchronous_;
  HubScript script_;
  std::int64_t schema_ = 1;  // where the database begins; migrate() makes it the newest
  std::unique_ptr<store::Database> twin_;
  std::unique_ptr<store::Store> store_;
  std::optional<Step> unanswered_;  // begun, and neither acknowledged nor known to have failed
  bool has_first_rows_ = false;
  std::size_t acknowledged_ = 0;
};

}  // namespace patchbay::durability
