#include "fixture.h"

namespace patchbay::personio_sandbox {
namespace {

const std::string kPath = "/v2/attendance-periods";

class AttendancePeriods : public PersonioTest {
 protected:
  void SetUp() override {
    PersonioTest::SetUp();
    personio.set_options([](Options& options) { options.rate_limits = false; });
    token = v2_token();
    person = std::to_string(personio.person_id(100));  // one without made-up periods
  }
  Reply get(const std::string& rest = "") { return client->get(kPath + rest, bearer(token)); }
  json::array list(const std::string& query = "") {
    return get(query).json().at("_data").as_array();
  }
  Reply send(const std::string& method, const std::string& rest, const json::value& body) {
    return send_json(method, kPath + rest, body, token);
  }
  json::object work() const {
    return {{"person", {{"id", person}}},
            {"type", "WORK"},
            {"start", {{"date_time", "2026-06-01T08:00:00"}}},
            {"end", {{"date_time", "2026-06-01T12:00:00"}}}};
  }
  std::string create(const json::object& body, const std::string& query = "") {
    const Reply reply = send("POST", query, body);
    EXPECT_EQ(reply.status, 201) << reply.body;
    return text(reply.json(), "id");
  }

  std::string token;
  std::string person;
};

TEST_F(AttendancePeriods, AreListedByPersonAndStartInPagesOfAHundred) {
  const json::array first = list();
  EXPECT_EQ(first.size(), 100U);
  EXPECT_EQ(text(first[0].at("start"), "date_time"), "2026-05-28T08:00:00");
  EXPECT_EQ(text(first[5].at("person"), "id"), std::to_string(personio.person_id(0)));
  EXPECT_EQ(get("?limit=101").status, 400);
  const json::value page = get("?limit=7").json();
  const std::string next = text(page.at("_meta").at("links").at("next"), "href");
  const auto second = client->get(next.substr(23), bearer(token)).json();
  EXPECT_EQ(second.at("_data").at(0), first[7]);
}

TEST_F(AttendancePeriods, AreFilteredAndSorted) {
  const std::string of_first = "?person.id=" + std::to_string(personio.person_id(0));
  EXPECT_EQ(list(of_first).size(), 6U);
  EXPECT_EQ(list(of_first + "&status=PENDING").size(), 3U);
  EXPECT_EQ(list(of_first + "&start.date_time.gte=2026-05-29T12:00:00").size(), 2U);
  EXPECT_EQ(list(of_first + "&attribution_date.lte=2026-05-28").size(), 3U);
  EXPECT_EQ(list(of_first + "&project.id=5101").size(), 4U);
  const json::array sorted = list(of_first + "&sort=-start.date_time");
  EXPECT_EQ(text(sorted[0].at("start"), "date_time"), "2026-05-29T12:30:00");
  EXPECT_TRUE(personio.violations().empty());
  EXPECT_EQ(get("?sort=shoe_size").status, 400);
}

TEST_F(AttendancePeriods, KnowOnlyLocalTimes) {
  const Reply zoned = get("?start.date_time.gte=2026-05-29T12:00:00Z");
  EXPECT_EQ(zoned.status, 400);
  EXPECT_EQ(problem(zoned).at("detail"), "Invalid request content.");
  json::object body = work();
  body["start"] = {{"date_time", "2026-06-01T08:00:00Z"}};
  EXPECT_EQ(send("POST", "", body).status, 400);
  EXPECT_EQ(personio.violations().size(), 2U);
}

TEST_F(AttendancePeriods, AreWrittenAndWaitForApprovalUnlessItIsSkipped) {
  const std::string id = create(work());
  EXPECT_EQ(text(get("/" + id).json().at("approval"), "status"), "PENDING");
  const json::object change{{"end", nullptr}, {"comment", "open"}};
  EXPECT_EQ(send("PATCH", "/" + id + "?skip_approval=true", change).status, 204);
  const json::value changed = get("/" + id).json();
  EXPECT_EQ(text(changed.at("approval"), "status"), "CONFIRMED");
  EXPECT_FALSE(changed.as_object().contains("end"));
  EXPECT_EQ(text(changed, "comment"), "open");
  EXPECT_EQ(send("PATCH", "/" + id + "?skip_approval=1", change).status, 400);
  EXPECT_EQ(client->send("DELETE", kPath + "/" + id, bearer(token)).status, 204);
  EXPECT_EQ(get("/" + id).status, 404);
  EXPECT_EQ(send("PATCH", "/" + id, change).status, 404);
}

TEST_F(AttendancePeriods, WhatMayNotBeIsUnprocessable) {
  json::object long_one = work();
  long_one["end"] = {{"date_time", "2026-06-02T08:00:01"}};
  json::object backwards = work();
  backwards["end"] = {{"date_time", "2026-06-01T07:59:59"}};
  json::object busy_break = work();
  busy_break["type"] = "BREAK";
  busy_break["project"] = {{"id", "5101"}};
  for (const json::object& body : {long_one, backwards, busy_break}) {
    EXPECT_EQ(send("POST", "", body).status, 422) << json::serialize(body);
  }
  EXPECT_TRUE(list("?person.id=" + person).empty());
}

TEST_F(AttendancePeriods, TellWhetherThePersonIsAway) {
  EXPECT_EQ(get("/" + create(work())).json().at("is_on_time_off"), false);
  const json::object absence{{"person", {{"id", person}}},
                             {"absence_type", {{"id", "1f0a6a2e-63c1-4b7e-9d55-0a51c6a90002"}}},
                             {"starts_from", {{"date_time", "2026-06-01T00:00:00"}}},
                             {"ends_at", {{"date_time", "2026-06-03T00:00:00"}}}};
  EXPECT_EQ(client->post_json("/v2/absence-periods", absence, bearer(token)).status, 201);
  EXPECT_EQ(list("?person.id=" + person)[0].at("is_on_time_off"), true);
}

TEST_F(AttendancePeriods, NeedTheRightOfTheirModule) {
  token = v2_token(with_rights({{"attendances", {.read = true}}}));
  EXPECT_EQ(get().status, 200);
  EXPECT_EQ(send("POST", "", work()).status, 403);
  token = v2_token(with_rights({{"employees", {.read = true}}}));
  EXPECT_EQ(get().status, 403);
}

}  // namespace
}  // namespace patchbay::personio_sandbox
