#include "fixture.h"

namespace patchbay::personio_sandbox {
namespace {

class Compensations : public PersonioTest {
 protected:
  void SetUp() override {
    PersonioTest::SetUp();
    personio.set_options([](Options& options) { options.rate_limits = false; });
    personio.kit().clock().set(*sandbox::parse_iso_utc("2026-07-10T12:00:00Z"));
    token = v2_token();
    person = std::to_string(personio.person_id(0));
  }
  Reply get(const std::string& query = "") {
    return client->get("/v2/compensations" + query, bearer(token));
  }
  Reply post(const json::value& body, const std::string& path = "") {
    return client->post_json("/v2/compensations" + path, body, bearer(token));
  }
  json::array list(const std::string& query) { return get(query).json().at("_data").as_array(); }
  std::string type(std::size_t place) {
    return text(get("/types").json().at("_data").as_array()[place], "id");
  }
  json::object wanted(std::size_t type_place, json::value value = 4000.5) {
    return {{"person", {{"id", person}}},
            {"type", {{"id", type(type_place)}}},
            {"value", std::move(value)},
            {"currency", "EUR"},
            {"effective_from", "2026-07-01"}};
  }

  std::string token;
  std::string person;
};

TEST_F(Compensations, EachPersonHasASalary) {
  const json::array mine = list("?person.id=" + person);
  ASSERT_EQ(mine.size(), 1U);
  EXPECT_EQ(text(mine[0], "interval"), "MONTHLY");
  EXPECT_EQ(text(mine[0].at("person"), "id"), person);
  EXPECT_EQ(list("").size(), 100U);
  EXPECT_EQ(list("?limit=2").size(), 2U);
  EXPECT_EQ(get("?limit=101").status, 400);
  const std::string entity = text(mine[0].at("legal_entity"), "id");
  EXPECT_EQ(list("?legal_entity.id=" + entity + "&person.id=" + person).size(), 1U);
  EXPECT_EQ(list("?legal_entity.id=1").size(), 0U);
}

TEST_F(Compensations, AMonthIsTheLongestWindow) {
  EXPECT_EQ(get("?start_date=2026-07-01&end_date=2026-08-01").status, 200);
  EXPECT_EQ(get("?start_date=2026-07-01&end_date=2026-08-02").status, 400);
  EXPECT_EQ(get("?start_date=2026-07-02&end_date=2026-07-01").status, 400);
  EXPECT_EQ(get("?start_date=2026-07-01T00:00:00Z").status, 400);
  EXPECT_EQ(list("?end_date=1990-01-31").size(), 0U) << "nobody was there";
}

TEST_F(Compensations, WhatIsCreatedIsListedInItsTime) {
  EXPECT_EQ(post(wanted(1)).status, 201);
  EXPECT_EQ(post(wanted(2)).status, 201);
  EXPECT_EQ(list("?person.id=" + person).size(), 3U);
  EXPECT_EQ(list("?start_date=2026-08-01&person.id=" + person).size(), 2U) << "one was paid once";
  EXPECT_EQ(list("?start_date=2026-06-01&person.id=" + person).size(), 1U);
}

TEST_F(Compensations, ASalaryOfTheSameDayIsReplaced) {
  const std::string first = text(post(wanted(0)).json(), "id");
  EXPECT_EQ(text(post(wanted(0, 5000)).json(), "id"), first);
  const json::array mine = list("?person.id=" + person);
  ASSERT_EQ(mine.size(), 1U);
  EXPECT_EQ(mine[0].at("value").to_number<double>(), 5000);
}

TEST_F(Compensations, RefusesWhatIsNotDocumented) {
  EXPECT_EQ(post(wanted(1, "4000")).status, 400);
  EXPECT_EQ(post(wanted(1, 4000.001)).status, 400);
  json::object body = wanted(1);
  body["amount"] = 1;
  EXPECT_EQ(post(body).status, 400);
  body = wanted(1);
  body.erase("effective_from");
  EXPECT_EQ(post(body).status, 400);
  body = wanted(1);
  body["person"] = {{"id", "1"}};
  EXPECT_EQ(post(body).status, 404);
  EXPECT_EQ(client->post_form("/v2/compensations", {{"value", "1"}}, bearer(token)).status, 415);
  EXPECT_EQ(personio.violations().front(), "POST /v2/compensations: bad value of the member value");
  EXPECT_EQ(personio.violations().size(), 5U);
}

TEST_F(Compensations, TypesAreListedAndCreated) {
  EXPECT_EQ(post({{"name", "Fuel"}, {"category", "RECURRING"}}, "/types").status, 201);
  EXPECT_EQ(get("/types").json().at("_data").as_array().size(), 4U);
  EXPECT_EQ(post({{"name", "Fuel"}, {"category", "HOURLY"}}, "/types").status, 400);
  EXPECT_EQ(get("/types?limit=101").status, 400);
}

TEST_F(Compensations, CreatingNeedsBothRights) {
  const json::object body = wanted(1);
  token = v2_token(with_rights({{"compensations", {.read = false, .write = true}}}));
  EXPECT_EQ(post(body).status, 403);
  EXPECT_EQ(get().status, 403);
  token = v2_token(with_rights({{"compensations", {.read = true, .write = true}}}));
  EXPECT_EQ(post(body).status, 201);
  personio.set_options([](Options& options) { options.compensation_writes = false; });
  EXPECT_EQ(post(body).status, 403) << "seen live with both scopes";
}

}  // namespace
}  // namespace patchbay::personio_sandbox
