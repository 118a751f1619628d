#include "fixture.h"

namespace patchbay::personio_sandbox {
namespace {

class RecruitingTest : public PersonioTest {
 protected:
  void SetUp() override {
    PersonioTest::SetUp();
    personio.set_options([](Options& options) { options.rate_limits = false; });
    token = v2_token();
  }
  Reply get(const std::string& rest) {
    Headers headers = bearer(token);
    headers.add("Beta", "true");
    return client->get("/v2/recruiting/" + rest, headers);
  }
  json::array list(const std::string& rest) { return get(rest).json().at("_data").as_array(); }

  std::string token;
};

TEST_F(RecruitingTest, ApplicationsStandNewestFirstAndArePaged) {
  const json::value first = get("applications").json();
  const json::array data = first.at("_data").as_array();
  ASSERT_EQ(data.size(), 100U);
  const auto updated = [](const json::value& application) {
    return text(application.at("updated_at"), "date-time");
  };
  EXPECT_GT(updated(data[0]), updated(data[1]));
  EXPECT_EQ(list("applications?limit=200").size(), 120U);
  EXPECT_EQ(get("applications?limit=201").status, 400);
  EXPECT_EQ(list("applications?updated_at.gt=" + updated(data[2])).size(), 2U);
  EXPECT_EQ(
      get("applications?updated_at.gt=2026-01-01T00:00:00Z&updated_at.lt=2026-02-01T00:00:00Z")
          .status,
      400);
  EXPECT_EQ(list("applications?candidate.email=" + text(data[5].at("candidate"), "email")),
            json::array{data[5]});
  EXPECT_EQ(get("applications/" + text(data[5], "id")).json(), data[5]);
  EXPECT_EQ(get("applications/1").status, 404);
}

TEST_F(RecruitingTest, TransitionsLeadToTheCurrentStage) {
  for (const json::value& application : list("applications?limit=20")) {
    const json::array steps =
        list("applications/" + text(application, "id") + "/stage-transitions");
    if (steps.empty()) continue;
    EXPECT_EQ(steps[0].at("to_stage"), application.at("current_stage"));
    EXPECT_EQ(text(steps.back().at("from_stage"), "name"), "Unassigned");
    return;
  }
  FAIL() << "nobody came further than the first stage";
}

TEST_F(RecruitingTest, CandidatesTellTimesAsText) {
  const json::value candidate = list("candidates?limit=1")[0];
  EXPECT_TRUE(candidate.at("updated_at").is_string());
  EXPECT_EQ(get("candidates/" + text(candidate, "id")).json(), candidate);
  EXPECT_EQ(list("candidates?email=" + text(candidate, "email")).size(), 1U);
  EXPECT_EQ(list("candidates?updated_at.lt=2000-01-01T00:00:00Z").size(), 0U);
}

TEST_F(RecruitingTest, JobsBelongToCategories) {
  const json::value job = list("jobs")[0];
  EXPECT_EQ(get("jobs/" + text(job, "id")).json(), job);
  EXPECT_EQ(get("categories/" + text(job.at("category"), "id")).json(), job.at("category"));
  EXPECT_EQ(list("categories").size(), 3U);
  EXPECT_EQ(get("jobs/1").status, 404);
}

TEST_F(RecruitingTest, NeedsTheHeaderAndTheRight) {
  EXPECT_EQ(client->get("/v2/recruiting/jobs", bearer(token)).status, 404);
  token = v2_token(with_rights({{"employees", {.read = true}}}));
  for (const char* rest : {"applications", "applications/1", "applications/1/stage-transitions",
                           "candidates", "candidates/1", "jobs", "jobs/1", "categories"}) {
    EXPECT_EQ(get(rest).status, 403) << rest;
  }
}

}  // namespace
}  // namespace patchbay::personio_sandbox
