// Memory runs out once, at each allocation that the store, SQLite, the vault and OpenSSL make: the
// caller gets an error or a bad_alloc, nothing of the change stays, nothing else is lost, and the
// next change works.
#include <gtest/gtest.h>

#include "failing_memory.h"
#include "machine.h"
#include "vault/vault.h"

namespace patchbay::durability {
namespace {

bool says_what_to_do(const Error& error) {
  return error.message == Machine::kOutOfMemory ||
         (error.code == ErrorCode::kStorage && error.message.find("heck") != std::string::npos);
}

class StoreAllocationTest : public testing::TestWithParam<Memory> {};

// Steps differ in what they allocate; so each n meets a step of its own, and what the largest of
// them needs is the end.
TEST_P(StoreAllocationTest, AStepThatRunsOutOfMemoryLeavesNothingAndTheNextOneWorks) {
  const auto memory = GetParam();
  Machine machine(7, Machine::Synchronous::kAsShipped, Machine::Disk::kSystem);
  ASSERT_TRUE(machine.open());
  constexpr int kUntouchedStepsAtTheEnd = 12;
  std::uint64_t n = 1;
  int told = 0;
  for (int untouched = 0; untouched < kUntouchedStepsAtTheEnd && !HasFailure();) {
    SCOPED_TRACE(n);
    bool failed = false;
    machine.around_store([&] { fail_allocation(memory, n); },
                         [&] { failed = stop_failing(memory); });
    const auto done = machine.step();
    machine.around_store([] {}, [] {});
    if (!done) {
      ++told;
      EXPECT_TRUE(failed);
      EXPECT_TRUE(says_what_to_do(done.error())) << done.error().message;
      EXPECT_TRUE(machine.step());
    }
    if (!done || n % 16 == 0) EXPECT_EQ(machine.compare(), "");
    untouched = failed ? 0 : untouched + 1;
    ++n;
  }
  EXPECT_EQ(machine.compare(), "");
  std::cout << n - 1 << " allocations, " << told << " of the failures were told\n";
  EXPECT_GT(told, 10);
}

TEST_P(StoreAllocationTest, OpeningAndMigratingThatRunsOutOfMemoryLeavesADatabaseThatOpens) {
  const auto memory = GetParam();
  Machine machine(8, Machine::Synchronous::kAsShipped, Machine::Disk::kSystem);
  bool failed = true;
  std::uint64_t n = 1;
  // Far steps once the small things have been tried: a migration allocates thousands of times.
  for (; failed && !HasFailure(); n += 1 + n / 16) {
    SCOPED_TRACE(n);
    machine.close();
    machine.around_store([&] { fail_allocation(memory, n); },
                         [&] { failed = stop_failing(memory); });
    const auto opened = machine.open();
    machine.around_store([] {}, [] {});
    if (!opened) EXPECT_TRUE(says_what_to_do(opened.error())) << opened.error().message;
    machine.close();
    ASSERT_TRUE(machine.open());
    EXPECT_EQ(machine.compare(), "");
  }
  EXPECT_GT(n, 20U);
}

INSTANTIATE_TEST_SUITE_P(Each, StoreAllocationTest, testing::Values(Memory::kNew, Memory::kSqlite),
                         [](const auto& parameter) {
                           return parameter.param == Memory::kNew ? "New" : "Sqlite";
                         });

class VaultAllocationTest : public testing::TestWithParam<Memory> {};

TEST_P(VaultAllocationTest, SealingAndOpeningThatRunOutOfMemoryFailAndWorkTheNextTime) {
  const auto memory = GetParam();
  OsRandom random;
  const auto kek = vault::KeyEncryptionKey::generate(random);
  const auto key = vault::create_data_key(kek, random, 1).value();
  const vault::Place place{"account_secrets", "prj_1", "acc_1", "client_secret", 1};
  const std::string secret(200, 's');
  const auto try_at = [&](std::uint64_t n) {
    fail_allocation(memory, n);
    try {
      const auto vault = vault::Vault::unlock(kek, std::span(&key, 1), random);
      const auto sealed = vault ? vault->seal(secret, place) : vault.error();
      const auto opened = sealed ? vault->open(*sealed, place) : sealed.error();
      const bool failed = stop_failing(memory);
      // Memory that was missing must not look like a wrong key or a damaged record.
      EXPECT_TRUE(opened || failed);
      if (opened) EXPECT_TRUE(opened->equals(secret));
      return failed;
    } catch (const std::bad_alloc&) {
      return stop_failing(memory);
    }
  };
  std::uint64_t n = 1;
  while (try_at(n) && !HasFailure()) ++n;
  EXPECT_GT(n, 3U);
  EXPECT_FALSE(try_at(1'000'000));
}

INSTANTIATE_TEST_SUITE_P(Each, VaultAllocationTest, testing::Values(Memory::kNew, Memory::kOpenssl),
                         [](const auto& parameter) {
                           return parameter.param == Memory::kNew ? "New" : "Openssl";
                         });

}  // namespace
}  // namespace patchbay::durability
