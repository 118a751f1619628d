#include "fixture.h"

namespace patchbay::personio_sandbox {
namespace {

class PersonWrites : public PersonioTest {
 protected:
  void SetUp() override {
    PersonioTest::SetUp();
    personio.set_options([](Options& options) { options.rate_limits = false; });
    token = v2_token();
    ada = id(0);
  }
  std::string id(std::int64_t index) { return std::to_string(personio.person_id(index)); }
  Reply get(const std::string& target) { return client->get(target, bearer(token)); }
  Reply send(const std::string& method, const std::string& target, const json::value& body) {
    return send_json(method, target, body, token);
  }
  Reply remove(const std::string& target) { return client->send("DELETE", target, bearer(token)); }
  std::string create(const json::value& body) {
    const Reply reply = send("POST", "/v2/persons", body);
    EXPECT_EQ(reply.status, 201) << reply.body;
    return text(reply.json(), "id");
  }
  json::value person(const std::string& person_id) {
    return get("/v2/persons/" + person_id).json();
  }
  json::object employment(const std::string& person_id) {
    const json::value list = get("/v2/persons/" + person_id + "/employments").json();
    return list.at("_data").at(0).as_object();
  }
  Reply change_employment(const std::string& person_id, const json::value& body) {
    const std::string employment_id = text(employment(person_id), "id");
    return send("PATCH", "/v2/persons/" + person_id + "/employments/" + employment_id, body);
  }

