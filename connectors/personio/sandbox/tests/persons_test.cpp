#include "fixture.h"

namespace patchbay::personio_sandbox {
namespace {

class Persons : public PersonioTest {
 protected:
  void SetUp() override {
    PersonioTest::SetUp();
    personio.set_options([](Options& options) { options.rate_limits = false; });
    token = v2_token();
  }
  Reply get(const std::string& target) { return client->get(target, bearer(token)); }

  /// Follows `next` from this target on; returns the ids in order.
  std::vector<std::string> walk(std::string target, int* pages = nullptr) {
    std::vector<std::string> ids;
    for (int page = 1; page <= 1000; ++page) {
      const Reply reply = get(target);
      EXPECT_EQ(reply.status, 200) << reply.body;
      const json::value body = reply.json();
      for (const json::value& person : body.at("_data").as_array()) {
        ids.push_back(text(person, "id"));
      }
      if (pages != nullptr) *pages = page;
      const json::object& links = body.at("_meta").at("links").as_object();
      if (!links.contains("next")) return ids;
      const std::string href = text(links.at("next"), "href");
      const std::string base = "https://api.personio.de";
      EXPECT_TRUE(href.starts_with(base + "/v2/persons?cursor=")) << href;
      target = href.substr(base.size());
    }
    ADD_FAILURE() << "the list does not end";
    return ids;
  }
  std::string first(const char* member) {
    return text(get("/v2/persons?limit=1").json().at("_data").at(0), member);
  }
  void expect_bad(const std::string& target, std::string_view detail) {
    const Reply reply = get(target);
    EXPECT_EQ(reply.status, 400) << target;
    EXPECT_EQ(std::string_view(problem(reply).at("detail").as_string()), detail) << target;
  }

