// Connects that need a person on the way: they go on in whatever process the person comes back to,
// once, for the right answer only, and leave nothing behind when nobody comes.
#include "accounts/waiting_flows.h"
#include "hub_fixture.h"

namespace patchbay::integration {
namespace {

class WaitingTest : public HubTest {
 protected:
  WaitingTest() {
    drop("asks_a_person.so", bad_connector("asks_a_person"));
    open_hub();
  }

  accounts::LinkRequest asking(const std::string& client_id) {
    auto request = link_request({client_id, who.client_secret}, session_request("acme"), "asker");
    request.has_browser = true;
    request.redirect_uri = "https://hub.example/connect/return";
    return request;
  }
  // At the sign-in page, its session.
  store::ConnectSession sent_away() {
    auto request = asking(who.client_id);
    auto session = request.session;
    const auto outcome = wait(hub->accounts().link(std::move(request)));
    EXPECT_TRUE(outcome.waiting) << outcome.error.message;
    if (outcome.waiting) {
      EXPECT_TRUE(outcome.waiting->is_redirect());
      EXPECT_TRUE(
          outcome.waiting->redirect_url.starts_with("https://login.personio.de/authorize?"));
      state = outcome.waiting->redirect_state;
    }
    return session;
  }
  accounts::LinkOutcome come_back(const store::ConnectSession& session,
                                  std::vector<std::pair<std::string, std::string>> query) {
    accounts::ResumeRequest request;
    request.session = session;
    for (auto& [name, value] : query)
      request.query.push_back({name, SecretString(std::move(value))});
    return wait(hub->accounts().linker().resume(std::move(request)));
  }
  accounts::LinkOutcome fill_in(const store::ConnectSession& session, const std::string& code) {
    accounts::ResumeRequest request;
    request.session = session;
    request.form.secrets.push_back({"code", SecretString(code)});
    return wait(hub->accounts().linker().resume(std::move(request)));
  }
  // Signed in, and asked for the code; one token is minted.
  store::ConnectSession asked() {
    auto session = sent_away();
    const auto outcome = come_back(session, {{"code", "abc"}, {"state", state}});
    EXPECT_TRUE(outcome.waiting) << outcome.error.message;
    if (outcome.waiting)
      EXPECT_EQ(outcome.waiting->ask_field_ids, std::vector<std::string>{"code"});
    EXPECT_EQ(valid_tokens(), 1U);
    return session;
  }
  std::size_t valid_tokens() { return personio.valid_tokens(who.client_id); }
  void reopen() {
    close_hub();
    open_hub();
    ASSERT_TRUE(wait_until([&] { return hub->registry().find("asker") != nullptr; }));
  }
  // By the recovery's look at what is due.
  std::size_t ended() {
    const auto done = wait(hub->recovery().run_due());
    EXPECT_TRUE(done) << done.error().message;
    return done ? *done : 0;
  }
  void let_the_wait_end() {
    sql("UPDATE flows SET updated = 1, state = json_set(state, '$.waits_until', 1)");
  }

