#include "fixture.h"

namespace patchbay::personio_sandbox {
namespace {

const std::string kPath = "/v2/projects";

class Projects : public PersonioTest {
 protected:
  void SetUp() override {
    PersonioTest::SetUp();
    personio.set_options([](Options& options) { options.rate_limits = false; });
    token = v2_token();
  }
  std::string id(std::int64_t index) { return std::to_string(personio.person_id(index)); }
  Reply get(const std::string& rest = "") { return client->get(kPath + rest, bearer(token)); }
  json::array list(const std::string& rest = "") { return get(rest).json().at("_data").as_array(); }
  Reply send(const std::string& method, const std::string& rest, const json::value& body) {
    return send_json(method, kPath + rest, body, token);
  }
  std::string create(const json::object& body) {
    const Reply reply = send("POST", "", body);
    EXPECT_EQ(reply.status, 201) << reply.body;
    return text(reply.json(), "id");
  }
  static json::object member(const std::string& person) { return {{"person", {{"id", person}}}}; }

  std::string token;
};

TEST_F(Projects, AreListedAndFiltered) {
  EXPECT_EQ(list().size(), 5U);
  EXPECT_EQ(list("?status=ARCHIVED").size(), 1U);
  EXPECT_EQ(list("?top_level_only=true").size(), 3U);
  EXPECT_EQ(list("?parent_project.id=5102").size(), 2U);
  EXPECT_EQ(list("?name=Intranet&project_code=INT").size(), 1U);
  EXPECT_EQ(list("?id=5101,5105").size(), 2U);
  EXPECT_TRUE(personio.violations().empty());
  EXPECT_EQ(get("?status=active").status, 400);
}

TEST_F(Projects, SumUpTheirPeriodsWhenAsked) {
  const json::object project =
      list("?id=5101&include=tracked_minutes,tracked_periods_count")[0].as_object();
  EXPECT_EQ(project.at("tracked_periods_count"), 80) << "20 persons, two days, morning and noon";
  EXPECT_EQ(project.at("tracked_minutes"), 80 * 240);
  EXPECT_FALSE(project.contains("sub_projects_count"));
  EXPECT_EQ(list("?id=5102&include=sub_projects_count")[0].at("sub_projects_count"), 2);
  EXPECT_EQ(get("?include=shoe_size").status, 422);
  EXPECT_EQ(get("?includes=tracked_minutes").status, 400);
}

TEST_F(Projects, AreWrittenAndTheirSubProjectsGoWithThem) {
  const std::string project = create({{"name", "Moon"}, {"start", {{"date", "2026-07-01"}}}});
  const std::string part = create({{"name", "Rocket"}, {"parent_project", {{"id", project}}}});
  EXPECT_EQ(send("PATCH", "/" + part, json::object{{"billable", true}}).status, 204);
  EXPECT_EQ(get("/" + part).json().at("billable"), true);
  EXPECT_EQ(text(get("/" + project).json().at("start"), "date"), "2026-07-01");
  EXPECT_EQ(client->send("DELETE", kPath + "/" + project, bearer(token)).status, 204);
  EXPECT_EQ(get("/" + project).status, 404);
  EXPECT_EQ(get("/" + part).status, 404);
}

TEST_F(Projects, HaveNoGrandchildrenAndNoEndBeforeTheStart) {
  const json::object grandchild{{"name", "x"}, {"parent_project", {{"id", "5103"}}}};
  EXPECT_EQ(send("POST", "", grandchild).status, 422);
  const json::object backwards{{"end", {{"date", "2026-01-01"}}},
                               {"start", {{"date", "2026-01-02"}}}};
  EXPECT_EQ(send("PATCH", "/5101", backwards).status, 422);
  EXPECT_TRUE(get("/5101").json().at("end").is_null());
  EXPECT_EQ(send("POST", "", json::object{{"name", ""}}).status, 400);
  EXPECT_EQ(send("POST", "", json::object{{"status", "ACTIVE"}}).status, 400);
}

TEST_F(Projects, HaveMembers) {
  EXPECT_EQ(list("/5102/members").size(), 5U);
  EXPECT_EQ(send("POST", "/5101/members", json::array{member(id(7)), member(id(8))}).status, 204);
  EXPECT_EQ(get("/5101").json().at("assigned_to_all"), false);
  EXPECT_EQ(send("POST", "/5101/members", member(id(7))).status, 204) << "one alone, and again";
  EXPECT_EQ(list("/5101/members").size(), 2U);
  EXPECT_EQ(send("DELETE", "/5101/members", json::array{member(id(7))}).status, 204);
  EXPECT_EQ(text(list("/5101/members")[0].at("person"), "id"), id(8));
  EXPECT_EQ(get("/5101/members?limit=201").status, 422);
}

TEST_F(Projects, TakeAllMembersOrNone) {
  EXPECT_EQ(send("POST", "/5102/members", json::array{member(id(9)), member("1")}).status, 422);
  EXPECT_EQ(list("/5102/members").size(), 5U);
  EXPECT_EQ(send("POST", "/5103/members", json::array{member(id(9))}).status, 422) << "sub-project";
  EXPECT_EQ(send("POST", "/5102/members", json::array{id(9)}).status, 400);
}

TEST_F(Projects, NeedTheRightToAttendances) {
  token = v2_token(with_rights({{"attendances", {.read = true}}}));
  EXPECT_EQ(get().status, 200);
  EXPECT_EQ(send("POST", "", json::object{{"name", "x"}}).status, 403);
  EXPECT_EQ(send("DELETE", "/5102/members", json::array{}).status, 403);
  token = v2_token(with_rights({{"employees", {.read = true}}}));
  EXPECT_EQ(get().status, 403);
}

}  // namespace
}  // namespace patchbay::personio_sandbox
