// Connectors that are wrong in exactly one way (bad_connectors/): the folder says what is wrong, or
// the connect fails by name; the hub stays up and other connectors go on.
#include "child_process.h"
#include "hub_fixture.h"

namespace patchbay::integration {
namespace {

using connector::ConnectorState;

class BadConnector : public HubTest {
 protected:
  void open_with(const std::string& name) {
    drop("misfit.so", bad_connector(name));
    drop("personio.so", kPersonioLibrary);
    hub = make_hub();
    hub->start_background();
  }
  connector::ConnectorPtr misfit() {
    for (auto& connector : hub->registry().list())
      if (connector->file == "misfit.so") return connector;
    return nullptr;
  }
  accounts::LinkOutcome link_misfit() {
    return wait(
        hub->accounts().link(link_request({"id", "secret"}, session_request("acme"), "misfit")));
  }
  void expect_alive() {
    EXPECT_TRUE(link(personio.default_integration()).account) << "the hub does not go on";
  }
};

TEST_F(BadConnector, OneThatDoesNothingWrongLinks) {
  open_with("well_behaved");
  ASSERT_TRUE(misfit());
  ASSERT_EQ(misfit()->state, ConnectorState::kReady) << misfit()->reason;
  const auto outcome = link_misfit();
  ASSERT_TRUE(outcome.account) << outcome.error.message;
  EXPECT_EQ(token_value(outcome.account->id, "main"), "misfit-token");
}

TEST_F(BadConnector, OneThatLinksWithoutAPermissionItDemandsLinksNothing) {
  drop("demanding.so", bad_connector("grants_too_little"));
  open_hub();
  const auto outcome = wait(
      hub->accounts().link(link_request({"id", "secret"}, session_request("acme"), "demanding")));
  EXPECT_FALSE(outcome.account);
  EXPECT_EQ(outcome.error.code, ErrorCode::kPermissionMissing) << outcome.error.message;
  EXPECT_EQ(outcome.error.permission, "things:read");
  EXPECT_EQ(rows_in("accounts"), 0);
  expect_alive();
}

// ---- wrong from the start ----

struct AtLoad {
  const char* name;
  ConnectorState state;
  const char* reason;
};

class BadAtLoad : public BadConnector, public testing::WithParamInterface<AtLoad> {};

TEST_P(BadAtLoad, IsNotReadyAndSaysWhy) {
  open_with(GetParam().name);
  const auto found = misfit();
  ASSERT_TRUE(found);
  EXPECT_EQ(found->state, GetParam().state) << found->reason;
  EXPECT_NE(found->reason.find(GetParam().reason), std::string::npos) << found->reason;
  EXPECT_FALSE(hub->registry().find("misfit"));
  EXPECT_EQ(link_misfit().error.code, ErrorCode::kUnavailable);
  expect_alive();
}

INSTANTIATE_TEST_SUITE_P(
    When, BadAtLoad,
    testing::Values(
        AtLoad{"invalid_manifest", ConnectorState::kRefused, "manifest is not valid"},
        AtLoad{"other_manifest", ConnectorState::kRefused, "differs from the one in the file"},
        AtLoad{"no_entry_point", ConnectorState::kFailed, "no_entry_point"},
        AtLoad{"other_major", ConnectorState::kFailed, "It needs a newer Patchbay"},
        AtLoad{"older_major", ConnectorState::kFailed, "It needs a newer release of the connector"},
        AtLoad{"short_table", ConnectorState::kFailed, "bad_table"},
        AtLoad{"refuse_create", ConnectorState::kFailed, "create() answered 4"},
        AtLoad{"crash_in_constructor", ConnectorState::kFailed, "crashed"},
        AtLoad{"crash_in_create", ConnectorState::kFailed, "crashed"},
        AtLoad{"abort_in_constructor", ConnectorState::kFailed, "crashed"},
        AtLoad{"abort_in_create", ConnectorState::kFailed, "crashed"},
        AtLoad{"hang_in_constructor", ConnectorState::kFailed, "did not finish loading in time"},
        AtLoad{"hang_in_create", ConnectorState::kFailed, "did not finish loading in time"}),
    [](const auto& info) { return std::string(info.param.name); });

#ifndef PATCHBAY_SANITIZED  // which catch the signal themselves
TEST_F(BadConnector, ACrashIsToldByTheNameOfItsSignal) {
  open_with("crash_in_create");
  EXPECT_NE(misfit()->reason.find("SIGSEGV"), std::string::npos) << misfit()->reason;
}
#endif

// ---- wrong while connecting ----

struct InFlow {
  const char* name;
  const char* message;
};

class BadInFlow : public BadConnector, public testing::WithParamInterface<InFlow> {};

TEST_P(BadInFlow, FailsTheConnectByNameAndStoresNothing) {
  open_with(GetParam().name);
  ASSERT_EQ(misfit()->state, ConnectorState::kReady) << misfit()->reason;
  const auto outcome = link_misfit();
  EXPECT_FALSE(outcome.account);
  EXPECT_EQ(outcome.error.code, ErrorCode::kConnector) << to_string(outcome.error.code);
  EXPECT_NE(outcome.error.message.find(GetParam().message), std::string::npos)
      << outcome.error.message;
  expect_nothing_stored();
  expect_alive();
}

INSTANTIATE_TEST_SUITE_P(
    When, BadInFlow,
    testing::Values(InFlow{"crash_in_begin", "crashed"}, InFlow{"crash_in_step", "crashed"},
                    InFlow{"abort_in_begin", "crashed"}, InFlow{"abort_in_step", "crashed"},
                    InFlow{"hang_in_begin", "hung"}, InFlow{"hang_in_step", "hung"},
                    InFlow{"exit_in_step", "crashed"}, InFlow{"throw_in_step", "crashed"},
                    InFlow{"hostile_pointers", "fault of its own"},
                    InFlow{"unknown_action", "fault of its own"},
                    InFlow{"never_ends", "too many steps"}),
    [](const auto& info) { return std::string(info.param.name); });

class BadDestination : public BadConnector, public testing::WithParamInterface<const char*> {};

TEST_P(BadDestination, IsRefusedByTheManifestAndNoRequestLeaves) {
  open_with(GetParam());
  const auto outcome = link_misfit();
  EXPECT_FALSE(outcome.account);
  EXPECT_EQ(outcome.error.message, "refused by policy");
  EXPECT_EQ(personio.kit().calls().total(), 0U);
  EXPECT_NE(audited().find("connector.request_refused"), std::string::npos) << audited();
}

INSTANTIATE_TEST_SUITE_P(When, BadDestination, testing::Values("asks_elsewhere", "asks_over_http"),
                         [](const auto& info) { return std::string(info.param); });

TEST_F(BadConnector, AWorkerThatDiedIsStartedAgainForTheNextConnect) {
  open_with("crash_in_step");
  EXPECT_NE(link_misfit().error.message.find("crashed"), std::string::npos);
  // Refused while it backs off, and then tried again: it crashes anew, rather than "restarted".
  EXPECT_TRUE(wait_until([&] {
    return link_misfit().error.message.find("about to be restarted") == std::string::npos;
  }));
  expect_alive();
}

TEST_F(BadConnector, OneThatDiesAfterItMintedLeavesNoTokenBehindAtTheProvider) {
  open_with("crash_after_mint");
  const auto who = personio.default_integration();
  const auto outcome =
      wait(hub->accounts().link(link_request(who, session_request("acme"), "misfit")));
  EXPECT_FALSE(outcome.account);
  EXPECT_NE(outcome.error.message.find("crashed"), std::string::npos) << outcome.error.message;
  EXPECT_EQ(calls(kTokenRoute), 1U) << "the replay sent the request again";
  EXPECT_TRUE(called(kRevokeRoute));
  EXPECT_TRUE(wait_until([&] { return personio.valid_tokens(who.client_id) == 0; }));
  expect_nothing_stored();
}

TEST_F(BadConnector, OneThatMayNotStartAgainAfterItMintedIsAskedLater) {
  restart.quarantine_after = 1;
  open_with("crash_after_mint");
  const auto who = personio.default_integration();
  EXPECT_FALSE(
      wait(hub->accounts().link(link_request(who, session_request("acme"), "misfit"))).account);
  EXPECT_EQ(personio.valid_tokens(who.client_id), 1U);
  EXPECT_EQ(rows_in("flows"), 1) << "nobody would ever find its token";
  misfit()->runtime->forgive();
  EXPECT_EQ(end_interrupted(), 1U);
  EXPECT_TRUE(wait_until([&] { return personio.valid_tokens(who.client_id) == 0; }));
  expect_nothing_stored();
}

TEST_F(BadConnector, AWorkerKilledWhileItsFlowWaitedLeavesNoTokenBehindAtTheProvider) {
  open_with("well_behaved");
  const auto who = personio.default_integration();
  personio.kit().inject({.kind = FaultKind::delay, .route = kPersonsRoute, .delay = 60s});
  auto linking = start(hub->accounts().link(link_request(who, session_request("acme"))));
  ASSERT_TRUE(called(kPersonsRoute));
  const auto workers = children_of(::getpid());
  ASSERT_EQ(workers.size(), 2U);
  for (const auto worker : workers) ::kill(worker, SIGKILL);
  personio.kit().end_delays();
  const auto outcome = linking.get();
  EXPECT_FALSE(outcome.account);
  EXPECT_EQ(outcome.error.code, ErrorCode::kConnector) << outcome.error.message;
  EXPECT_TRUE(called(kRevokeRoute, 2));
  EXPECT_TRUE(wait_until([&] { return personio.valid_tokens(who.client_id) == 0; }));
  expect_nothing_stored();
}

TEST_F(BadConnector, OneThatNeverEndsAfterItMintedLeavesNoTokenBehindAtTheProvider) {
  open_with("never_ends_after_mint");
  const auto who = personio.default_integration();
  const auto outcome =
      wait(hub->accounts().link(link_request(who, session_request("acme"), "misfit")));
  EXPECT_FALSE(outcome.account);
  EXPECT_NE(outcome.error.message.find("too many steps"), std::string::npos)
      << outcome.error.message;
  EXPECT_TRUE(called(kRevokeRoute));
  EXPECT_TRUE(wait_until([&] { return personio.valid_tokens(who.client_id) == 0; }));
}

}  // namespace
}  // namespace patchbay::integration