  personio_sandbox::Integration who = personio.default_integration();
  std::string state;
};

TEST_F(WaitingTest, APersonSignsInFillsInAndIsLinked) {
  const auto session = asked();
  const auto outcome = fill_in(session, "4711");
  ASSERT_TRUE(outcome.account) << outcome.error.message;
  EXPECT_EQ(rows_in("flows"), 0);
  EXPECT_EQ(valid_tokens(), 1U);
  EXPECT_EQ(token_value(outcome.account->id, "main").size() > 20, true);
}

TEST_F(WaitingTest, EveryStepMayHappenInAnotherProcessWithoutASecondRequest) {
  const auto session = sent_away();
  reopen();
  const auto waiting = wait(hub->accounts().linker().waiting(session));
  ASSERT_TRUE(waiting) << waiting.error().message;
  EXPECT_EQ(waiting->connector_id, "asker");
  EXPECT_EQ(waiting->pause.redirect_state, state);
  const auto back = come_back(session, {{"code", "abc"}, {"state", state}});
  ASSERT_TRUE(back.waiting) << back.error.message;
  reopen();
  const auto outcome = fill_in(session, "4711");
  ASSERT_TRUE(outcome.account) << outcome.error.message;
  EXPECT_EQ(calls(kTokenRoute), 1U) << "the replay minted again";
}

TEST_F(WaitingTest, NothingOfAWaitingFlowLiesOpenInTheStore) {
  const auto session = asked();
  close_hub();
  for (const auto& file : fs::directory_iterator(data)) {
    if (!file.is_regular_file()) continue;
    const auto bytes = read_bytes(file.path());
    EXPECT_EQ(bytes.find(who.client_secret), std::string::npos) << file.path();
    EXPECT_EQ(bytes.find(state), std::string::npos) << file.path();
  }
}

TEST_F(WaitingTest, AnAnswerToAnotherQuestionLeavesTheFlowWaiting) {
  const auto session = sent_away();
  for (const auto& wrong : {std::string(), std::string("x"), state + "x"}) {
    const auto outcome = come_back(session, {{"code", "abc"}, {"state", wrong}});
    EXPECT_TRUE(outcome.waiting);
    EXPECT_EQ(outcome.error.code, ErrorCode::kInvalidArgument);
  }
  EXPECT_TRUE(fill_in(session, "4711").waiting) << "fields are no sign-in";
  EXPECT_EQ(calls(kTokenRoute), 0U);
  EXPECT_TRUE(come_back(session, {{"code", "abc"}, {"state", state}}).waiting);
}

TEST_F(WaitingTest, AnEmptyFieldIsToldAtTheFieldAndTheFlowWaits) {
  const auto session = asked();
  const auto outcome = fill_in(session, "");
  EXPECT_TRUE(outcome.waiting);
  ASSERT_EQ(outcome.field_problems.size(), 1U);
  EXPECT_EQ(outcome.field_problems[0].field, "code");
  EXPECT_TRUE(fill_in(session, "4711").account);
}

TEST_F(WaitingTest, APersonWhoIsRefusedMayStartAgain) {
  const auto session = sent_away();
  const auto outcome = come_back(session, {{"error", "access_denied"}, {"state", state}});
  EXPECT_FALSE(outcome.waiting);
  EXPECT_EQ(outcome.message.id, "error.denied");
  EXPECT_EQ(rows_in("flows"), 0);
  auto again = asking(who.client_id);
  again.session = session;
  EXPECT_TRUE(wait(hub->accounts().link(std::move(again))).waiting);
}

TEST_F(WaitingTest, AWrongCodeFailsAndWhatWasMintedIsRevoked) {
  const auto session = asked();
  const auto outcome = fill_in(session, "0000");
  EXPECT_FALSE(outcome.account);
  EXPECT_EQ(outcome.message.id, "error.code");
  EXPECT_TRUE(revocations_done());
  EXPECT_EQ(valid_tokens(), 0U);
}

TEST_F(WaitingTest, TwoWhoComeBackAtOnceLinkOnce) {
  const auto session = asked();
  std::vector<std::future<accounts::LinkOutcome>> both;
  for (int i = 0; i < 2; ++i) {
    accounts::ResumeRequest request;
    request.session = session;
    request.form.secrets.push_back({"code", SecretString("4711")});
    both.push_back(start(hub->accounts().linker().resume(std::move(request))));
  }
  std::size_t linked = 0;
  for (auto& one : both)
    if (one.get().account) ++linked;
  EXPECT_EQ(linked, 1U);
  EXPECT_EQ(rows_in("accounts"), 1);
  EXPECT_EQ(valid_tokens(), 1U);
}

TEST_F(WaitingTest, NobodyComesAndWhatWasMintedIsRevoked) {
  const auto session = asked();
  ASSERT_EQ(ended(), 0U);
  sql("UPDATE flows SET updated = 1");
  EXPECT_EQ(ended(), 0U) << "it was taken for interrupted";
  let_the_wait_end();
  EXPECT_EQ(ended(), 1U);
  EXPECT_TRUE(revocations_done());
  EXPECT_EQ(valid_tokens(), 0U);
  const auto late = fill_in(session, "4711");
  EXPECT_FALSE(late.account);
  EXPECT_EQ(late.error.code, ErrorCode::kConflict);
}

TEST_F(WaitingTest, WhoComesTooLateIsToldAndLinksNothing) {
  const auto session = asked();
  let_the_wait_end();
  const auto late = fill_in(session, "4711");
  EXPECT_FALSE(late.account);
  EXPECT_EQ(late.error.code, ErrorCode::kConflict);
  EXPECT_EQ(rows_in("accounts"), 0);
}

TEST_F(WaitingTest, GivingUpRevokesWhatWasMinted) {
  const auto session = asked();
  ASSERT_TRUE(wait(hub->accounts().linker().give_up(session)));
  EXPECT_FALSE(wait(hub->accounts().linker().waiting(session)));
  EXPECT_EQ(ended(), 1U);
  EXPECT_TRUE(revocations_done());
  EXPECT_EQ(valid_tokens(), 0U);
}

TEST_F(WaitingTest, StartingAgainGivesUpTheEarlierAttempt) {
  const auto session = asked();
  auto again = asking(who.client_id);
  again.session = session;
  ASSERT_TRUE(wait(hub->accounts().link(std::move(again))).waiting);
  EXPECT_EQ(ended(), 1U);
  EXPECT_TRUE(revocations_done());
  EXPECT_EQ(valid_tokens(), 0U);
  EXPECT_EQ(rows_in("flows"), 1);
}

TEST_F(WaitingTest, AConnectorThatNoLongerAsksTheSameEndsTheFlow) {
  const auto session = asked();
  // As if another version had been put in its place: its replay comes to other questions.
  sql("UPDATE flows SET connector_id = 'personio'");
  const auto outcome = fill_in(session, "4711");
  EXPECT_FALSE(outcome.account);
  EXPECT_EQ(rows_in("accounts"), 0);
}

TEST_F(WaitingTest, PeopleAreSentOnlyWhereTheManifestSays) {
  for (const auto& [fault, says] :
       std::map<std::string, std::string>{{"elsewhere", "does not name"},
                                          {"short state", "can be guessed"},
                                          {"unknown field", "does not have"}}) {
    const auto outcome = wait(hub->accounts().link(asking(fault)));
    EXPECT_FALSE(outcome.waiting) << fault;
    EXPECT_EQ(outcome.error.code, ErrorCode::kConnector) << fault;
    EXPECT_NE(outcome.error.message.find(says), std::string::npos) << outcome.error.message;
  }
  EXPECT_NE(audited().find("login.attacker.example"), std::string::npos);
  EXPECT_EQ(rows_in("flows"), 0);
}

TEST_F(WaitingTest, WithoutABrowserItSaysThatOneIsNeeded) {
  auto request = asking(who.client_id);
  request.has_browser = false;
  const auto outcome = wait(hub->accounts().link(std::move(request)));
  EXPECT_FALSE(outcome.waiting);
  EXPECT_EQ(outcome.error.code, ErrorCode::kConfiguration);
}

}  // namespace
}  // namespace patchbay::integration
