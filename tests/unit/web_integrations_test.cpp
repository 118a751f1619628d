// Integrations on the pages: which actions a person ticks, and what is sent for it. The connectors
// folder is empty here; tests/browser walks the page with one.
#include <fstream>

#include "accounts/permission_report.h"
#include "actions_test_support.h"
#include "base/json.h"
#include "store/integrations_table.h"
#include "web/integration_view.h"
#include "web_pages_support.h"

namespace patchbay::web {
namespace {

std::string three_actions() {
  const std::string get = R"("token":"main","request":{"method":"GET","host":"api.acme.example",)"
                          R"("path":"/v1/people"},"result":{"kind":"object"})";
  const std::string post = R"("token":"main","request":{"method":"POST","host":"api.acme.example",)"
                           R"("path":"/v1/people"},"result":{"kind":"none"})";
  const std::string input = R"({"type":"object","additionalProperties":false,"properties":{}})";
  return "[" + test::action("list", input, get, R"({"read_only":true})") + "," +
         test::action("add", input, post) + "," +
         test::action("wipe", input, post, R"({"destructive":true})") + "]";
}

// What of a page's boxes is ticked.
std::vector<std::string> ticked(const View& choices) {
  std::vector<std::string> found;
  for (const auto& entry : choices.entries()) {
    if (entry.name != "groups") continue;
    for (const auto& group : entry.views)
      for (const auto& list : group.entries()) {
        if (list.name != "choices") continue;
        for (const auto& one : list.views) {
          std::string value;
          bool chosen = false;
          for (const auto& part : one.entries()) {
            if (part.name == "value") value = part.text;
            if (part.name == "chosen") chosen = part.flag;
          }
          if (chosen) found.push_back(value);
        }
      }
  }
  return found;
}

TEST(WebIntegration, TicksAllReadsUntilSomebodyChose) {
  const auto manifest = test::acme(three_actions());
  const auto& english = language("en");
  EXPECT_EQ(ticked(action_choices(*manifest, std::nullopt, english)),
            (std::vector<std::string>{"acme_list", "raw_reads"}));
  EXPECT_EQ(ticked(action_choices(*manifest, std::vector<std::string>{"acme_wipe"}, english)),
            (std::vector<std::string>{"acme_wipe"}));
  EXPECT_TRUE(ticked(action_choices(*manifest, std::vector<std::string>(), english)).empty());
}

TEST(WebIntegration, SaysWhatToGrantForWhatIsTicked) {
  const auto manifest = test::acme(three_actions());
  const auto& english = language("en");
  EXPECT_EQ(boxes_to_tick(*manifest, std::nullopt, english).size(), 1U);
  EXPECT_TRUE(boxes_to_tick(*manifest, std::vector<std::string>(), english).empty());
}

struct WebIntegrationsTest : WebPagesTest {
  void SetUp() override {
    EXPECT_TRUE(store.transact_blocking([](store::Database& db) -> Result<> {
      PATCHBAY_TRY(store::projects_table::insert(db, {"prj_2", "Other", 1}));
      for (const auto* project : {"prj_1", "prj_2"}) {
        store::Integration integration;
        integration.id = std::string("int_") + project;
        integration.project_id = project;
        integration.connector_id = "acme";
        integration.name = std::string("Of <") + project + ">";
        integration.auth_method = "key";
        integration.active = true;
        PATCHBAY_TRY(store::integrations_table::insert(db, integration));
      }
      return {};
    }));
    csrf = sign_in();
  }
  store::Integration stored(const std::string& project) {
    return store
        .read_blocking([&](store::Database& db) {
          return store::integrations_table::find(db, project, "int_" + project);
        })
        .value()
        .value();
  }

  std::string csrf;
};

TEST_F(WebIntegrationsTest, KnowOneProjectAlone) {
  const auto list = get("/app/integrations");
  EXPECT_TRUE(has(list, "Of &lt;prj_1&gt;"));
  EXPECT_FALSE(has(list, "Of &lt;prj_2&gt;"));
  EXPECT_EQ(get("/app/integrations/int_prj_2").status, 404U);
  for (const auto* step : {"", "/actions", "/off", "/default", "/setup"})
    EXPECT_EQ(
        post(std::string("/app/integrations/int_prj_2") + step, "csrf=" + csrf + "&name=x").status,
        404U)
        << step;
  EXPECT_TRUE(stored("prj_2").active);
  EXPECT_EQ(stored("prj_2").name, "Of <prj_2>");
  EXPECT_FALSE(stored("prj_2").allowed_actions);
}

// Switching off has to work whatever became of the connector.
TEST_F(WebIntegrationsTest, AreSwitchedOffWithoutTheirConnector) {
  const std::string page = "/app/integrations/int_prj_1";
  EXPECT_TRUE(has(get(page), "Switch off"));
  EXPECT_EQ(post(page + "/off", "csrf=" + csrf).status, 303U);
  EXPECT_FALSE(stored("prj_1").active);
  EXPECT_TRUE(has(get(page), "Its accounts are suspended."));
  EXPECT_EQ(post(page + "/on", "csrf=" + csrf).status, 303U);
  EXPECT_TRUE(stored("prj_1").active);
  EXPECT_EQ(std::ranges::count(audit.kinds, "integration.changed"), 2);
}

TEST_F(WebIntegrationsTest, AsManyActionsAsAManifestMayHaveFitIntoTheForm) {
  std::ifstream file(PATCHBAY_SOURCE_DIR "/manifests/manifest.schema.json");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const auto schema = json::Document::parse(text).value();
  const auto most = schema.root().get("properties").get("actions").get("maxItems").integer_or(0);
  ASSERT_EQ(most, static_cast<std::int64_t>(accounts::kMostActions));

  std::string form = "csrf=" + csrf + "&mode=these&action=raw_reads&action=raw_writes";
  for (std::int64_t i = 0; i < most; ++i) form.append("&action=").append(64, 'a');
  const std::string page = "/app/integrations/int_prj_1";
  EXPECT_EQ(post(page + "/actions", form).status, 303U);
  EXPECT_EQ(post(page + "/actions", form + "&action=one").status, 413U);
  EXPECT_EQ(post(page, form).status, 413U) << "other forms stay small";
  EXPECT_EQ(post(page + "/setup", form).status, 413U);
}

TEST_F(WebIntegrationsTest, WhatIsWrongIsTold) {
  const std::string page = "/app/integrations/int_prj_1";
  EXPECT_EQ(post(page, "csrf=" + csrf + "&name=").status, 303U);
  EXPECT_TRUE(has(get(page), "A name must be text"));
  EXPECT_EQ(stored("prj_1").name, "Of <prj_1>");
  EXPECT_EQ(post("/app/integrations", "csrf=" + csrf + "&connector=nobody").status, 303U);
  EXPECT_TRUE(has(get("/app/integrations"), "There is no provider of that name here."));
}

}  // namespace
}  // namespace patchbay::web
