// Accounts are unlinked while the provider is away, and hubs are killed and started meanwhile: when
// it is back, it is told to forget every token.
//
// The long form (tests/durability/README.md holds its last result):
//   PATCHBAY_OUTAGE_REVOCATIONS=1000 PATCHBAY_OUTAGE_RESTARTS=20
//   build/release/bin/patchbay_several_hubs_tests --gtest_filter='RevocationOutage*'
#include "several_hubs_fixture.h"

namespace patchbay::integration {
namespace {

struct RevocationOutageTest : SeveralHubsTest {
  // Pauses grow to an hour, claims of the dead last two minutes; here time is made to pass. Hubs
  // write the same rows in an order of their own, and PostgreSQL ends one of two that wait for each
  // other.
  void make_all_due() const {
    constexpr int kTries = 20;
    for (int i = 1;; ++i) {
      try {
        (void)ask("UPDATE revocations SET next_attempt = 1");
        return;
      } catch (const std::runtime_error&) {
        if (i == kTries) throw;
      }
    }
  }
};

TEST_F(RevocationOutageTest, EveryRevocationIsDeliveredHoweverOftenHubsAreKilled) {
  const auto count = number_from("PATCHBAY_OUTAGE_REVOCATIONS", 40);
  const auto restarts = number_from("PATCHBAY_OUTAGE_RESTARTS", 4);
  open_hub();
  std::vector<std::string> ids(count);
  for_each(count, [&](std::size_t n) { ids[n] = link_account(kMint, "o" + std::to_string(n)); });
  provider.stop();
  std::vector<std::unique_ptr<ChildProcess>> hubs;
  for (int i = 1; i <= 2; ++i) hubs.push_back(hub_process(i));
  for_each(count, [&](std::size_t n) {
    EXPECT_TRUE(wait(hub->accounts().unlink(hub->project_id(), ids[n])));
  });
  close_hub();
  for (std::size_t i = 0; i < restarts; ++i) {
    const auto tried = "SELECT sum(attempts) FROM revocations";
    const auto before = ask(tried);
    hubs[i % 2]->kill();
    make_all_due();
    hubs[i % 2] = hub_process(static_cast<int>(i) + 3);
    EXPECT_TRUE(wait_until([&] { return ask(tried) != before; })) << "nobody tries";
  }
  EXPECT_EQ(ask("SELECT count(*) FROM revocations"), std::to_string(count));
  provider.start();
  make_all_due();
  hubs.push_back(hub_process(0));
  EXPECT_TRUE(wait_until([&] { return ask("SELECT count(*) FROM revocations") == "0"; },
                         60s + std::chrono::milliseconds(count * 50)));
  auto revoked = provider.revoked();
  for (std::size_t n = 0; n < count; ++n)
    EXPECT_GE(revoked["access.o" + std::to_string(n) + ".1"], 1) << n;
}

}  // namespace
}  // namespace patchbay::integration