  std::string token;
};

TEST_F(Persons, CursorWalksEveryPersonOnce) {
  int pages = 0;
  const auto ids = walk("/v2/persons?limit=50", &pages);
  EXPECT_EQ(pages, 5);
  EXPECT_EQ(ids.size(), 250U);
  EXPECT_EQ(std::set<std::string>(ids.begin(), ids.end()).size(), 250U);
  EXPECT_EQ(walk("/v2/persons?limit=37"), ids);
}

TEST_F(Persons, PageHasTenPersonsUnlessALimitIsGiven) {
  EXPECT_EQ(get("/v2/persons").json().at("_data").as_array().size(), 10U);
  EXPECT_EQ(get("/v2/persons?limit=50").json().at("_data").as_array().size(), 50U);
  for (const char* limit : {"0", "51", "-1", "ten", "5x", ""}) {
    expect_bad(std::string("/v2/persons?limit=") + limit,
               "Provided request parameters are invalid.");
  }
}

TEST_F(Persons, CursorCarriesItsFilters) {
  const auto all = walk("/v2/persons?limit=50");
  const auto active = walk("/v2/persons?status=ACTIVE&limit=7");
  const auto inactive = walk("/v2/persons?status=INACTIVE&limit=7");
  EXPECT_EQ(active.size() + inactive.size(), all.size());
  EXPECT_GT(inactive.size(), 5U);
}

TEST_F(Persons, ForeignCursorsAreRefused) {
  const json::value page = get("/v2/persons").json();
  const std::string href = text(page.at("_meta").at("links").at("next"), "href");
  std::string broken = href.substr(std::string("https://api.personio.de").size());
  broken.back() = broken.back() == 'A' ? 'Q' : 'A';
  for (const std::string& target :
       {broken, std::string("/v2/persons?cursor=cur_1"), std::string("/v2/persons?cursor=")}) {
    expect_bad(target, "Provided request parameters are invalid.");
  }
}

TEST_F(Persons, FiltersBesideACursorAreIgnoredOrRefused) {
  const json::value page = get("/v2/persons?limit=3").json();
  const std::string next = text(page.at("_meta").at("links").at("next"), "href").substr(23);
  EXPECT_EQ(walk(next + "&status=INACTIVE"), walk(next));
  personio.set_options([](Options& options) { options.cursor_with_filters = "refused"; });
  EXPECT_EQ(get(next + "&status=INACTIVE").status, 400);
  EXPECT_EQ(get(next).status, 200);
}

TEST_F(Persons, NextLinksMayBeRelative) {
  personio.set_options([](Options& options) { options.relative_next_links = true; });
  const json::value page = get("/v2/persons").json();
  EXPECT_TRUE(text(page.at("_meta").at("links").at("next"), "href").starts_with("/v2/persons?"));
}

TEST_F(Persons, FiltersByIdEmailAndName) {
  const auto all = walk("/v2/persons?limit=50");
  EXPECT_EQ(walk("/v2/persons?id=" + all[7] + "," + all[3] + ",99,x&limit=1"),
            (std::vector{all[3], all[7]}));
  EXPECT_EQ(walk("/v2/persons?email=" + first("email")), std::vector{all[0]});
  EXPECT_EQ(walk("/v2/persons?id=" + all[1] + "&email=" + first("email")).size(), 0U)
      << "filters combine with AND";
  const auto named = walk("/v2/persons?last_name=" + first("last_name") + "&limit=50");
  EXPECT_GE(named.size(), 1U);
  EXPECT_LT(named.size(), 50U);
}

TEST_F(Persons, TimeFiltersAreStrict) {
  const std::string time = first("updated_at");
  const auto all = walk("/v2/persons?limit=50");
  const auto later = walk("/v2/persons?limit=50&updated_at.gt=" + time);
  const auto earlier = walk("/v2/persons?limit=50&updated_at.lt=" + time);
  const auto equal = walk("/v2/persons?limit=50&updated_at=" + time);
  EXPECT_EQ(equal, std::vector{all[0]});
  EXPECT_EQ(later.size() + earlier.size() + equal.size(), all.size());
  EXPECT_GT(later.size(), 0U);
}

TEST_F(Persons, RefusesUnknownOperatorsAndBadValues) {
  expect_bad("/v2/persons?updated_at.gte=2024-01-01T00:00:00Z",
             "Provided filter encoding is invalid.");
  expect_bad("/v2/persons?first_name.like=A", "Provided filter encoding is invalid.");
  expect_bad("/v2/persons?updated_at.gt=2024-01-01", "Provided request parameters are invalid.");
  expect_bad("/v2/persons?status=GONE", "Provided request parameters are invalid.");
}

TEST_F(Persons, GivesOnePersonBare) {
  const std::string id = std::to_string(personio.person_id(42));
  const json::value person = get("/v2/persons/" + id).json();
  EXPECT_EQ(text(person, "id"), id);
  EXPECT_EQ(text(person.at("_meta").at("links").at("employments"), "href"),
            "https://api.personio.de/v2/persons/" + id + "/employments");
  for (const char* member : {"email", "created_at", "updated_at", "first_name", "last_name",
                             "preferred_name", "gender", "status"}) {
    EXPECT_FALSE(text(person, member).empty()) << member;
  }
  EXPECT_EQ(person.at("custom_attributes").as_array().size(), 6U);
}

TEST_F(Persons, UnknownPersonIsNotFound) {
  for (const char* id : {"1", "abc", "999999999", "10003x"}) {
    const Reply reply = get(std::string("/v2/persons/") + id);
    EXPECT_EQ(reply.status, 404);
    const json::object error = problem(reply);
    EXPECT_EQ(error.at("title"), "Resource not found");
    EXPECT_TRUE(error.at("type").as_string().ends_with("#commonresource_not_found"));
  }
  personio.set_options([](Options& options) { options.error_links = "spec"; });
  EXPECT_EQ(problem(get("/v2/persons/1")).at("type").as_string(),
            "https://developer.personio.de/reference/errors#common.resource_not_found");
}

TEST_F(Persons, AttributesThatMayNotBeReadAreLeftOut) {
  const std::map<std::string, Access> rights{{"employees", {.read = true}}};
  token = v2_token(with_rights(rights, std::set<std::string>{}));
  const json::value nothing = get("/v2/persons?limit=1").json().at("_data").at(0);
  std::set<std::string> members;
  for (const auto& member : nothing.as_object()) members.insert(std::string(member.key()));
  EXPECT_EQ(members, (std::set<std::string>{"id", "employments", "_meta"}));

  token = v2_token(with_rights(rights, std::set<std::string>{"email", "dynamic_31004"}));
  const json::value some = get("/v2/persons?limit=1").json().at("_data").at(0);
  EXPECT_FALSE(text(some, "email").empty());
  EXPECT_FALSE(some.as_object().contains("first_name"));
  EXPECT_EQ(some.at("custom_attributes").as_array().size(), 1U);
}

TEST_F(Persons, MissingRightHasTheChosenStatus) {
  token = v2_token(with_rights({{"documents", {.read = true}}}));
  const Reply unauthorized = get("/v2/persons");
  EXPECT_EQ(unauthorized.status, 401);
  EXPECT_EQ(problem(unauthorized).at("title"), "Unauthorized Request");
  personio.set_options([](Options& options) { options.persons_missing_right_status = 403; });
  const Reply forbidden = get("/v2/persons");
  EXPECT_EQ(forbidden.status, 403);
  EXPECT_EQ(problem(forbidden).at("title"), "Insufficient access scope");
  EXPECT_EQ(problem(forbidden).at("detail"), "Client scope insufficient to access resource");
}

TEST_F(Persons, AMillionPersonsCostNoTime) {
  personio.set_options([](Options& options) { options.persons = 1'000'000; });
  const std::string id = std::to_string(personio.person_id(999'999));
  EXPECT_EQ(text(get("/v2/persons/" + id).json(), "id"), id);
  EXPECT_EQ(walk("/v2/persons?id=" + id).size(), 1U);
}

TEST_F(Persons, UnknownRoutesAndBetaRoutesAreNotFound) {
  for (const char* target : {"/v2/nothing", "/v2/recruiting/jobs", "/v2/cost-centers",
                             "/v2/workplaces", "/v2/org-units"}) {
    const Reply reply = get(target);
    EXPECT_EQ(reply.status, 404) << target;
    const json::object error = problem(reply);
    EXPECT_EQ(error.at("title"), "Not Found");
    EXPECT_EQ(error.at("detail").as_string(),
              "The endpoint with " + std::string(target) + " was not found.");
    EXPECT_EQ(error.at("_meta").at("path"), target);
    EXPECT_TRUE(error.at("type").as_string().ends_with("#apinot_found"));
  }
  EXPECT_EQ(client->get("/v1/nothing").json().at("success"), false);
  EXPECT_EQ(client->get("/v1/company/attendances").status, 501) << "known, but not simulated";
}

}  // namespace
}  // namespace patchbay::personio_sandbox