  std::string token;
  std::string ada;
};

const json::object kGrace{{"first_name", "Grace"}, {"last_name", "Hopper"}};

TEST_F(PersonWrites, ANewPersonIsInEveryList) {
  json::object body = kGrace;
  body["email"] = "Grace@navy.example";
  const std::string grace = create(body);
  EXPECT_EQ(text(person(grace), "preferred_name"), "Grace Hopper");
  const auto found = get("/v2/persons?email=grace@navy.example").json();
  EXPECT_EQ(text(found.at("_data").at(0), "id"), grace);
  const auto v1 = client->get("/v1/company/employees?offset=250", bearer(v1_token())).json();
  EXPECT_EQ(std::to_string(v1.at("data").at(0).at("attributes").at("id").at("value").as_int64()),
            grace);
  EXPECT_EQ(text(employment(grace), "status"), "ACTIVE");
  EXPECT_TRUE(personio.violations().empty());
}

TEST_F(PersonWrites, ANewPersonMayComeWithOneEmployment) {
  json::object body = kGrace;
  body["employments"] = json::array{json::object{{"position", {{"title", "Admiral"}}},
                                                 {"supervisor", {{"id", ada}}},
                                                 {"weekly_working_hours", 38.5},
                                                 {"office", {{"id", "131017"}}}}};
  const json::object made = employment(create(body));
  EXPECT_EQ(text(made.at("position"), "title"), "Admiral");
  EXPECT_EQ(text(made.at("supervisor"), "id"), ada);
  EXPECT_EQ(made.at("weekly_working_hours"), 38.5);
  EXPECT_EQ(text(made.at("office"), "id"), "131017");
  body["employments"].as_array().push_back(json::object{});
  EXPECT_EQ(send("POST", "/v2/persons", body).status, 400);
}

TEST_F(PersonWrites, WhatIsWrongWithANewPersonIsRefused) {
  const std::string taken = text(person(ada), "email");
  const json::array no_such_attribute{json::object{{"id", "dynamic_1"}, {"value", "x"}}};
  const json::object wrong{{"email", taken},
                           {"preferred_name", ""},
                           {"first_name", ""},
                           {"gender", "male"},
                           {"shoe_size", 44},
                           {"language_code", "la"},
                           {"custom_attributes", no_such_attribute}};
  for (const auto& member : wrong) {
    json::object body = kGrace;
    body[member.key()] = member.value();
    EXPECT_EQ(send("POST", "/v2/persons", body).status, 400) << member.key();
  }
  EXPECT_EQ(send("POST", "/v2/persons", json::object{{"first_name", "Grace"}}).status, 400);
  EXPECT_EQ(personio.violations().size(), wrong.size() + 1);
}

TEST_F(PersonWrites, ChangesAreSeenInV1AndV2) {
  const json::object body{
      {"last_name", "Lovelace"},
      {"gender", "DIVERSE"},
      {"custom_attributes",
       json::array{json::object{{"id", "dynamic_31005"}, {"value", "1815"}},
                   json::object{{"id", "dynamic_31003"}, {"value", json::array{"French"}}}}}};
  EXPECT_EQ(send("PATCH", "/v2/persons/" + ada, body).status, 204);
  EXPECT_EQ(text(person(ada), "last_name"), "Lovelace");
  const auto v1 = client->get("/v1/company/employees/" + ada, bearer(v1_token())).json();
  const json::object& attributes = v1.at("data").at("attributes").as_object();
  EXPECT_EQ(attributes.at("last_name").at("value"), "Lovelace");
  EXPECT_EQ(attributes.at("gender").at("value"), "diverse");
  EXPECT_EQ(attributes.at("dynamic_31005").at("value"), 1815);
  EXPECT_EQ(attributes.at("dynamic_31003").at("value"), "French");
}

TEST_F(PersonWrites, ARemovedPersonIsGoneFromEveryList) {
  EXPECT_EQ(remove("/v2/persons/" + ada).status, 204);
  EXPECT_EQ(get("/v2/persons/" + ada).status, 404);
  EXPECT_EQ(remove("/v2/persons/" + ada).status, 404);
  EXPECT_EQ(get("/v2/persons?id=" + ada).json().at("_data").as_array().size(), 0U);
  EXPECT_EQ(text(get("/v2/persons?limit=1").json().at("_data").at(0), "id"), id(1));
  const auto v1 = client->get("/v1/company/employees?limit=1", bearer(v1_token())).json();
  EXPECT_EQ(v1.at("metadata").at("total_elements"), 249);
}

TEST_F(PersonWrites, AnEmploymentIsChangedInItsParts) {
  const json::object body{
      {"legal_entity", {{"id", "7034"}}},
      {"org_units", json::array{json::object{{"type", "department"}, {"id", "281523"}},
                                json::object{{"type", "team"}, {"id", "59051"}}}},
      {"cost_centers", json::array{json::object{{"id", "82957"}, {"weight", 70}},
                                   json::object{{"id", "82958"}, {"weight", 30}}}},
      {"contract_end_date", "2027-12-31"},
      {"status", "LEAVE"}};
  const std::string last = id(249);
  EXPECT_EQ(change_employment(last, body).status, 204);
  const json::object changed = employment(last);
  EXPECT_EQ(text(changed.at("legal_entity"), "id"), "7034");
  EXPECT_EQ(changed.at("cost_centers").as_array().size(), 2U);
  EXPECT_EQ(text(changed.at("org_units").at(0), "id"), "59051");
  EXPECT_EQ(changed.at("contract_end_date"), "2027-12-31");
  EXPECT_EQ(text(person(last), "status"), "ACTIVE");
  EXPECT_EQ(change_employment(last, json::object{{"contract_end_date", nullptr}}).status, 204);
  EXPECT_TRUE(employment(last).at("contract_end_date").is_null());
}

TEST_F(PersonWrites, WhatIsWrongWithAnEmploymentIsRefusedAndChangesNothing) {
  const json::object before = employment(ada);
  const std::vector<json::object> wrong{
      {{"office", {{"id", "1"}}}},
      {{"supervisor", {{"id", ada}}}},
      {{"position", "Countess"}},
      {{"status", "active"}},
      {{"weekly_working_hours", 1e300}},
      {{"probation_period_length", -1e300}},
      {{"probation_end_date", "2027-01-01"}, {"probation_period_length", 6}},
      {{"employment_start_date", "2027-01-01T00:00:00Z"}}};
  for (const json::object& body : wrong) {
    EXPECT_EQ(change_employment(ada, body).status, 400) << json::serialize(body);
  }
  EXPECT_EQ(employment(ada), before);
  EXPECT_EQ(send("PATCH", "/v2/persons/" + ada + "/employments/none", json::object{}).status, 404);
}

TEST_F(PersonWrites, NeedTheRightToWriteEmployees) {
  token = v2_token(with_rights({{"employees", {.read = true}}}));
  EXPECT_EQ(send("POST", "/v2/persons", kGrace).status, 401);
  EXPECT_EQ(send("PATCH", "/v2/persons/" + ada, kGrace).status, 401);
  EXPECT_EQ(remove("/v2/persons/" + ada).status, 401);
  EXPECT_EQ(change_employment(ada, json::object{}).status, 401);
}

TEST_F(PersonWrites, AnotherCompanyForgetsThem) {
  create(kGrace);
  personio.set_options([](Options& options) { options.persons = 100; });
  EXPECT_EQ(get("/v2/persons/" + id(250)).status, 404);
  EXPECT_EQ(get("/v2/persons/" + id(99)).status, 200);
}

}  // namespace
}  // namespace patchbay::personio_sandbox
