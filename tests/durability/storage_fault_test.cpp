// The disk fails once: at the first write, the second, and so on to the last of a hub's day, and so
// with each sync, open, truncation and deletion. Whoever is told of it gets an error that says what
// to do; nothing of the failed change stays; the store works again at once; and a power cut at the
// day's end takes nothing that was acknowledged.
//
// PATCHBAY_EVERY_FAULT=1 is the long form: every write, where tests/run takes every eighth.
#include <gtest/gtest.h>

#include <cstdlib>

#include "machine.h"

namespace patchbay::durability {
namespace {

constexpr std::uint64_t kSeed = 11;
constexpr int kSteps = 9;
constexpr int kMigrationAfter = 4;

struct DiskFault {
  const char* name;
  DiskCall call;
  int code;
  std::uint64_t first = 1;
  std::uint64_t stride = 1;
};

void PrintTo(const DiskFault& fault, std::ostream* out) {
  *out << fault.name;
}

// What an operator can act on: which file, what is wrong, what to do.
bool is_named(const Error& error) {
  return error.code == ErrorCode::kStorage && error.message.find("hub.db") != std::string::npos &&
         (error.message.find("heck") != std::string::npos ||
          error.message.find("Free some") != std::string::npos);
}

class Day {
 public:
  explicit Day(Machine& machine) : machine_(machine) {}

  void live() {
    dare([&] { return machine_.open(); });
    for (int i = 0; i < kSteps; ++i) {
      dare([&] { return i == kMigrationAfter ? machine_.migrate() : machine_.step(); });
    }
  }
  [[nodiscard]] int errors() const { return errors_; }

 private:
  // Once more after an error; the disk fails only once.
  template <class Operation>
  void dare(Operation operation) {
    const auto done = operation();
    if (done) return;
    ++errors_;
    EXPECT_TRUE(is_named(done.error())) << to_string(done.error().code) << done.error().message;
    if (!machine_.is_open()) {
      const auto opened = machine_.open();
      ASSERT_TRUE(opened) << opened.error().message;
    }
    EXPECT_EQ(machine_.compare(), "");
    const auto again = operation();
    EXPECT_TRUE(again) << again.error().message;
  }

  Machine& machine_;
  int errors_ = 0;
};

class StorageFaultTest : public testing::TestWithParam<DiskFault> {};

TEST_P(StorageFaultTest, AtAnyCallIsAnErrorThatSaysWhatToDoAndLosesNothing) {
  const auto& [name, call, code, first, short_stride] = GetParam();
  const bool all = std::getenv("PATCHBAY_EVERY_FAULT") != nullptr;
  std::uint64_t last = 0;
  {
    Machine machine(kSeed);
    Day(machine).live();
    last = machine.disk().calls(call);
    EXPECT_EQ(machine.compare(), "");
  }
  ASSERT_GT(last, 0U) << "there is no such call";
  int told = 0;
  for (auto n = all ? 1 : first; n <= last && !HasFailure(); n += all ? 1 : short_stride) {
    SCOPED_TRACE(std::string(name) + " " + std::to_string(n) + " of " + std::to_string(last));
    Machine machine(kSeed);
    machine.disk().lose_everything_unsynced(n % 2 == 0);
    machine.disk().fail_at(call, n, code);
    Day day(machine);
    day.live();
    EXPECT_TRUE(machine.disk().has_failed());
    told += day.errors();
    EXPECT_EQ(machine.compare(), "");
    machine.disk().cut_now();
    EXPECT_EQ(machine.after_power_cut(), "");
  }
  std::cout << name << ": " << last << " calls, " << told << " of the faults were told\n";
  if (call != DiskCall::kTruncate && call != DiskCall::kDelete) EXPECT_GT(told, 0);
}

INSTANTIATE_TEST_SUITE_P(
    Every, StorageFaultTest,
    testing::Values(DiskFault{"Write", DiskCall::kWrite, SQLITE_IOERR_WRITE, 1, 8},
                    DiskFault{"WriteWhenFull", DiskCall::kWrite, SQLITE_FULL, 5, 8},
                    DiskFault{"Sync", DiskCall::kSync, SQLITE_IOERR_FSYNC},
                    DiskFault{"Open", DiskCall::kOpen, SQLITE_CANTOPEN},
                    DiskFault{"Truncate", DiskCall::kTruncate, SQLITE_IOERR_TRUNCATE},
                    DiskFault{"Delete", DiskCall::kDelete, SQLITE_IOERR_DELETE}),
    [](const auto& parameter) { return std::string(parameter.param.name); });

}  // namespace
}  // namespace patchbay::durability
