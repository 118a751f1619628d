#include "fixture.h"

namespace patchbay::personio_sandbox {
namespace {

class EmployeesV1 : public PersonioTest {
 protected:
  void SetUp() override {
    PersonioTest::SetUp();
    personio.set_options([](Options& options) { options.rate_limits = false; });
    token = v1_token();
  }
  Reply get(const std::string& query = "") {
    return client->get("/v1/company/employees" + query, bearer(token));
  }
  static std::int64_t id_of(const json::value& employee) {
    return employee.at("attributes").at("id").at("value").as_int64();
  }

  std::string token;
};

TEST_F(EmployeesV1, ListsByRecordOffset) {
  const json::value page = get("?limit=100&offset=200").json();
  EXPECT_EQ(page.at("success"), true);
  EXPECT_EQ(page.at("metadata").at("total_elements").as_int64(), 250);
  EXPECT_EQ(page.at("metadata").at("current_page").as_int64(), 2);
  EXPECT_EQ(page.at("metadata").at("total_pages").as_int64(), 3);
  ASSERT_EQ(page.at("data").as_array().size(), 50U);
  EXPECT_EQ(id_of(page.at("data").at(0)), personio.person_id(200));
  EXPECT_EQ(get("?offset=250").json().at("data").as_array().size(), 0U);
}

TEST_F(EmployeesV1, LimitIsFiftyByDefaultAndAHundredAtMost) {
  EXPECT_EQ(get().json().at("data").as_array().size(), 50U);
  EXPECT_EQ(get("?limit=200").json().at("data").as_array().size(), 100U);
  personio.set_options([](Options& options) { options.v1_limit_over_maximum = "refused"; });
  EXPECT_EQ(get("?limit=200").status, 400);
  EXPECT_EQ(get("?limit=x").status, 400);
}

TEST_F(EmployeesV1, AttributesHaveLabelValueTypeAndUniversalId) {
  const json::value list = get("?limit=1").json();
  const json::object& attributes = list.at("data").at(0).at("attributes").as_object();
  for (const auto& attribute : attributes) {
    for (const char* member : {"label", "value", "type", "universal_id"}) {
      EXPECT_TRUE(attribute.value().as_object().contains(member)) << attribute.key();
    }
  }
  EXPECT_TRUE(attributes.at("weekly_working_hours").at("value").is_string());
  EXPECT_TRUE(attributes.at("dynamic_24407").at("universal_id").is_null());
  EXPECT_EQ(attributes.at("department").at("value").at("type"), "Department");
}

TEST_F(EmployeesV1, FindsByEmailAsAList) {
  const json::value person = get("?limit=1&offset=9").json().at("data").at(0);
  const auto email = person.at("attributes").at("email").at("value").as_string();
  const json::value found = get("?email=" + std::string(email)).json();
  ASSERT_EQ(found.at("data").as_array().size(), 1U);
  EXPECT_EQ(found.at("data").at(0), person);
  EXPECT_EQ(get("?email=nobody@example.com").json().at("data").as_array().size(), 0U);
}

TEST_F(EmployeesV1, ProjectsTheChosenAttributesAndAlwaysTheId) {
  const json::value page = get("?limit=1&attributes[]=first_name&attributes[]=email").json();
  EXPECT_EQ(page.at("data").at(0).at("attributes").as_object().size(), 3U);
}

TEST_F(EmployeesV1, UpdatedSinceIgnoresPagingAndSelectsByAttribute) {
  const auto all = get("?updated_since=1990-01-01&limit=1&offset=240").json();
  EXPECT_EQ(all.at("data").as_array().size(), 250U);
  EXPECT_EQ(get("?updated_since=2099-01-01T00:00:00").json().at("data").as_array().size(), 0U);
  const auto some = get("?updated_since=1990-01-01&attributes[]=position").json();
  EXPECT_GT(some.at("data").as_array().size(), 0U);
  EXPECT_LT(some.at("data").as_array().size(), 60U);
  EXPECT_EQ(get("?updated_since=yesterday").status, 400);
}

TEST_F(EmployeesV1, GivesOneEmployeeOrTheGermanNotFound) {
  const std::int64_t id = personio.person_id(3);
  EXPECT_EQ(id_of(get("/" + std::to_string(id)).json().at("data")), id);
  const Reply missing = get("/1");
  EXPECT_EQ(missing.status, 404);
  EXPECT_EQ(missing.json().at("error").at("message"), "Es ist ein Problem aufgetreten ");
}

TEST_F(EmployeesV1, WhitelistLimitsValuesAndTheAttributeList) {
  token = v1_token(with_rights({{"employees", {.read = true}}}, std::set<std::string>{"email"}));
  EXPECT_EQ(get("?limit=1").json().at("data").at(0).at("attributes").as_object().size(), 2U);
  const json::value list = get("/attributes").json();
  ASSERT_EQ(list.at("data").as_array().size(), 1U);
  EXPECT_EQ(list.at("data").at(0).at("key"), "email");
  token = v1_token(with_rights({{"employees", {.read = true}}}, std::set<std::string>{}));
  EXPECT_EQ(get("?limit=1").json().at("data").at(0).at("attributes").as_object().size(), 1U);
}

TEST_F(EmployeesV1, SamePersonInV1AndV2) {
  const json::value v1 = get("?limit=1&offset=77").json().at("data").at(0);
  const json::value v2 =
      client->get("/v2/persons/" + std::to_string(id_of(v1)), bearer(v2_token())).json();
  EXPECT_EQ(v1.at("attributes").at("email").at("value"), v2.at("email"));
  EXPECT_EQ(v1.at("attributes").at("last_name").at("value"), v2.at("last_name"));
}

}  // namespace
}  // namespace patchbay::personio_sandbox
