// The real manifest, as it is assembled for the connector.
#include <gtest/gtest.h>

#include <algorithm>
#include <regex>

#include "base/json.h"
#include "manifest/form_check.h"
#include "manifest/hosts.h"
#include "manifest/input_schema.h"
#include "manifest/parse.h"
#include "manifest/rich_text.h"
#include "manifest_fixture.h"

namespace patchbay::manifest {
namespace {

class PersonioManifest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    auto outcome = parse_manifest(read_file(PATCHBAY_BUILD_DIR "/manifests/personio.json"));
    EXPECT_EQ(outcome.problems, Problems{}) << testing::PrintToString(outcome.problems);
    manifest_ = outcome.manifest;
  }
  static void TearDownTestSuite() { manifest_.reset(); }
  void SetUp() override { ASSERT_NE(manifest_, nullptr); }

  static const Manifest& manifest() { return *manifest_; }
  static const AuthMethod& method() { return manifest_->auth_methods.front(); }

 private:
  inline static std::shared_ptr<const Manifest> manifest_;
};

TEST_F(PersonioManifest, AsksForClientIdAndSecret) {
  ASSERT_EQ(method().fields.size(), 4U);
  EXPECT_EQ(method().fields[0].id, "client_id");
  EXPECT_FALSE(method().fields[0].secret);
  EXPECT_TRUE(method().fields[0].identifies_account);
  EXPECT_EQ(method().fields[1].id, "client_secret");
  EXPECT_TRUE(method().fields[1].secret);
  EXPECT_EQ(method().grant_type, GrantType::kClientCredentials);
  EXPECT_EQ(method().renewal, Renewal::kMintAnew);
}

// Personio's events have no id of their own.
TEST_F(PersonioManifest, TellsEventsApartByWhatTheySay) {
  ASSERT_TRUE(manifest().inbound_events);
  EXPECT_EQ(manifest().inbound_events->secret_header, "Authorization");
  EXPECT_EQ(manifest().inbound_events->type, "/event_name");
  EXPECT_EQ(manifest().inbound_events->identity,
            (std::vector<std::string>{"/company_id", "/event_name", "/occurred_at", "/payload"}));
}

TEST_F(PersonioManifest, NeverRefusesAClientIdForItsShape) {
  const FormValues values{{"client_id", "something-else"}, {"client_secret", "x"}};
  EXPECT_TRUE(check_form(method(), view_of(values)).empty());
}

TEST_F(PersonioManifest, SendsApplicationsWithAKeyAndACompanyThatMayBeLeftEmpty) {
  const auto fields = method().optional_fields("recruiting");
  ASSERT_EQ(fields.size(), 2U);
  EXPECT_EQ(fields[0]->id, "recruiting_key");
  EXPECT_TRUE(fields[0]->secret);
  EXPECT_EQ(fields[1]->id, "company_id");
  EXPECT_FALSE(fields[1]->secret);
  EXPECT_EQ(method().find_authorization("recruiting")->headers.at(0).name, "X-Company-ID");
  EXPECT_TRUE(method().optional_fields("v1").empty());
  const FormValues one{{"client_id", "papi-1"}, {"client_secret", "x"}, {"company_id", "12345"}};
  const std::vector<FieldProblem> expected{{"recruiting_key", FieldProblem::Kind::kRequired, ""}};
  EXPECT_EQ(check_form(method(), view_of(one)), expected);
}

TEST_F(PersonioManifest, GuidesThroughFourStepsNotesAndThreeStepsOfTheHub) {
  std::vector<GuideSection> sections;
  for (const auto& section : method().guide.sections)
    if (section.applicable_fields.empty()) sections.push_back(section);
  ASSERT_EQ(sections.size(), 3U);
  ASSERT_EQ(method().guide.sections.size(), 4U) << "and one for those who send applications";
  EXPECT_FALSE(method().guide.warning.empty());
  EXPECT_EQ(sections[0].steps.size(), 4U);
  EXPECT_FALSE(sections[0].hide_when_white_labelled);
  EXPECT_GE(sections[1].list.size(), 5U);
  ASSERT_EQ(sections[1].links.size(), 1U);
  EXPECT_TRUE(sections[1].links[0].url.starts_with("https://developer.personio.de/"));
  EXPECT_EQ(sections[2].steps.size(), 3U);
  EXPECT_TRUE(sections[2].hide_when_white_labelled);
  // The step about rights prints what to tick.
  EXPECT_EQ(sections[0].steps[2].display_scopes.size(), 21U);
}

TEST_F(PersonioManifest, NamesBothMenuPathsInBothLanguages) {
  const auto text = [](const char* language, const char* id) {
    return manifest().texts.plain(language, id);
  };
  EXPECT_NE(text("en", "guide.create.open.path_settings")
                .find("Settings > Integrations > API credentials"),
            std::string::npos);
  EXPECT_NE(
      text("en", "guide.create.open.path_marketplace").find("Marketplace > Connected integrations"),
      std::string::npos);
  EXPECT_NE(text("de", "guide.create.open.path_settings")
                .find("Einstellungen > Integrationen > API-Zugriffsdaten"),
            std::string::npos);
  EXPECT_NE(text("de", "guide.create.open.path_marketplace").find("Marketplace >"),
            std::string::npos);
}

