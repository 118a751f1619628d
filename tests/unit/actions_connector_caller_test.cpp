// Actions that the connector carries out: the library in this process, the provider from a script.
#include "actions/action_runner.h"
#include "actions/connector_caller.h"
#include "actions_test_support.h"
#include "connector/in_process_runtime.h"

namespace patchbay::actions {
namespace {

std::string replaced_everywhere(std::string text, std::string_view from, std::string_view to) {
  for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
  return text;
}

// The test's manifest, with the host that the connector calls.
manifest::Manifest manifest_of(const std::string& hints) {
  const std::string actions =
      R"([{"id":"acme_act","label":"t","description":"t","handler":"connector",)"
      R"("input":{"type":"object","required":["how"],"properties":{"how":{"type":"string"}}},)"
      R"("permissions":["people:read"],"hints":)" +
      hints + "}]";
  auto outcome = manifest::parse_manifest(
      replaced_everywhere(test::acme_json(actions), "api.acme.example", "api.personio.de"));
  if (!outcome.manifest) std::abort();
  return *outcome.manifest;
}

struct ConnectorCallerTest : testing::Test {
  ConnectorCallerTest() { use(R"({"read_only":true})"); }

  void use(const std::string& hints) {
    auto made = std::make_shared<connector::Connector>();
    made->id = "acme";
    made->state = connector::ConnectorState::kReady;
    made->manifest = std::make_shared<const manifest::Manifest>(manifest_of(hints));
    made->runtime = std::make_shared<connector::InProcessRuntime>(
        PATCHBAY_BUILD_DIR "/acting/acting.so", connector::LogSink());
    hub.connector = made;
  }
  void use_one_that_writes() {
    use("{}");
    hub.integration.allowed_actions = R"(["acme_act"])";
    hub.change([&](store::Database& db) {
      return store::integrations_table::update(db, hub.integration);
    });
  }
  RunnerOptions options() {
    auto made = hub.runner_options();
    made.flow.total = std::chrono::seconds(1);
    return made;
  }
  ActionRunner::Outcome run(const std::string& how) {
    ActionRunner runner(*hub.services, hub.tokens, options());
    return hub.loops.block_on(
        runner.run({"prj_1", "acc_1", "acme_act", R"({"how":")" + how + R"("})"}));
  }
  std::string good(const std::string& how) {
    auto outcome = run(how);
    if (outcome) return outcome->data;
    ADD_FAILURE() << outcome.error().message;
    return {};
  }
  ActionError bad(const std::string& how) {
    auto outcome = run(how);
    if (!outcome) return std::move(outcome).error();
    ADD_FAILURE() << "it worked: " << outcome->data;
    return {};
  }

