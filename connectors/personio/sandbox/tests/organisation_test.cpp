#include "fixture.h"

namespace patchbay::personio_sandbox {
namespace {

/// Legal entities, org units, cost centers, workplaces, jobs and salary bands.
class Organisation : public PersonioTest {
 protected:
  void SetUp() override {
    PersonioTest::SetUp();
    personio.set_options([](Options& options) { options.rate_limits = false; });
    token = v2_token();
  }
  Reply get(const std::string& target, bool beta = true) {
    Headers headers = bearer(token);
    if (beta) headers.add("Beta", "true");
    return client->get(target, headers);
  }
  json::array list(const std::string& target) {
    const Reply reply = get(target);
    EXPECT_EQ(reply.status, 200) << target << reply.body;
    return reply.status == 200 ? reply.json().at("_data").as_array() : json::array{};
  }

  std::string token;
};

TEST_F(Organisation, LegalEntitiesStandNewestFirst) {
  const json::array all = list("/v2/legal-entities");
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(text(all[0], "id"), "7034");
  EXPECT_EQ(list("/v2/legal-entities?country=DE"), json::array{all[1]});
  EXPECT_EQ(list("/v2/legal-entities?id=7034,7033").size(), 2U);
  EXPECT_EQ(get("/v2/legal-entities/7033").json(), all[1]);
  EXPECT_EQ(text(problem(get("/v2/legal-entities/1")), "detail").substr(0, 36),
            "The requested resource was not found");
}

TEST_F(Organisation, FeatureMayBeMissing) {
  personio.set_options([](Options& options) { options.organisation_feature = false; });
  EXPECT_EQ(get("/v2/legal-entities").status, 412);
  EXPECT_EQ(get("/v2/org-units/281521?type=department").status, 412);
}

TEST_F(Organisation, OrgUnitsNeedTheirType) {
  EXPECT_EQ(get("/v2/org-units/59026").status, 400);
  EXPECT_EQ(get("/v2/org-units/59026?type=squad").status, 400);
  EXPECT_EQ(get("/v2/org-units/59026?type=department").status, 404);
  const json::value team = get("/v2/org-units/59026?type=team&include_parent_chain=true").json();
  EXPECT_EQ(text(team, "parent_id"), "281521");
  EXPECT_EQ(text(team.at("parent_chain").at(0), "name"), "Engineering");
  EXPECT_EQ(list("/v2/org-units?type=department").size(), 5U);
  EXPECT_EQ(list("/v2/org-units?type=team&include_parent_chain=true")[0].at("parent_chain").at(0),
            (json::object{{"id", "281521"}}));
}

TEST_F(Organisation, NamedListsAreFilteredSortedAndPaged) {
  EXPECT_EQ(text(list("/v2/cost-centers?sort=-name")[0], "name"), "3000 Administration");
  EXPECT_EQ(list("/v2/cost-centers?id=82957,82959").size(), 2U);
  EXPECT_EQ(list("/v2/workplaces?name=London").size(), 1U);
  EXPECT_EQ(get("/v2/workplaces?sort=city").status, 400);
  const json::value first = get("/v2/jobs?limit=20&sort=-id").json();
  const std::string next = text(first.at("_meta").at("links").at("next"), "href");
  const json::array rest = list(next.substr(23));
  EXPECT_EQ(rest.size() + 20, list("/v2/jobs").size());
  EXPECT_EQ(text(rest.back(), "id"), "41000") << "the cursor remembers the order";
}

TEST_F(Organisation, BetaListsAreNotThereWithoutTheHeader) {
  for (const char* path : {"/v2/cost-centers", "/v2/workplaces", "/v2/org-units"}) {
    EXPECT_EQ(text(problem(get(path, false)), "title"), "Not Found") << path;
  }
  EXPECT_EQ(personio.violations().size(), 3U);
  EXPECT_EQ(get("/v2/org-units/59026?type=team", false).status, 200);
  personio.set_options([](Options& options) { options.organisation_beta = false; });
  EXPECT_EQ(get("/v2/workplaces", false).status, 200);
}

TEST_F(Organisation, JobsShowTheirSalaryBandsToThoseWhoMayReadThem) {
  const json::value job = get("/v2/jobs/41000").json();
  const std::string band =
      "/v2/salary-bands/" + std::string(job.at("salary_band_ids").at(0).as_string());
  EXPECT_EQ(text(get(band).json(), "name"), text(job, "name"));
  token = v2_token(with_rights({{"jobs", {.read = true}}}));
  EXPECT_TRUE(get("/v2/jobs/41000").json().at("salary_band_ids").as_array().empty());
  EXPECT_EQ(get(band).status, 403);
}

TEST_F(Organisation, EachPartNeedsItsOwnRight) {
  token = v2_token(with_rights({{"employees", {.read = true}}}));
  for (const char* path : {"/v2/legal-entities", "/v2/org-units", "/v2/org-units/59026?type=team",
                           "/v2/cost-centers", "/v2/workplaces", "/v2/jobs", "/v2/salary-bands"}) {
    EXPECT_EQ(get(path).status, 403) << path;
  }
  personio.set_options(
      [](Options& options) { options.workplaces_scope = "personio:persons:read"; });
  EXPECT_EQ(get("/v2/workplaces").status, 200);
}

}  // namespace
}  // namespace patchbay::personio_sandbox
