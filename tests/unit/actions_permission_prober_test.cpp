// What scopes leave open, found out by asking an invented provider.
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>

#include "accounts/permission_report.h"
#include "actions/permission_prober.h"
#include "actions_test_support.h"
#include "manifest_fixture.h"

namespace patchbay::actions {
namespace {

using accounts::FoundBy;
using accounts::PermissionLine;
using manifest::Granted;

std::string probed_action(const std::string& name) {
  return R"({"id":"acme_)" + name +
         R"(","label":"t","description":"t","input":{"type":"object"},)" +
         R"("token":"main","request":{"method":"GET","host":"api.acme.example","path":"/v1/)" +
         name + R"("},"pagination":{"kind":"cursor","next_path":"/next","cursor_param":"after",)" +
         R"("limit_param":"limit","limit_default":10,"limit_max":200},)" +
         R"("result":{"kind":"list","path":"/data"},"permissions":[")" + name +
         R"(:read"],"hints":{"read_only":true}})";
}

std::string probed_permission(const std::string& name, const std::string& more = {}) {
  return R"({"id":")" + name + R"(","label":"t","read":{"confirmed":false,"scopes":[")" + name +
         R"("],"probe":{"action":"acme_)" + name + R"(")" + more + "}}}";
}

// Sites and jobs can be tried; teams tell how far they reach; of people, the scopes tell.
std::shared_ptr<const manifest::Manifest> probed_acme() {
  const std::string actions = "[" + probed_action("sites") + "," + probed_action("jobs") + "," +
                              probed_action("teams") + "]";
  const std::string permissions =
      R"("permissions":[)" + probed_permission("sites") + "," +
      probed_permission("jobs", R"(,"refused_with":[400,403])") + "," +
      probed_permission("teams", R"(,"reach":{"label":"t","name":"/name"})") + ",";
  return test::parsed_manifest(
      manifest::replaced(test::acme_json(actions), R"("permissions":[)", permissions));
}

struct PermissionProberTest : testing::Test {
  PermissionProberTest() { set_granted(by_scopes({"people:read"})); }

  static accounts::GrantedPermissions by_scopes(std::vector<std::string> granted) {
    accounts::GrantedPermissions found;
    found.granted = std::move(granted);
    found.connected = 1'000;
    return found;
  }
  void set_granted(const accounts::GrantedPermissions& granted) {
    hub.change([&](store::Database& db) -> Result<> {
      PATCHBAY_TRY_ASSIGN(const auto now, store::accounts_table::find(db, "prj_1", "acc_1"));
      PATCHBAY_TRY_ASSIGN(const bool changed, store::accounts_table::replace_granted(
                                                  db, "acc_1", now->granted, to_json(granted)));
      EXPECT_TRUE(changed);
      return {};
    });
  }
  void suspend() {
    hub.change([](store::Database& db) {
      return store::accounts_table::suspend(db, "prj_1", "acc_1", "", 5);
    });
  }
  Result<> check() { return hub.loops.block_on(prober.check("prj_1", "acc_1")); }

  accounts::GrantedPermissions granted() {
    const auto account = hub.store().transact_blocking(
        [](store::Database& db) { return store::accounts_table::find(db, "prj_1", "acc_1"); });
    return accounts::granted_from_json((*account)->granted, true);
  }
  PermissionLine line(const std::string& permission) {
    for (auto& found : accounts::permission_report(*hub.manifest, {}, granted()))
      if (found.permission.to_string() == permission) return found;
    ADD_FAILURE() << "no line for " << permission;
    return {};
  }
  void answer_records(int count = 1) {
    std::string records;
    for (int i = 0; i < count; ++i)
      records += (i > 0 ? "," : "") + (R"({"name":"Team )" + std::to_string(i) + R"("})");
    hub.provider.answer(200, R"({"data":[)" + records + "]}");
  }
  [[nodiscard]] std::size_t asked() const { return hub.provider.requests.size(); }

  test::Hub hub{probed_acme()};
  ActionRunner runner{*hub.services, hub.tokens, hub.runner_options()};
  PermissionProber prober{*hub.services, runner};
};

TEST_F(PermissionProberTest, WhatIsLetThroughIsGrantedAndWhatIsRefusedIsMissing) {
  answer_records();
  hub.provider.answer(400, "{}");
  hub.provider.answer(403, "{}");
  ASSERT_TRUE(check());
  EXPECT_EQ(line("sites:read").granted, Granted::kYes);
  EXPECT_EQ(line("sites:read").found_by, FoundBy::kProbe);
  EXPECT_EQ(line("sites:read").found_at, hub.clock.unix_ms());
  EXPECT_EQ(line("jobs:read").granted, Granted::kNo);
  EXPECT_EQ(line("teams:read").granted, Granted::kNo);
  EXPECT_EQ(granted().checked, hub.clock.unix_ms());
}

