#include "fixture.h"

namespace patchbay::personio_sandbox {
namespace {

class Employments : public PersonioTest {
 protected:
  void SetUp() override {
    PersonioTest::SetUp();
    personio.set_options([](Options& options) { options.rate_limits = false; });
    token = v2_token();
    // Some person with three employments: the most there are.
    for (std::int64_t index = 0; path.empty() && index < 250; ++index) {
      const std::string candidate =
          "/v2/persons/" + std::to_string(personio.person_id(index)) + "/employments";
      if (get(candidate).json().at("_data").as_array().size() == 3) path = candidate;
    }
    ASSERT_FALSE(path.empty());
  }
  Reply get(const std::string& target) { return client->get(target, bearer(token)); }
  json::array list(const std::string& query = "") {
    return get(path + query).json().at("_data").as_array();
  }

  std::string token;
  std::string path;
};

TEST_F(Employments, StandNewestFirstAndAgreeWithThePerson) {
  const json::array all = list();
  EXPECT_GT(text(all[0], "employment_start_date"), text(all[1], "employment_start_date"));
  EXPECT_GT(text(all[1], "employment_start_date"), text(all[2], "employment_start_date"));
  EXPECT_LT(text(all[1], "employment_end_date"), text(all[0], "employment_start_date"));
  EXPECT_EQ(text(all[1], "status"), "INACTIVE");
  const json::value person = get(path.substr(0, path.rfind('/'))).json();
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(text(person.at("employments").at(i), "id"), text(all[i], "id"));
  }
}

TEST_F(Employments, OneIsGivenBare) {
  const std::string id = text(list()[2], "id");
  EXPECT_EQ(get(path + "/" + id).json(), list()[2]);
  EXPECT_EQ(get(path + "/no-such-id").status, 404);
  EXPECT_EQ(get("/v2/persons/1/employments").status, 404);
  EXPECT_EQ(get("/v2/persons/1/employments/" + id).status, 404);
}

TEST_F(Employments, ArePagedWithACursor) {
  const Reply first = get(path + "?limit=2");
  EXPECT_EQ(first.json().at("_data").as_array().size(), 2U);
  const std::string next = text(first.json().at("_meta").at("links").at("next"), "href");
  const Reply second = get(next.substr(23));
  EXPECT_EQ(second.json().at("_data").as_array().size(), 1U);
  EXPECT_FALSE(second.json().at("_meta").at("links").as_object().contains("next"));
  EXPECT_EQ(get("/v2/persons?" + next.substr(next.find('?') + 1)).status, 400)
      << "a cursor belongs to its list";
}

TEST_F(Employments, NextLinksMayLeadToThePathOfTheOfficialExamples) {
  EXPECT_EQ(get("/v2/employments?cursor=x").status, 404);
  personio.set_options([](Options& options) { options.employments_at_root_links = true; });
  const json::value first = get(path + "?limit=2").json();
  const std::string next = text(first.at("_meta").at("links").at("next"), "href");
  EXPECT_TRUE(next.starts_with("https://api.personio.de/v2/employments?cursor="));
  const json::array rest = get(next.substr(23)).json().at("_data").as_array();
  ASSERT_EQ(rest.size(), 1U);
  EXPECT_EQ(rest[0], list()[2]);
}

TEST_F(Employments, AreFilteredByIdAndTime) {
  const json::array all = list();
  EXPECT_EQ(list("?id=" + text(all[1], "id")).size(), 1U);
  const std::string time = text(all[1], "updated_at");
  EXPECT_EQ(list("?updated_at.gt=" + time).size() + list("?updated_at.lt=" + time).size() +
                list("?updated_at=" + time).size(),
            3U);
  EXPECT_EQ(get(path + "?updated_at.gte=" + time).status, 400);
  EXPECT_EQ(get(path + "?limit=51").status, 400);
}

TEST_F(Employments, TerminationNamesItsLastDayAsChosen) {
  EXPECT_TRUE(list()[2].at("termination").as_object().contains("last_working_day"));
  personio.set_options(
      [](Options& options) { options.last_working_day_key = "last_working_date"; });
  EXPECT_TRUE(list()[2].at("termination").as_object().contains("last_working_date"));
}

TEST_F(Employments, NeedTheRightToReadEmployees) {
  token = v2_token(with_rights({{"documents", {.read = true}}}));
  EXPECT_EQ(get(path).status, 401);
}

}  // namespace
}  // namespace patchbay::personio_sandbox
