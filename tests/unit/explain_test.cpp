// Each thing that can be wrong with an account is found, told in every language, and says who has
// to do what.
#include "explain/explain.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "actions_test_support.h"
#include "base/iso_time.h"
#include "explain/told.h"
#include "explain/words.h"

namespace patchbay::explain {
namespace {

using accounts::RefreshFailure;
using connector::ConnectorState;
using store::AccountStatus;

constexpr std::int64_t kNow = 1'800'000'000'000;
constexpr std::int64_t kHour = 3'600'000;

std::shared_ptr<const manifest::Manifest> acme(const std::string& renewal) {
  auto json = test::acme_json("[]");
  const std::string was = R"("renewal":"mint_anew")";
  json.replace(json.find(was), was.size(), R"("renewal":")" + renewal + "\"");
  return test::parsed_manifest(json);
}

struct ExplainTest : testing::Test {
  ExplainTest() {
    auto& account = facts.detail.account;
    account.id = "acc_1";
    account.project_id = "prj_1";
    account.connector_id = "acme";
    account.auth_method = "key";
    account.owner_id = "owner_1";
    account.owner_name = "Example GmbH";
    account.created = kNow - 30 * kHour;
    account.status_changed = kNow - 20 * kHour;
    account.next_refresh = kNow + kHour / 2;
    facts.detail.tokens = {{"main", kNow - kHour, kNow + kHour}};
    use("mint_anew");
  }