TEST_F(PermissionProberTest, AnyOtherRefusalProvesNothing) {
  hub.provider.answer(400, "{}");  // means missing for jobs, and not for sites
  hub.provider.answer(500, "{}");
  hub.provider.answer(404, "{}");
  ASSERT_TRUE(check());
  for (const auto* name : {"sites:read", "jobs:read", "teams:read"}) {
    EXPECT_EQ(line(name).granted, Granted::kUnknown) << name;
    EXPECT_EQ(line(name).found_by, FoundBy::kNothing) << name;
  }
}

TEST_F(PermissionProberTest, A401ProvesNothingSinceTheTokenMayBeAtFault) {
  for (int i = 0; i < 6; ++i) hub.provider.answer(401, "{}");
  ASSERT_TRUE(check());
  EXPECT_EQ(line("sites:read").granted, Granted::kUnknown);
}

TEST_F(PermissionProberTest, AnAnswerThatMakesNoSenseProvesNothing) {
  hub.provider.answer(200, "no JSON");
  hub.provider.answer(200, R"({"data":5})");
  hub.provider.answer(403, "{}");
  ASSERT_TRUE(check());
  EXPECT_EQ(line("sites:read").granted, Granted::kUnknown);
  EXPECT_EQ(line("jobs:read").granted, Granted::kUnknown);
  EXPECT_EQ(line("teams:read").granted, Granted::kNo);
}

TEST_F(PermissionProberTest, OnlyReadsWhatScopesLeaveOpenAndOneRecordOfIt) {
  for (int i = 0; i < 3; ++i) hub.provider.answer(403, "{}");
  ASSERT_TRUE(check());
  ASSERT_EQ(asked(), 3U);
  for (const auto& request : hub.provider.requests) EXPECT_EQ(request.method, "GET");
  EXPECT_EQ(hub.provider.requests[0].url, "https://api.acme.example/v1/sites?limit=1");
  EXPECT_EQ(line("people:read").found_by, FoundBy::kScope);
  EXPECT_EQ(line("people:write").granted, Granted::kUnknown) << "writing is never tried";
}

TEST_F(PermissionProberTest, TheListOfAllowedActionsIsNotAsked) {
  hub.change([](store::Database& db) {
    return db.execute("UPDATE integrations SET allowed_actions = '[]'");
  });
  for (int i = 0; i < 3; ++i) answer_records();
  ASSERT_TRUE(check());
  EXPECT_EQ(line("sites:read").granted, Granted::kYes);
}

TEST_F(PermissionProberTest, WhatScopesGrantIsAskedOnlyHowFarItReaches) {
  set_granted(by_scopes({"sites:read", "jobs:read", "teams:read"}));
  answer_records(3);
  ASSERT_TRUE(check());
  ASSERT_EQ(asked(), 1U);
  const auto teams = line("teams:read");
  EXPECT_EQ(teams.found_by, FoundBy::kScope);
  ASSERT_TRUE(teams.reach);
  EXPECT_EQ(teams.reach->names, (std::vector<std::string>{"Team 0", "Team 1", "Team 2"}));
  EXPECT_FALSE(teams.reach->more);
}

TEST_F(PermissionProberTest, ALongReachIsNamedInPart) {
  set_granted(by_scopes({"sites:read", "jobs:read"}));
  answer_records(150);
  ASSERT_TRUE(check());
  ASSERT_TRUE(line("teams:read").reach);
  EXPECT_EQ(line("teams:read").reach->names.size(), accounts::Reach::kMostNames);
  EXPECT_TRUE(line("teams:read").reach->more);
}

TEST_F(PermissionProberTest, ALongNameIsCutBetweenCharacters) {
  set_granted(by_scopes({"sites:read", "jobs:read"}));
  std::string name = "x";
  while (name.size() < 200) name += "ä";
  hub.provider.answer(200, R"({"data":[{"name":")" + name + R"("}]})");
  ASSERT_TRUE(check());
  EXPECT_EQ(line("teams:read").reach->names.at(0), name.substr(0, 79));
}

TEST_F(PermissionProberTest, ASuspendedAccountIsNotProbed) {
  suspend();
  const auto done = check();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::kForbidden);
  EXPECT_EQ(asked(), 0U);
}

