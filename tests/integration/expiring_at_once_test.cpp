// Many accounts that expire in the same second, on three hubs of which one is frozen and one killed
// meanwhile: one token request for each, but for those that the two had at the provider at that
// moment; and a rotating token is never presented twice.
//
// The long form (tests/durability/README.md holds its last result):
//   PATCHBAY_EXPIRING_ACCOUNTS=100000 build/release/bin/patchbay_several_hubs_tests
//   --gtest_filter='ExpiringAtOnce*'
#include <iterator>
#include <sstream>

#include "several_hubs_fixture.h"
#include "support/account_copies.h"

namespace patchbay::integration {
namespace {

class ExpiringAtOnceTest : public SeveralHubsTest {
 protected:
  ExpiringAtOnceTest() { open_hub(); }

  // Of the account `id`, whose owner is also the name of its grant; each has its own.
  test::AccountCopies copies_of(const std::string& id, const std::string& linked) {
    return {*hub, id, [this, linked](std::string_view text, const std::string& owner) {
              if (text.starts_with("refresh.")) return provider.new_grant(owner);
              std::string out(text);
              for (auto at = out.find(linked); at != std::string::npos;
                   at = out.find(linked, at + 1))
                out.replace(at, linked.size(), owner);
              return out;
            }};
  }

  // One of each kind is linked, the others are written beside it as they would have come to be.
  // A tenth rotates.
  void link_all(std::size_t count) {
    const auto mints = copies_of(link_account(kMint, "owner1"), "owner1");
    const auto rotates = copies_of(link_account(kRotating, "owner0"), "owner0");
    const auto rotating = std::max<std::size_t>(count / 10 + 1, 2);
    for (const auto& done : {rotates.add(2, rotating), mints.add(rotating, count)})
      ASSERT_TRUE(done) << done.error().message;
  }
  static std::chrono::milliseconds patience(std::size_t accounts) {
    return 60s + std::chrono::milliseconds(accounts * 50);
  }
  std::set<std::string> owners(const std::string& condition) const {
    std::istringstream list(
        ask("SELECT string_agg(owner_id, ' ') FROM accounts WHERE " + condition));
    return {std::istream_iterator<std::string>(list), {}};
  }
  // Whose token another hub is renewing, or was when it ended.
  static std::string held_by_others_than(const ChildProcess& hub) {
    return "id IN (SELECT account_id FROM refresh_leases WHERE holder <> '' AND holder NOT IN "
           "(SELECT id FROM instances WHERE process LIKE '%/" +
           std::to_string(hub.pid()) + "/%'))";
  }
  std::string open() const {
    return ask("SELECT count(*) FROM accounts WHERE status = 'active' AND generation = 1");
  }
};

TEST_F(ExpiringAtOnceTest, EachIsRefreshedOnceAlthoughOneHubIsFrozenAndOneKilled) {
  const auto count = number_from("PATCHBAY_EXPIRING_ACCOUNTS", 300);
  link_all(count);
  close_hub();
  ASSERT_EQ(ask("SELECT count(*) FROM accounts"), std::to_string(count));
  auto stays = hub_process(1);
  auto killed = hub_process(2);
  auto frozen = hub_process(3);
  const auto before = token_calls();
  const auto minted_for_linking = provider.minted();
  fault({.kind = FaultKind::delay, .times = 0, .delay = 20ms});
  (void)ask("UPDATE accounts SET next_refresh = 1");
  ASSERT_TRUE(
      provider.kit().calls().wait_for(turnstile::kTokenRoute, before + count / 4, patience(count)));
  ::kill(frozen->pid(), SIGSTOP);
  ::kill(killed->pid(), SIGSTOP);  // so that nobody takes over what it has before that is read
  auto in_hand = owners(held_by_others_than(*stays));
  killed->kill();
  in_hand.merge(owners(held_by_others_than(*stays)));  // what was on its way to the database
  ASSERT_TRUE(wait_until([&] { return open() == "0"; }, patience(count))) << open() << " left";
  ::kill(frozen->pid(), SIGCONT);
  EXPECT_EQ(order(*frozen, "nothing"), "error unknown order");

  std::size_t twice = 0;
  auto minted = provider.minted();
  for (const auto& [client, times] : minted_for_linking) minted[client] -= times;
  EXPECT_EQ(minted.size(), count - count / 10);
  for (const auto& [client, times] : minted) {
    EXPECT_GE(times, 1) << client;
    EXPECT_LE(times, in_hand.contains(client) ? 2 : 1) << client;
    if (times > 1) ++twice;
  }
  for (const auto& [grant, numbers] : provider.presented())
    for (const auto& [number, times] : numbers)
      EXPECT_EQ(times, 1) << grant << ", refresh token " << number;
  EXPECT_EQ(provider.dead_grants(), 0U);
  const auto lost = owners("status = 'error'");
  for (const auto& owner : lost) EXPECT_TRUE(in_hand.contains(owner)) << owner;
  std::cout << count << " accounts, " << in_hand.size()
            << " in hand of the frozen and the killed hub: " << twice << " asked for twice, "
            << lost.size() << " need to be reconnected\n";
}

}  // namespace
}  // namespace patchbay::integration
