#include "fixture.h"

namespace patchbay::personio_sandbox {
namespace {

const std::string kPath = "/v2/absence-periods";
constexpr const char* kVacation = "1f0a6a2e-63c1-4b7e-9d55-0a51c6a90001";
constexpr const char* kSick = "1f0a6a2e-63c1-4b7e-9d55-0a51c6a90002";
constexpr const char* kParental = "1f0a6a2e-63c1-4b7e-9d55-0a51c6a90003";
constexpr const char* kDoctor = "1f0a6a2e-63c1-4b7e-9d55-0a51c6a90005";

class AbsencePeriods : public PersonioTest {
 protected:
  void SetUp() override {
    PersonioTest::SetUp();
    personio.set_options([](Options& options) { options.rate_limits = false; });
    token = v2_token();
  }
  std::string id(std::int64_t index) { return std::to_string(personio.person_id(index)); }
  Reply get(const std::string& rest = "") { return client->get(kPath + rest, bearer(token)); }
  json::array list(const std::string& query = "") {
    return get(query).json().at("_data").as_array();
  }
  Reply send(const std::string& method, const std::string& rest, const json::value& body) {
    return send_json(method, kPath + rest, body, token);
  }
  /// Of a person without made-up absences.
  json::object absence(const char* type, const std::string& first, const std::string& last) {
    return {{"person", {{"id", id(200)}}},
            {"absence_type", {{"id", type}}},
            {"starts_from", {{"date_time", first}}},
            {"ends_at", {{"date_time", last}}}};
  }
  json::object week(const char* type) {
    return absence(type, "2026-06-01T00:00:00", "2026-06-07T00:00:00");
  }
  std::string create(const json::object& body, const std::string& query = "") {
    const Reply reply = send("POST", query, body);
    EXPECT_EQ(reply.status, 201) << reply.body;
    return text(reply.json(), "id");
  }
  std::string status(const std::string& period) {
    return text(get("/" + period).json().at("approval"), "status");
  }

