// Linking: what a person enters, what the provider says to it, what is stored, what is told.
#include "hub_fixture.h"

namespace patchbay::integration {
namespace {

using store::AccountStatus;

class LinkTest : public HubTest {
 protected:
  LinkTest() { open_hub(); }

  personio_sandbox::Integration without_employees() {
    return personio.create_integration({.permissions = {{"documents", {.read = true}}}});
  }

  // Nothing is left behind: not here, and not at the provider.
  void expect_undone(const Credentials& who) {
    EXPECT_TRUE(revocations_done());
    EXPECT_EQ(personio.valid_tokens(who.client_id), 0U);
    expect_nothing_stored();
  }
};

TEST_F(LinkTest, RightCredentialsMakeAnActiveAccountWithItsTokensAndPermissions) {
  const auto outcome = link(personio.default_integration());
  ASSERT_TRUE(outcome.account) << outcome.error.message;
  EXPECT_FALSE(outcome.was_there_before);
  EXPECT_EQ(outcome.account->status, AccountStatus::kActive);
  EXPECT_EQ(outcome.account->connector_id, "personio");
  EXPECT_EQ(outcome.account->owner_name, "Owner acme");
  EXPECT_TRUE(personio.token_is_valid(token_value(outcome.account->id, "v2")));
  EXPECT_TRUE(personio.token_is_valid(token_value(outcome.account->id, "v1")));
  EXPECT_GT(outcome.account->next_refresh, outcome.account->created);

  const auto detail = wait(hub->accounts().detail(hub->project_id(), outcome.account->id));
  ASSERT_TRUE(detail);
  EXPECT_EQ(detail->tokens.size(), 2U);
  ASSERT_FALSE(detail->permissions.empty());
  EXPECT_EQ(detail->permissions.front().permission.to_string(), "employees:read");
  EXPECT_EQ(detail->permissions.front().granted, manifest::Granted::kYes);
  ASSERT_EQ(detail->history.size(), 1U);
  EXPECT_EQ(detail->history.front().kind, "account.created");
  EXPECT_EQ(rows_in("flows"), 0);
}

TEST_F(LinkTest, AWrongSecretIsToldAtTheSecretsFieldAndNothingIsStored) {
  auto who = Credentials(personio.default_integration());
  who.client_secret[40] = who.client_secret[40] == 'A' ? 'B' : 'A';
  const auto outcome = link(who);
  EXPECT_FALSE(outcome.account);
  EXPECT_EQ(outcome.error.code, ErrorCode::kInvalidCredentials);
  EXPECT_EQ(outcome.message.id, "error.wrong_client_secret");
  EXPECT_EQ(outcome.error.field, "client_secret");
  EXPECT_EQ(calls(kTokenRoute), 1U);
  expect_undone(who);
}

TEST_F(LinkTest, AnUnknownClientIdIsToldAtTheIdsFieldAndNothingIsStored) {
  const Credentials who("papi-00000000-0000-4000-8000-000000000000",
                        personio.default_integration().client_secret);
  const auto outcome = link(who);
  EXPECT_FALSE(outcome.account);
  EXPECT_EQ(outcome.message.id, "error.unknown_client_id");
  EXPECT_EQ(outcome.error.field, "client_id");
  expect_undone(who);
}

TEST_F(LinkTest, AnIntegrationWithoutEmployeesReadFailsByNameAndItsMintedTokenIsRevoked) {
  const auto who = without_employees();
  const auto outcome = link(who);
  EXPECT_FALSE(outcome.account);
  EXPECT_EQ(outcome.error.code, ErrorCode::kPermissionMissing);
  EXPECT_EQ(outcome.error.permission, "employees:read");
  EXPECT_EQ(outcome.message.id, "error.employees_read_missing");
  EXPECT_TRUE(called(kRevokeRoute));
  expect_undone(who);
}

TEST_F(LinkTest, EmployeesReadThatOnlyTheCallRefusesIsNoticedAndBothMintedTokensAreRevoked) {
  personio.kit().inject({.kind = FaultKind::status,
                         .route = kPersonsRoute,
                         .status = 401,
                         .body = R"({"errors":[{"detail":"no"}]})"});
  const auto who = personio.default_integration();
  const auto outcome = link(who);
  EXPECT_FALSE(outcome.account);
  EXPECT_EQ(outcome.message.id, "error.employees_read_missing");
  EXPECT_TRUE(called(kRevokeRoute, 2));
  expect_undone(who);
}

TEST_F(LinkTest, AnEmptyFieldIsRefusedBeforeAnyoneIsAsked) {
  const auto outcome = link({"", personio.default_integration().client_secret});
  EXPECT_FALSE(outcome.account);
  EXPECT_EQ(outcome.error.code, ErrorCode::kInvalidArgument);
  ASSERT_EQ(outcome.field_problems.size(), 1U);
  EXPECT_EQ(outcome.field_problems.front().field, "client_id");
  EXPECT_EQ(personio.kit().calls().total(), 0U);
  expect_nothing_stored();
}

TEST_F(LinkTest, BlanksAroundPastedValuesAreTrimmedAndThatIsTold) {
  const auto who = personio.default_integration();
  const auto outcome = link({" " + who.client_id + "\n", who.client_secret + "  "});
  ASSERT_TRUE(outcome.account) << outcome.error.message;
  ASSERT_FALSE(outcome.notices.empty());
  EXPECT_EQ(outcome.notices.front().id, "notice.trimmed");
}

TEST_F(LinkTest, ThePersonsRightsAreJudgedByTheIntegrationAndNotByTheOwner) {
  const auto weak = personio.create_integration({.permissions = {{"employees", {.read = true}}}});
  const auto account = linked(weak);
  const auto detail = wait(hub->accounts().detail(hub->project_id(), account.id));
  ASSERT_TRUE(detail);
  std::map<std::string, manifest::Granted> granted;
  for (const auto& line : detail->permissions) granted[line.permission.to_string()] = line.granted;
  EXPECT_EQ(granted["employees:read"], manifest::Granted::kYes);
  EXPECT_EQ(granted["employees:write"], manifest::Granted::kNo);
  EXPECT_EQ(granted["absences:read"], manifest::Granted::kNo);
}

TEST_F(LinkTest, LinkingTheSameOwnerAgainUpdatesTheAccountItHad) {
  const auto first = linked();
  const auto again = link(personio.default_integration());
  ASSERT_TRUE(again.account);
  EXPECT_TRUE(again.was_there_before);
  EXPECT_EQ(again.account->id, first.id);
  EXPECT_EQ(rows_in("accounts"), 1);
}

TEST_F(LinkTest, TwoOwnersHaveTwoAccountsWithTokensOfTheirOwn) {
  const auto first = linked(personio.default_integration(), "acme");
  const auto second = linked(personio.default_integration(), "globex");
  EXPECT_NE(first.id, second.id);
  EXPECT_NE(token_value(first.id), token_value(second.id));
}

TEST_F(LinkTest, ASessionLinksOnceEvenWhenTwoPeopleUseItAtTheSameTime) {
  const auto who = personio.default_integration();
  auto one = link_request(who, session_request("acme"));
  accounts::LinkRequest two;
  two.session = one.session;
  two.connector_id = one.connector_id;
  two.form.values = one.form.values;
  two.form.secrets.push_back({"client_secret", SecretString(who.client_secret)});
  auto first = start(hub->accounts().link(std::move(one)));
  auto second = start(hub->accounts().link(std::move(two)));
  const auto a = first.get();
  const auto b = second.get();
  EXPECT_EQ((a.account ? 1 : 0) + (b.account ? 1 : 0), 1);
  EXPECT_EQ((a.account ? b : a).error.code, ErrorCode::kConflict);
  EXPECT_EQ(rows_in("accounts"), 1);
  EXPECT_TRUE(revocations_done());
  EXPECT_EQ(personio.valid_tokens(who.client_id), 2U) << "the loser's tokens were not revoked";
}

TEST_F(LinkTest, AConnectorThatIsNotThereIsToldWithoutTouchingTheSession) {
  auto request = link_request(personio.default_integration(), session_request("acme"));
  request.connector_id = "nobody";
  const auto outcome = wait(hub->accounts().link(std::move(request)));
  EXPECT_EQ(outcome.error.code, ErrorCode::kUnavailable);
  EXPECT_EQ(sql("SELECT count(*) FROM connect_sessions WHERE status = 'open'"), 1);
}

TEST_F(LinkTest, CancellingDuringConnectRevokesWhatWasMinted) {
  personio.kit().inject({.kind = FaultKind::delay, .route = kPersonsRoute, .delay = 60s});
  const auto who = personio.default_integration();
  auto request = link_request(who, session_request("acme"));
  const auto cancel = request.cancel;
  auto running = start(hub->accounts().link(std::move(request)));
  ASSERT_TRUE(called(kPersonsRoute));
  cancel->store(true);
  personio.kit().end_delays();
  const auto outcome = running.get();
  EXPECT_FALSE(outcome.account);
  EXPECT_EQ(outcome.error.code, ErrorCode::kCancelled);
  EXPECT_TRUE(called(kRevokeRoute, 2));
  expect_undone(who);
}

}  // namespace
}  // namespace patchbay::integration