TEST_F(PermissionProberTest, NothingMoreIsAskedOrKeptOnceTheAccountIsSuspended) {
  answer_records();
  hub.tokens.meanwhile = [this] {
    if (asked() != 1) return;
    suspend();
    hub.clock.advance_ms(2'000);  // what was read about access is old now
  };
  ASSERT_TRUE(check());
  EXPECT_EQ(asked(), 1U);
  EXPECT_EQ(line("sites:read").granted, Granted::kUnknown);
}

TEST_F(PermissionProberTest, WhatWasFoundIsDroppedWhenTheAccountWasConnectedAnewMeanwhile) {
  for (int i = 0; i < 3; ++i) answer_records();
  hub.tokens.meanwhile = [this] {
    if (asked() == 2) set_granted(by_scopes({"people:read", "people:write"}));
  };
  ASSERT_TRUE(check());
  EXPECT_EQ(line("people:write").granted, Granted::kYes);
  EXPECT_EQ(line("sites:read").granted, Granted::kUnknown);
}

TEST_F(PermissionProberTest, AnUnreachableProviderIsAskedOnceAndIsNoError) {
  hub.provider.answer(0, "").error = net::NetError::kConnect;
  ASSERT_TRUE(check());
  EXPECT_EQ(asked(), 1U);
  EXPECT_EQ(line("sites:read").granted, Granted::kUnknown);
  EXPECT_EQ(granted().checked, 0);
}

TEST_F(PermissionProberTest, AnEarlierFindingStaysWithItsTimeUntilAProbeSaysOtherwise) {
  answer_records();
  hub.provider.answer(0, "").error = net::NetError::kConnect;
  ASSERT_TRUE(check());
  const auto first = hub.clock.unix_ms();
  hub.clock.advance_ms(60'000);
  hub.provider.answer(0, "").error = net::NetError::kConnect;
  ASSERT_TRUE(check());
  EXPECT_EQ(line("sites:read").granted, Granted::kYes);
  EXPECT_EQ(line("sites:read").found_at, first);
  for (int i = 0; i < 3; ++i) hub.provider.answer(403, "{}");
  ASSERT_TRUE(check());
  EXPECT_EQ(line("sites:read").granted, Granted::kNo);
  EXPECT_EQ(line("sites:read").found_at, first + 60'000);
}

TEST_F(PermissionProberTest, NoProbeBeginsWhenTheTimeOfACheckIsOver) {
  answer_records();
  hub.tokens.meanwhile = [this] { hub.clock.advance_ms(PermissionProber::kAskForMs); };
  ASSERT_TRUE(check());
  EXPECT_EQ(asked(), 1U);
  EXPECT_EQ(line("sites:read").granted, Granted::kYes);
  EXPECT_EQ(line("jobs:read").granted, Granted::kUnknown);
}

// Answers 403 to everything, but holds each answer back until release().
class HoldingProvider final : public net::HttpSender {
 public:
  explicit HoldingProvider(net::asio::io_context& loop)
      : gate_(loop, net::asio::steady_timer::time_point::max()) {}
  net::Task<net::ClientReply> send(net::ClientRequest /*request*/,
                                   std::chrono::milliseconds /*time*/) override {
    ++asked;
    if (!open_) (void)co_await gate_.async_wait(net::asio::as_tuple(net::asio::use_awaitable));
    net::ClientReply reply;
    reply.status = 403;
    co_return reply;
  }
  void release() {
    open_ = true;
    gate_.cancel();
  }
  std::size_t asked = 0;

 private:
  net::asio::steady_timer gate_;
  bool open_ = false;
};

// Lets what is ready to run run.
net::Task<> turn() {
  co_await net::asio::post(co_await net::asio::this_coro::executor, net::asio::use_awaitable);
}

TEST_F(PermissionProberTest, WhoAsksWhileACheckIsUnderWayWaitsForThatOne) {
  HoldingProvider provider(hub.loops.loop(0));
  hub.services->http = {&provider};
  prober.check_soon("prj_1", "acc_1");
  bool ended = false;
  net::asio::post(hub.loops.loop(0), [&] {
    EXPECT_FALSE(ended);
    provider.release();
  });
  ASSERT_TRUE(check());
  ended = true;
  EXPECT_EQ(provider.asked, 3U);
  EXPECT_EQ(line("sites:read").granted, Granted::kNo);
}

TEST_F(PermissionProberTest, OnlySoManyAccountsAreCheckedAtOnce) {
  HoldingProvider provider(hub.loops.loop(0));
  hub.services->http = {&provider};
  const auto count = PermissionProber::kMostAtOnce;
  hub.change([&](store::Database& db) -> Result<> {
    for (std::size_t i = 0; i < count; ++i) {
      auto account = hub.account;
      account.id = "acc_more_" + std::to_string(i);
      PATCHBAY_TRY(store::accounts_table::insert(db, account, true));
    }
    return {};
  });
  std::size_t ended = 0;
  for (std::size_t i = 0; i < count; ++i)
    net::asio::co_spawn(hub.loops.loop(0), prober.check("prj_1", "acc_more_" + std::to_string(i)),
                        [&](const std::exception_ptr&, Result<>) { ++ended; });
  const auto refused = check();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kRateLimited);
  EXPECT_GT(refused.error().retry_after_ms, 0);
  provider.release();
  while (ended < count) hub.loops.block_on(turn());
  ASSERT_TRUE(check());
  EXPECT_EQ(provider.asked, 3 * (count + 1));
}

}  // namespace
}  // namespace patchbay::actions