TEST_F(PersonioManifest, OffersTheModulesAsPersonioDoes) {
  const std::vector<std::string> expected{
      "employees",     "attendances", "absences", "documents",   "custom_reports",
      "compensations", "recruiting",  "webhooks", "org_units",   "legal_entities",
      "cost_centers",  "workplaces",  "jobs",     "salary_bands"};
  std::vector<std::string> ids;
  for (const auto& permission : manifest().permissions) ids.push_back(permission.id);
  EXPECT_EQ(ids, expected);
  for (const char* id : {"custom_reports", "org_units", "legal_entities", "cost_centers",
                         "workplaces", "jobs", "salary_bands"}) {
    EXPECT_TRUE(manifest().find_permission(id)->read.available) << id;
    EXPECT_FALSE(manifest().find_permission(id)->write.available) << id;
  }
  EXPECT_EQ(manifest().required_permissions(),
            std::vector{(PermissionRef{"employees", Access::kRead})});
}

TEST_F(PersonioManifest, ReadsGrantsFromEitherFamilyOfScopes) {
  const PermissionSide& read = manifest().find_permission("employees")->read;
  EXPECT_EQ(granted(read, {"employees:read"}), Granted::kYes);
  EXPECT_EQ(granted(read, {"personio:persons:read"}), Granted::kYes);
  EXPECT_EQ(granted(read, {"absences:read"}), Granted::kNo);
  EXPECT_EQ(granted(manifest().find_permission("org_units")->read, {"absences:read"}),
            Granted::kUnknown);
}

TEST_F(PersonioManifest, AllowsOnePlaceToGo) {
  EXPECT_TRUE(host_allowed(manifest(), "POST", "https://api.personio.de/v2/auth/token", {}));
  EXPECT_FALSE(host_allowed(manifest(), "POST", "https://api.personio.com/v2/auth/token", {}));
  EXPECT_FALSE(host_allowed(manifest(), "PUT", "https://api.personio.de/v2/persons", {}));
}

TEST_F(PersonioManifest, AuthorisesBothVersionsWithABearerToken) {
  for (const char* name : {"v2", "v1"}) {
    ASSERT_NE(method().find_token(name), nullptr);
    EXPECT_EQ(method().find_token(name)->lifetime_s, 86400U);
    ASSERT_NE(method().find_authorization(name), nullptr);
    EXPECT_EQ(method().find_authorization(name)->kind, RequestAuth::Kind::kBearer);
  }
}

TEST_F(PersonioManifest, ChecksWhatListPersonsIsAskedFor) {
  const Action* action = manifest().find_action("personio_list_persons");
  ASSERT_NE(action, nullptr);
  const auto faults = [action](const char* input) {
    return action->input->check(json::Document::parse(input)->root()).size();
  };
  EXPECT_EQ(faults("{}"), 0U);
  EXPECT_EQ(faults(R"({"status":"ACTIVE","page_size":50,"emails":["a@b.example"]})"), 0U);
  EXPECT_EQ(faults(R"({"updated_after":"2026-01-31T08:00:00Z"})"), 0U);
  EXPECT_EQ(faults(R"({"status":"SLEEPING"})"), 1U);
  EXPECT_EQ(faults(R"({"page_size":51})"), 1U);
  EXPECT_EQ(faults(R"({"updated_after":"2026-01-31"})"), 1U);
  EXPECT_EQ(faults(R"({"emails":["a,b@c.example"]})"), 1U);  // a comma would be a second address
}

// The connector documents the messages it sends; every one needs a text.
TEST_F(PersonioManifest, HasATextForEveryMessageOfTheConnector) {
  const std::string readme = read_file(PATCHBAY_SOURCE_DIR "/connectors/personio/README.md");
  const std::regex row("\\| `((error|notice)\\.[a-z0-9_]+)`");
  int messages = 0;
  for (std::sregex_iterator it(readme.begin(), readme.end(), row), end; it != end; ++it) {
    ++messages;
    EXPECT_TRUE(manifest().texts.has((*it)[1].str())) << (*it)[1];
  }
  EXPECT_GE(messages, 30);
}

TEST_F(PersonioManifest, FillsTheArgumentsOfMessages) {
  const TextArguments arguments{{"host", "api.personio.de"}, {"status", "503"}};
  const std::string text = manifest().texts.plain("de", "error.provider_unavailable", arguments);
  EXPECT_NE(text.find("api.personio.de"), std::string::npos);
  EXPECT_EQ(text.find('{'), std::string::npos);
}

TEST_F(PersonioManifest, IsTranslatedRatherThanCopied) {
  const auto& english = manifest().texts.tables().at("en");
  const auto& german = manifest().texts.tables().at("de");
  for (const auto& [id, text] : english)
    if (text.size() > 40 && text.find("papi-") == std::string::npos) {
      EXPECT_NE(text, german.at(id)) << id;
    }
}

TEST_F(PersonioManifest, ShowsAnExampleOfEveryActionsInput) {
  for (const Action& action : manifest().actions) {
    const auto schema = json::Document::parse(action.input_schema);
    ASSERT_TRUE(schema);
    EXPECT_EQ(schema->root().get("examples").size(), 1U) << action.id;
  }
}

// Whatever has a name that is not published can at least be tried.
TEST_F(PersonioManifest, ProbesEveryPermissionToReadWhoseScopesAreUnsure) {
  for (const Permission& permission : manifest().permissions)
    if (permission.read.available && !permission.read.confirmed)
      EXPECT_TRUE(permission.read.probe) << permission.id;
}

}  // namespace
}  // namespace patchbay::manifest