  std::string token;
};

TEST_F(AbsencePeriods, HaveTypes) {
  const json::value types = client->get("/v2/absence-types", bearer(token)).json();
  ASSERT_EQ(types.at("_data").as_array().size(), 5U);
  const json::value one =
      client->get(std::string("/v2/absence-types/") + kSick, bearer(token)).json();
  EXPECT_EQ(one, types.at("_data").at(1));
  EXPECT_EQ(client->get("/v2/absence-types/none", bearer(token)).status, 404);
  EXPECT_EQ(client->get("/v2/absence-types?cursor=x", bearer(token)).status, 400);
}

TEST_F(AbsencePeriods, AreListedAndFilteredByOverlap) {
  EXPECT_EQ(list().size(), 100U);
  EXPECT_EQ(list("?person.id=" + id(0) + "," + id(1)).size(), 4U);
  const std::string vacation = "?person.id=" + id(0) + "&absence_type.id=" + kVacation;
  EXPECT_EQ(list(vacation + "&starts_from.date_time.gte=2026-03-04T00:00:00").size(), 1U);
  EXPECT_EQ(list(vacation + "&starts_from.date_time.gte=2026-03-07T00:00:00").size(), 0U);
  EXPECT_EQ(list(vacation + "&ends_at.date_time.lte=2026-03-01T00:00:00").size(), 0U);
  EXPECT_TRUE(personio.violations().empty());
  EXPECT_EQ(get("?updated_at.gte=2026-03-01T00:00:00Z").status, 400);
}

TEST_F(AbsencePeriods, WaitForApprovalWhereTheirTypeNeedsIt) {
  EXPECT_EQ(status(create(week(kVacation))), "PENDING");
  json::object sick = week(kSick);
  sick["person"] = {{"id", id(201)}};
  EXPECT_EQ(status(create(sick)), "APPROVED");
  json::object skipped = week(kVacation);
  skipped["person"] = {{"id", id(202)}};
  EXPECT_EQ(status(create(skipped, "?skip_approval=true")), "APPROVED");
}

TEST_F(AbsencePeriods, AreChangedAndRemoved) {
  const std::string period = create(week(kVacation));
  const json::object change{{"ends_at", {{"date_time", "2026-06-02T00:00:00"}}},
                            {"comment", "shorter"},
                            {"substitute", {{"id", id(3)}}}};
  EXPECT_EQ(send("PATCH", "/" + period, change).status, 204);
  const json::value changed = get("/" + period).json();
  EXPECT_EQ(text(changed.at("ends_at"), "date_time"), "2026-06-02T00:00:00");
  EXPECT_EQ(text(changed.at("substitute"), "id"), id(3));
  EXPECT_EQ(client->send("DELETE", kPath + "/" + period, bearer(token)).status, 204);
  EXPECT_EQ(get("/" + period).status, 404);
}

TEST_F(AbsencePeriods, ConflictWithOthersOfThePersonAndOfThoseTheyStandInFor) {
  json::object first = week(kVacation);
  first["substitute"] = {{"id", id(201)}};
  create(first);
  EXPECT_EQ(send("POST", "", week(kSick)).status, 409);
  json::object stand_in = week(kVacation);
  stand_in["person"] = {{"id", id(201)}};
  EXPECT_EQ(send("POST", "", stand_in).status, 409);
  json::object own = absence(kVacation, "2026-07-01T00:00:00", "2026-07-02T00:00:00");
  own["substitute"] = {{"id", id(200)}};
  EXPECT_EQ(send("POST", "", own).status, 409) << "nobody stands in for themselves";
}

TEST_F(AbsencePeriods, HaveASubstituteAsTheirTypeWants) {
  const Reply without = send("POST", "", week(kParental));
  EXPECT_EQ(without.status, 422);
  EXPECT_EQ(problem(without).at("title"), "Substitute required");
  EXPECT_TRUE(problem(without).at("type").is_null());
  json::object sick = week(kSick);
  sick["substitute"] = {{"id", id(1)}};
  EXPECT_EQ(send("POST", "", sick).status, 422);
}

TEST_F(AbsencePeriods, BreakDownIntoWorkingDays) {
  json::object body = week(kVacation);
  body["starts_from"].as_object()["type"] = "SECOND_HALF";
  const json::array days = list("/" + create(body) + "/breakdowns");
  ASSERT_EQ(days.size(), 5U) << "Monday to Friday of a week that ends on Sunday";
  EXPECT_EQ(text(days[0], "date"), "2026-06-01");
  EXPECT_EQ(days[0].at("effective_duration").at("value"), 0.5);
  EXPECT_EQ(days[4].at("effective_duration").at("value"), 1);
  const std::string visit = create(absence(kDoctor, "2026-06-09T08:00:00", "2026-06-09T09:30:00"));
  const json::array hours = list("/" + visit + "/breakdowns");
  EXPECT_EQ(hours[0].at("effective_duration").at("unit"), "HOUR");
  EXPECT_EQ(hours[0].at("effective_duration").at("value"), 1.5);
  EXPECT_EQ(get("/" + visit + "/breakdowns?limit=29").status, 400);
}

TEST_F(AbsencePeriods, CountInTheBalanceOfV1) {
  const std::string path = "/v1/company/employees/" + id(200) + "/absences/balance";
  const std::string v1 = v1_token();
  const auto balance = [&](const char* member) {
    return client->get(path, bearer(v1)).json().at("data").at(0).at(member).to_number<double>();
  };
  const double before = balance("balance");
  const std::string period = create(week(kVacation));
  EXPECT_EQ(balance("balance"), before);
  EXPECT_EQ(balance("available_balance"), before - 5);
  create(absence(kVacation, "2026-07-01T00:00:00", "2026-07-02T00:00:00"), "?skip_approval=true");
  EXPECT_EQ(balance("balance"), before - 2);
  EXPECT_EQ(client->get("/v1/company/employees/1/absences/balance", bearer(v1)).status, 404);
}

TEST_F(AbsencePeriods, NeedTheRightOfTheirModule) {
  token = v2_token(with_rights({{"absences", {.read = true}}}));
  EXPECT_EQ(get().status, 200);
  EXPECT_EQ(send("POST", "", week(kVacation)).status, 403);
  const auto integration = with_rights({{"employees", {.read = true}}});
  token = v2_token(integration);
  EXPECT_EQ(get().status, 403);
  EXPECT_EQ(client
                ->get("/v1/company/employees/" + id(0) + "/absences/balance",
                      bearer(v1_token(integration)))
                .status,
            403);
}

}  // namespace
}  // namespace patchbay::personio_sandbox
