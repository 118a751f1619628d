#pragma once
// A machine that runs the hub's script on a database under test, and a twin in memory that never
// fails: what the store acknowledged the twin has, and what it did not acknowledge the twin has
// not. After each cut or fault the two are compared.
#include <functional>
#include <optional>
#include <string>

#include "hub_script.h"
#include "power_cut_disk.h"
#include "store_test_support.h"

namespace patchbay::durability {

class Machine {
 public:
  enum class Synchronous : std::uint8_t { kAsShipped, kNormal };

  // The text of the error when a bad_alloc came out of the store instead of one.
  static constexpr std::string_view kOutOfMemory = "bad_alloc";

  // kSystem: SQLite's own VFS, and no power cuts.
  enum class Disk : std::uint8_t { kPowerCut, kSystem };

  explicit Machine(std::uint64_t seed, Synchronous synchronous = Synchronous::kAsShipped,
                   Disk disk = Disk::kPowerCut);

  [[nodiscard]] PowerCutDisk& disk() { return *disk_; }
  [[nodiscard]] std::size_t acknowledged() const { return acknowledged_; }

  // Called around each use of the database under test, and of nothing else.
  void around_store(std::function<void()> before, std::function<void()> after) {
    before_ = std::move(before);
    after_ = std::move(after);
  }

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
  Result<> use_store(const Step& step);
  Result<> open_store();
  std::string describe_opened(store::Database& db) const;
  void apply_to_twin(const Step& step);

  store::TestFolder folder_;
  std::optional<PowerCutDisk> disk_;
  Synchronous synchronous_;
  HubScript script_;
  // Where the database begins: one step back, for migrate() to make.
  std::int64_t schema_ = store::latest_schema_version() - 1;
  std::unique_ptr<store::Database> twin_;
  std::unique_ptr<store::Store> store_;
  std::optional<Step> unanswered_;  // begun, and neither acknowledged nor known to have failed
  std::function<void()> before_ = [] {};
  std::function<void()> after_ = [] {};
  bool has_first_rows_ = false;
  std::size_t acknowledged_ = 0;
};

}  // namespace patchbay::durability
