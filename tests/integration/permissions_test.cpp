// What scopes don't tell is tried after connecting, against the provider's sandbox.
#include <gmock/gmock.h>

#include <set>

#include "hub_fixture.h"

namespace patchbay::integration {
namespace {

using accounts::FoundBy;
using accounts::PermissionLine;
using manifest::Granted;

constexpr const char* kOrgUnitsRoute = "GET /v2/org-units";
constexpr const char* kWorkplacesRoute = "GET /v2/workplaces";
constexpr const char* kLegalEntitiesRoute = "GET /v2/legal-entities";

class PermissionsTest : public HubTest {
 protected:
  // Scopes that no manifest names.
  PermissionsTest() {
    personio.set_options([](personio_sandbox::Options& options) {
      options.org_units_scope = "personio:org-structure:read";
      options.workplaces_scope = "personio:sites:read";
    });
    probe_permissions = true;
    open_hub();
  }

  personio_sandbox::Integration integration(const std::set<std::string>& modules) {
    personio_sandbox::IntegrationRequest request{.permissions = {{"employees", {.read = true}}}};
    for (const auto& module : modules) request.permissions[module] = {.read = true};
    return personio.create_integration(request);
  }

  PermissionLine line(const std::string& account_id, const std::string& permission) {
    const auto detail = wait(hub->accounts().detail(hub->project_id(), account_id));
    if (!detail) throw std::runtime_error(detail.error().message);
    for (const auto& found : detail->permissions)
      if (found.permission.to_string() == permission) return found;
    throw std::runtime_error("no line for " + permission);
  }
  std::int64_t checked_at(const std::string& account_id) {
    const auto row = account(account_id);
    return accounts::granted_from_json(row.granted, row.granted_known).checked;
  }
  // After connecting, in the background.
  bool checked(const std::string& account_id) {
    return wait_until([&] { return checked_at(account_id) != 0; });
  }
  Result<> check_again(const std::string& account_id) {
    return wait(hub->accounts().check_permissions(hub->project_id(), account_id));
  }
  void break_off(const char* route) {
    personio.kit().inject({.kind = FaultKind::cut_before_answer, .route = route, .times = 0});
  }
};

TEST_F(PermissionsTest, WhatScopesWithUnsureNamesLeaveOpenIsTriedAfterConnecting) {
  const auto id = linked(integration({"org_units", "documents"})).id;
  ASSERT_TRUE(checked(id));
  EXPECT_EQ(line(id, "org_units:read").granted, Granted::kYes);
  EXPECT_EQ(line(id, "org_units:read").found_by, FoundBy::kProbe);
  EXPECT_GT(line(id, "org_units:read").found_at, 0);
  EXPECT_EQ(line(id, "workplaces:read").granted, Granted::kNo);
  EXPECT_EQ(line(id, "workplaces:read").found_by, FoundBy::kProbe);
  EXPECT_EQ(line(id, "employees:read").found_by, FoundBy::kConnector);
  EXPECT_EQ(line(id, "documents:read").found_by, FoundBy::kScope);
  EXPECT_EQ(line(id, "recruiting:write").granted, Granted::kUnknown);
  EXPECT_EQ(personio.violations(), std::vector<std::string>());
}

TEST_F(PermissionsTest, AProbeIsNoUseOfTheAccount) {
  const auto id = linked(integration({"org_units"})).id;
  ASSERT_TRUE(checked(id));
  EXPECT_EQ(sql("SELECT last_used FROM accounts"), 0);
  EXPECT_FALSE(token_value(id).empty());
  EXPECT_GT(sql("SELECT last_used FROM accounts"), 0);
}

TEST_F(PermissionsTest, AReconnectFindsOutAnew) {
  const auto id = linked(integration({"workplaces"})).id;
  ASSERT_TRUE(checked(id));
  EXPECT_EQ(line(id, "workplaces:read").granted, Granted::kYes);
  ASSERT_TRUE(reconnect(id, integration({"org_units"})).account);
  ASSERT_TRUE(wait_until([&] { return line(id, "org_units:read").granted == Granted::kYes; }));
  ASSERT_TRUE(wait_until([&] { return line(id, "workplaces:read").granted == Granted::kNo; }));
}

TEST_F(PermissionsTest, ConnectingSucceedsWhileProbesCanNotAndACheckLaterFindsOut) {
  for (const auto* route : {kOrgUnitsRoute, kWorkplacesRoute, kLegalEntitiesRoute})
    break_off(route);
  const auto outcome = link(integration({"org_units"}));
  ASSERT_TRUE(outcome.account) << outcome.error.message;
  const auto id = outcome.account->id;
  ASSERT_TRUE(called(kOrgUnitsRoute));
  ASSERT_TRUE(check_again(id));
  EXPECT_EQ(line(id, "org_units:read").granted, Granted::kUnknown);
  EXPECT_EQ(line(id, "org_units:read").found_by, FoundBy::kNothing);
  EXPECT_EQ(checked_at(id), 0);
  EXPECT_EQ(account(id).status, store::AccountStatus::kActive);

  personio.kit().clear_faults();
  ASSERT_TRUE(check_again(id));
  EXPECT_EQ(line(id, "org_units:read").granted, Granted::kYes);
  EXPECT_NE(checked_at(id), 0);
}

TEST_F(PermissionsTest, ConnectingDoesNotWaitForProbes) {
  personio.kit().inject(
      {.kind = FaultKind::delay, .route = kOrgUnitsRoute, .times = 0, .delay = 2s});
  const auto id = linked(integration({"org_units"})).id;
  EXPECT_EQ(line(id, "org_units:read").granted, Granted::kUnknown);
  ASSERT_TRUE(check_again(id)) << "waits for the one in the background";
  EXPECT_EQ(line(id, "org_units:read").granted, Granted::kYes);
  EXPECT_EQ(calls(kOrgUnitsRoute), 1U);
}

TEST_F(PermissionsTest, ASuspendedAccountIsNotProbed) {
  const auto id = linked(integration({"org_units"})).id;
  ASSERT_TRUE(checked(id));
  ASSERT_TRUE(wait(hub->accounts().suspend(hub->project_id(), id)));
  const auto before = personio.kit().calls().total();
  const auto refused = check_again(id);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kForbidden);
  EXPECT_EQ(personio.kit().calls().total(), before);
}

TEST_F(PermissionsTest, TellsWhichAttributesCanBeReadAndWhichLegalEntities) {
  personio_sandbox::IntegrationRequest request{
      .permissions = {{"employees", {.read = true}}, {"legal_entities", {.read = true}}},
      .readable_attributes = std::set<std::string>{"first_name", "email"}};
  const auto id = linked(personio.create_integration(request)).id;
  ASSERT_TRUE(checked(id));
  const auto attributes = line(id, "employees:read").reach;
  ASSERT_TRUE(attributes);
  EXPECT_THAT(attributes->names, testing::UnorderedElementsAre("First name", "Email"));
  ASSERT_TRUE(line(id, "legal_entities:read").reach);
  EXPECT_FALSE(line(id, "legal_entities:read").reach->names.empty());
}

TEST_F(PermissionsTest, AHubThatEndsMeanwhileLeavesUnknownWhatItHadNotKept) {
  personio.kit().inject(
      {.kind = FaultKind::delay, .route = kOrgUnitsRoute, .times = 1, .delay = 5s});
  const auto id = linked(integration({"org_units"})).id;
  ASSERT_TRUE(called(kOrgUnitsRoute));
  close_hub();
  open_hub();
  EXPECT_EQ(line(id, "org_units:read").granted, Granted::kUnknown);
  ASSERT_TRUE(check_again(id));
  EXPECT_EQ(line(id, "org_units:read").granted, Granted::kYes);
}

}  // namespace
}  // namespace patchbay::integration