  test::Hub hub{"[]"};
};

TEST_F(ConnectorCallerTest, GivesWhatTheConnectorMadeOfTheProvidersAnswer) {
  hub.provider.answer(200, "{}");
  EXPECT_EQ(good("read"), R"({"status":200})");
  ASSERT_EQ(hub.provider.requests.size(), 1U);
  EXPECT_EQ(hub.provider.requests[0].url, "https://api.personio.de/v2/persons");
  EXPECT_EQ(hub.provider.requests[0].headers.get("Authorization"), "Bearer token-1");
  EXPECT_EQ(hub.provider.requests[0].allowed_hosts, std::vector<std::string>{"api.personio.de"});
}

TEST_F(ConnectorCallerTest, KnowsTheActionAndTheFieldsButNoRefreshToken) {
  hub.keep_secret("refresh_token", "r3fresh-value");
  EXPECT_EQ(good("tell_what_it_has"), R"({"action":"acme_act","user":"","refresh_token":""})");
}

TEST_F(ConnectorCallerTest, ReplacesARefusedTokenOnceAndBeginsAnew) {
  hub.provider.answer(401, "{}");
  hub.provider.answer(200, "{}");
  EXPECT_EQ(good("read"), R"({"status":200})");
  EXPECT_EQ(hub.tokens.refusals, std::vector<std::string>{"token-1"});
  ASSERT_EQ(hub.provider.requests.size(), 2U);
  EXPECT_EQ(hub.provider.requests[1].headers.get("Authorization"), "Bearer token-2");
}

TEST_F(ConnectorCallerTest, WritesDownEachRequestWithoutSecrets) {
  hub.provider.answer(401, R"({"echo":"token-1"})");
  hub.provider.answer(200, "{}");
  CallTrace trace{.bodies = true, .parent = {}, .steps = {}};
  ActionRunner runner(*hub.services, hub.tokens, options());
  ASSERT_TRUE(hub.loops.block_on(runner.run({.project_id = "prj_1",
                                             .account_id = "acc_1",
                                             .action_id = "acme_act",
                                             .input = R"({"how":"read"})",
                                             .trace = &trace})));
  ASSERT_EQ(trace.steps.size(), 2U);
  EXPECT_EQ(trace.steps[0].status, 401U);
  EXPECT_EQ(trace.steps[0].host + trace.steps[0].path, "api.personio.de/v2/persons");
  EXPECT_EQ(trace.steps[0].response_body.find("token-1"), std::string::npos);
  EXPECT_EQ(trace.steps[1].status, 200U);
}

TEST_F(ConnectorCallerTest, CanNotTellBeforehandWhatItWillSend) {
  ActionRunner runner(*hub.services, hub.tokens, options());
  const auto refused = hub.loops.block_on(runner.run({.project_id = "prj_1",
                                                      .account_id = "acc_1",
                                                      .action_id = "acme_act",
                                                      .input = R"({"how":"read"})",
                                                      .dry_run = true}));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, reason::kNotSupported);
  EXPECT_TRUE(hub.provider.requests.empty());
}

TEST_F(ConnectorCallerTest, GivesUpWhenTheFreshTokenIsRefusedToo) {
  hub.provider.answer(401, "{}");
  hub.provider.answer(401, "{}");
  const auto error = bad("read");
  EXPECT_EQ(error.reason, reason::kProviderUnauthorized);
  EXPECT_EQ(error.code, ErrorCode::kPermissionMissing);
  EXPECT_EQ(hub.provider.requests.size(), 2U);
}

TEST_F(ConnectorCallerTest, DoesNotBeginAnewWhenSomethingWasChanged) {
  use_one_that_writes();
  hub.provider.answer(201, "{}");
  hub.provider.answer(401, "{}");
  const auto error = bad("write_then_read");
  EXPECT_NE(error.message.find("look before trying again"), std::string::npos) << error.message;
  EXPECT_TRUE(error.may_be_done);
  EXPECT_TRUE(hub.tokens.refusals.empty());
  EXPECT_EQ(hub.provider.requests.size(), 2U);
}

TEST_F(ConnectorCallerTest, ARefusedWriteChangedNothing) {
  use_one_that_writes();
  hub.provider.answer(401, "{}");
  hub.provider.answer(200, "{}");
  EXPECT_EQ(good("write"), R"({"status":200})");
  hub.provider.answer(401, "{}");
  hub.provider.answer(401, "{}");
  EXPECT_FALSE(bad("write").may_be_done);
}

TEST_F(ConnectorCallerTest, FailsInTheConnectorsWordsWithTheMissingPermission) {
  const auto error = bad("fail");
  EXPECT_EQ(error.reason, reason::kProviderUnauthorized);
  EXPECT_EQ(error.missing, std::vector<std::string>{"things:read"});
}

TEST_F(ConnectorCallerTest, SaysWhoseFaultAnUnreadableResultIs) {
  for (const char* how : {"no_json", "nothing"}) {
    const auto error = bad(how);
    EXPECT_EQ(error.code, ErrorCode::kConnector) << how;
    EXPECT_NE(error.message.find("not JSON"), std::string::npos) << error.message;
  }
}

TEST_F(ConnectorCallerTest, TakesSecretsOutOfTheResult) {
  EXPECT_EQ(good("tell_a_secret"), R"({"told":"[redacted]"})");
}

TEST_F(ConnectorCallerTest, RefusesALargerResultThanItPassesOn) {
  ActionRunner runner(*hub.services, hub.tokens, [&] {
    auto small = options();
    small.limits.max_answer_bytes = 8;
    return small;
  }());
  const auto outcome =
      hub.loops.block_on(runner.run({"prj_1", "acc_1", "acme_act", R"({"how":"tell_a_secret"})"}));
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, ErrorCode::kTooLarge);
}

TEST_F(ConnectorCallerTest, EndsAtItsDeadline) {
  const auto error = bad("never_end");
  EXPECT_EQ(error.code, ErrorCode::kTimeout) << error.message;
}

TEST_F(ConnectorCallerTest, WaitsForNobodyAndMintsNothing) {
  for (const char* how : {"ask", "mint"}) {
    const auto error = bad(how);
    EXPECT_EQ(error.reason, reason::kNotSupported) << error.message;
    EXPECT_NE(error.message.find("when an account is connected"), std::string::npos) << how;
  }
  EXPECT_TRUE(hub.provider.requests.empty());
}

TEST_F(ConnectorCallerTest, AsksOnlyTheHostsOfTheManifest) {
  EXPECT_EQ(bad("leave_the_manifest").code, ErrorCode::kConfiguration);
  EXPECT_TRUE(hub.provider.requests.empty());
  ASSERT_EQ(hub.audit_log.events.size(), 1U);
  EXPECT_EQ(hub.audit_log.events[0].kind, "connector.request_refused");
}

TEST_F(ConnectorCallerTest, ChecksTheInputAndTheAccountFirst) {
  ActionRunner runner(*hub.services, hub.tokens, options());
  const auto wrong = hub.loops.block_on(runner.run({"prj_1", "acc_1", "acme_act", "{}"}));
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().reason, reason::kInvalidInput);
  hub.change([&](store::Database& db) {
    return store::accounts_table::suspend(db, "prj_1", "acc_1", "test", 5);
  });
  EXPECT_EQ(bad("read").reason, reason::kAccountSuspended);
}

TEST_F(ConnectorCallerTest, SendsNothingWhenAccessWasChangedWhileItPrepared) {
  hub.tokens.meanwhile = [&] {
    hub.change([](store::Database& db) {
      return store::accounts_table::suspend(db, "prj_1", "acc_1", "", 5);
    });
    hub.clock.advance_ms(2'000);
  };
  EXPECT_EQ(bad("read").reason, reason::kAccessChanged);
  EXPECT_TRUE(hub.provider.requests.empty());
}

TEST_F(ConnectorCallerTest, PassesOnThatTheTokenCanNotBeReplaced) {
  hub.provider.answer(401, "{}");
  hub.tokens.failure_on_replace = make_error(ErrorCode::kUnavailable, "Later.");
  EXPECT_EQ(bad("read").message, "Later.");
}

}  // namespace
}  // namespace patchbay::actions