  void use(const std::string& renewal, ConnectorState state = ConnectorState::kReady) {
    auto made = std::make_shared<connector::Connector>();
    made->id = "acme";
    made->state = state;
    made->reason = state == ConnectorState::kReady ? "" : "it is no ELF file";
    made->manifest = acme(renewal);
    facts.file = made;
    facts.detail.connector = state == ConnectorState::kReady ? facts.file : nullptr;
  }
  void fail(ErrorCode code) {
    facts.failure =
        RefreshFailure{make_error(code, "It said no."), kNow - 60'000, kNow - 3 * kHour, 7};
    facts.failure->error.provider_answer = "maintenance until six";
    facts.retry_at = kNow + 90'000;
  }
  void refuse(const std::string& code) {
    facts.detail.account.status = AccountStatus::kError;
    facts.detail.account.reason_code = code;
    facts.detail.account.reason_text = "Refused.";
  }
  void let_tokens_end() { facts.detail.tokens[0].expires = kNow - 1; }
  void ask_provider(std::int64_t status, std::int64_t ago_ms) {
    store::StepOfRequest one;
    one.request.action_id = "acme_list";
    one.step = {"stp_1",
                1,
                "GET",
                "api.acme.example",
                "/v1/people/7",
                status,
                status == 0 ? "timeout" : "",
                kNow - ago_ms,
                12};
    facts.exchanges.insert(facts.exchanges.begin(), one);
  }
  [[nodiscard]] Explanation made() const { return explain(facts, kNow); }

  // The first step, and who has to take it.
  static std::string first_step(const Explanation& explanation) {
    if (explanation.steps.empty()) return "";
    const auto& step = explanation.steps.front();
    return std::string(to_word(step.who)) + " " + step.id;
  }
  void expect(Finding finding, Urgency urgency, const std::string& step) const {
    const auto explanation = made();
    EXPECT_EQ(to_word(explanation.finding), to_word(finding));
    EXPECT_EQ(explanation.urgency, urgency);
    EXPECT_EQ(first_step(explanation), step);
  }

  Facts facts;
};

TEST_F(ExplainTest, AHealthyAccountIsFineAndNobodyHasToAct) {
  expect(Finding::kFine, Urgency::kNone, "");
  const auto explanation = made();
  EXPECT_TRUE(explanation.serves);
  EXPECT_EQ(explanation.serves_until, kNow + kHour);
  EXPECT_EQ(explanation.next_try, kNow + kHour / 2);
  EXPECT_TRUE(explanation.also.empty());
}

TEST_F(ExplainTest, AnIdleAccountIsFetchedForOnDemand) {
  let_tokens_end();
  expect(Finding::kIdle, Urgency::kNone, "");
  EXPECT_FALSE(made().serves);
}

TEST_F(ExplainTest, ASuspendedAccountIsResumedByTheOperator) {
  facts.detail.account.status = AccountStatus::kInactive;
  facts.detail.account.reason_code = "suspended";
  expect(Finding::kSuspended, Urgency::kAct, "operator resume");
  EXPECT_EQ(made().since, kNow - 20 * kHour);
  facts.detail.account.reason_code = "integration_disabled";
  expect(Finding::kIntegrationOff, Urgency::kAct, "operator switch_integration_on");
}

TEST_F(ExplainTest, WhatTheProviderRefusedForGoodIsReconnected) {
  refuse("invalid_credentials");
  fail(ErrorCode::kInvalidCredentials);
  expect(Finding::kCredentialsRefused, Urgency::kAct, "operator send_reconnect");
  EXPECT_EQ(made().provider_said, "maintenance until six");
  EXPECT_EQ(made().next_try, 0) << "it does not try again";
  refuse("revoked_at_provider");
  expect(Finding::kRevoked, Urgency::kAct, "operator send_reconnect");
  refuse("reconnect_needed");
  expect(Finding::kReconnectNeeded, Urgency::kAct, "operator send_reconnect");
  refuse("news");
  expect(Finding::kOtherError, Urgency::kAct, "operator refresh");
  EXPECT_EQ(made().code, "news");
}

TEST_F(ExplainTest, APermissionThatIsMissingIsNamed) {
  refuse("permission_missing");
  fail(ErrorCode::kPermissionMissing);
  facts.failure->error.permission = "people:read";
  expect(Finding::kPermissionRefused, Urgency::kAct, "operator send_reconnect");
  ASSERT_EQ(made().missing.size(), 1U);
  EXPECT_NE(as_text(made(), "en").find("People → Read"), std::string::npos);
}

TEST_F(ExplainTest, AWorkingAccountMayLackPermissions) {
  accounts::PermissionLine line;
  line.permission = *manifest::PermissionRef::parse("people:write");
  line.granted = manifest::Granted::kNo;
  line.needed = true;
  facts.detail.permissions = {line};
  expect(Finding::kPermissionsLacking, Urgency::kAct, "operator send_reconnect");
  EXPECT_TRUE(made().serves);
  facts.detail.permissions[0].needed = false;
  expect(Finding::kFine, Urgency::kNone, "");
}

TEST_F(ExplainTest, AProviderThatIsDownIsTriedAgainWhileTheTokenLasts) {
  fail(ErrorCode::kUnavailable);
  expect(Finding::kProviderDown, Urgency::kWaits, "nobody tries_again");
  const auto explanation = made();
  EXPECT_EQ(explanation.since, kNow - 3 * kHour);
  EXPECT_EQ(explanation.failed_tries, 7);
  EXPECT_EQ(explanation.next_try, kNow + 90'000);
  EXPECT_EQ(explanation.steps[0].at, kNow + 90'000);
  EXPECT_TRUE(explanation.serves);
  EXPECT_EQ(explanation.provider_said, "maintenance until six");
}

TEST_F(ExplainTest, AnOpenCircuitIsAProviderThatIsDown) {
  facts.resting = {{"api.acme.example", 40'000}};
  facts.detail.account.next_refresh = 0;
  expect(Finding::kProviderDown, Urgency::kWaits, "nobody tries_again");
  EXPECT_EQ(made().next_try, kNow + 40'000);
}

TEST_F(ExplainTest, EachKindOfFailureIsToldApart) {
  const std::map<ErrorCode, Finding> kinds = {{ErrorCode::kTimeout, Finding::kProviderDown},
                                              {ErrorCode::kRateLimited, Finding::kRateLimited},
                                              {ErrorCode::kProtocol, Finding::kProviderOdd},
                                              {ErrorCode::kConfiguration, Finding::kSetupWrong},
                                              {ErrorCode::kConnector, Finding::kConnectorFailed},
                                              {ErrorCode::kStorage, Finding::kRefreshFails}};
  for (const auto& [code, finding] : kinds) {
    fail(code);
    EXPECT_EQ(to_word(made().finding), to_word(finding));
    EXPECT_EQ(made().code, to_string(code));
  }
}

TEST_F(ExplainTest, AConnectorThatIsNotThereComesFirst) {
  refuse("invalid_credentials");
  facts.file = nullptr;
  facts.detail.connector = nullptr;
  expect(Finding::kConnectorGone, Urgency::kAct, "operator bring_connector_back");
  ASSERT_EQ(made().also.size(), 1U);
  EXPECT_EQ(made().also[0], Finding::kCredentialsRefused);
  use("mint_anew", ConnectorState::kAwaitingApproval);
  expect(Finding::kConnectorAwaitsApproval, Urgency::kAct, "operator approve_connector");
  use("mint_anew", ConnectorState::kRefused);
  expect(Finding::kConnectorUnusable, Urgency::kAct, "operator mend_connector");
  EXPECT_EQ(made().said, "it is no ELF file");
}

TEST_F(ExplainTest, AConnectorThatCrashesIsRestartedOrHeldBack) {
  facts.health.last_failure = "it was killed by signal 11";
  facts.health.state = connector::RuntimeHealth::State::kBackingOff;
  expect(Finding::kConnectorRestarting, Urgency::kWaits, "nobody restarts");
  facts.health.state = connector::RuntimeHealth::State::kQuarantined;
  expect(Finding::kConnectorQuarantined, Urgency::kAct, "operator read_connector_failure");
  EXPECT_EQ(made().said, "it was killed by signal 11");
  EXPECT_TRUE(made().serves) << "the token that the hub holds needs no connector";
}

TEST_F(ExplainTest, WhatCameBackFromABackupWaitsOrIsReconnected) {
  facts.restored = true;
  facts.restored_at = kNow - kHour;
  expect(Finding::kRestoredWaits, Urgency::kWaits, "nobody renewed_at_use");
  EXPECT_EQ(made().since, kNow - kHour);
  EXPECT_FALSE(made().serves);
  use("rotating");
  refuse("reconnect_needed");
  expect(Finding::kRestoredTokenSpent, Urgency::kAct, "operator send_reconnect");
}

TEST_F(ExplainTest, ATokenThatNothingRenewsIsReconnectedWhenItEnds) {
  use("never");
  facts.restored = true;
  expect(Finding::kFine, Urgency::kNone, "");
  let_tokens_end();
  expect(Finding::kTokenEnded, Urgency::kAct, "operator send_reconnect");
}

TEST_F(ExplainTest, WhoeverHasTheTurnIsWaitedFor) {
  facts.renewing = true;
  expect(Finding::kFine, Urgency::kNone, "");
  let_tokens_end();
  expect(Finding::kRenewing, Urgency::kWaits, "nobody renewed_soon");
}

TEST_F(ExplainTest, ALostKeyIsFoundAndServesNothing) {
  facts.sealed_away = "the data key is unknown";
  expect(Finding::kKeyMissing, Urgency::kAct, "operator bring_key_back");
  EXPECT_FALSE(made().serves);
  EXPECT_EQ(made().said, "the data key is unknown");
}

TEST_F(ExplainTest, WhatTheLastRequestMetIsFoundWhileItIsRecent) {
  ask_provider(403, kHour);
  expect(Finding::kRequestsRefused, Urgency::kAct, "operator look_at_requests");
  ask_provider(429, 60'000);
  expect(Finding::kRateLimited, Urgency::kWaits, "nobody tries_again");
  ask_provider(0, 60'000);
  expect(Finding::kProviderDown, Urgency::kWaits, "nobody tries_again");
  ask_provider(200, 1'000);
  expect(Finding::kFine, Urgency::kNone, "");
  facts.exchanges.clear();
  ask_provider(503, kHour);
  expect(Finding::kFine, Urgency::kNone, "");
}

TEST_F(ExplainTest, TheTimelineIsNewestFirstAndBounded) {
  fail(ErrorCode::kUnavailable);
  ask_provider(503, 1'000);
  store::Event event;
  event.kind = "account.error";
  event.payload = R"({"reason":"timeout","reason_text":"It took too long."})";
  event.created = kNow - 40 * kHour;
  facts.detail.history = {event};
  store::Revocation revocation;
  revocation.created = kNow - 2 * kHour;
  revocation.attempts = 3;
  revocation.last_error = "away";
  facts.revocations = {revocation};
  auto explanation = made();
  std::vector<std::string> ids;
  for (const auto& moment : explanation.timeline) ids.push_back(moment.id);
  EXPECT_EQ(
      ids, (std::vector<std::string>{"exchange_failed", "refresh_failed", "token_fetched",
                                     "revocation_waits", "refresh_failed_first", "account.error"}));
  const auto told = tell(explanation, "en").timeline;
  EXPECT_EQ(told[0].text, "Request failed with 503");
  EXPECT_EQ(told[0].detail, "GET api.acme.example (acme_list)") << "without the path";
  EXPECT_EQ(told[1].text, "Fetching a token failed, 7 times in a row");
  EXPECT_EQ(told[5].detail, "The answer took too long. It took too long.");
  for (int i = 0; i < 100; ++i) facts.detail.history.push_back(event);
  EXPECT_EQ(made().timeline.size(), kMostMoments);
}

TEST_F(ExplainTest, EachFindingAndStepHasItsWordsInEveryLanguage) {
  const auto& tables = words().tables();
  ASSERT_EQ(tables.size(), 2U);
  for (const auto& [language, table] : tables) {
    EXPECT_EQ(table.size(), tables.begin()->second.size()) << language;
    for (std::size_t i = 0; i < kFindings; ++i) {
      const std::string finding(to_word(static_cast<Finding>(i)));
      EXPECT_TRUE(table.contains("finding." + finding + ".headline")) << finding << language;
      EXPECT_TRUE(table.contains("finding." + finding + ".cause")) << finding << language;
    }
    for (const auto& [id, text] : tables.begin()->second)
      EXPECT_TRUE(table.contains(id)) << id << " in " << language;
  }
}

TEST_F(ExplainTest, TheTextSaysItAllAndLeavesNoPlaceholder) {
  refuse("invalid_credentials");
  fail(ErrorCode::kInvalidCredentials);
  const auto text = as_text(made(), "en");
  for (const auto* piece :
       {"Acme no longer accepts the credentials.", "Account: acc_1",
        "Customer: Example GmbH (owner_1)", "Since: 2027-01-14T12:00:00.000Z",
        "The provider said: maintenance until six", "1. Operator: Send the customer a link",
        "2. Customer's admin: At Acme, see", "Code: invalid_credentials"})
    EXPECT_NE(text.find(piece), std::string::npos) << piece << " in\n" << text;
  EXPECT_EQ(text.find('{'), std::string::npos) << text;
  const auto german = as_text(made(), "de");
  EXPECT_NE(german.find("Acme nimmt die Zugangsdaten nicht mehr an."), std::string::npos);
  EXPECT_EQ(german.find('{'), std::string::npos) << german;
}

TEST_F(ExplainTest, TheJsonHasCodesAndWords) {
  fail(ErrorCode::kRateLimited);
  json::Writer out;
  write_json(out, made());
  const auto document = test::parsed(out.take());
  const auto root = document.root();
  EXPECT_EQ(root.get("finding").string_or(""), "rate_limited");
  EXPECT_EQ(root.get("urgency").string_or(""), "waits");
  EXPECT_EQ(root.pointer("/steps/0/who").string_or(""), "nobody");
  EXPECT_EQ(root.pointer("/steps/0/at").string_or(""), iso_time(kNow + 90'000));
  EXPECT_EQ(root.get("failed_tries").integer_or(0), 7);
  EXPECT_EQ(root.get("provider_said").string_or(""), "maintenance until six");
}

}  // namespace
}  // namespace patchbay::explain
