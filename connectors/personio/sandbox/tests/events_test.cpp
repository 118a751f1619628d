// What clients write is told to webhooks.
#include "fixture.h"

namespace patchbay::personio_sandbox {
namespace {

class Events : public PersonioTest {
 protected:
  void SetUp() override {
    PersonioTest::SetUp();
    personio.set_options([](Options& options) { options.rate_limits = false; });
    token = v2_token();
  }
  std::string id_of(const Reply& reply) {
    EXPECT_EQ(reply.status, 201) << reply.body;
    return text(reply.json(), "id");
  }
  void expect_done(const Reply& reply) { EXPECT_EQ(reply.status, 204) << reply.body; }
  Reply send(const std::string& method, const std::string& target, const json::value& body = {}) {
    return send_json(method, target, body, token);
  }
  /// Hears these events; nobody listens at its address.
  std::string listen(json::array events) {
    return id_of(send("POST", "/v2/webhooks",
                      json::object{{"url", "https://hooks.example:1/personio"},
                                   {"description", "Test"},
                                   {"status", "ENABLED"},
                                   {"auth_type", "NONE"},
                                   {"enabled_events", std::move(events)}}));
  }
  std::multiset<std::string> heard(const std::string& webhook) {
    const json::value list =
        client->get("/v2/webhooks/" + webhook + "/events", bearer(token)).json();
    std::multiset<std::string> names;
    for (const json::value& event : list.at("_data").as_array()) {
      names.insert(text(event, "event_name"));
    }
    return names;
  }

  std::string token;
};

TEST_F(Events, TellOfPersonsAndTheirEmployments) {
  const std::string webhook =
      listen({"person.created", "person.updated", "person.deleted", "employment.created",
              "employment.updated", "employment.deleted"});
  const std::string person =
      "/v2/persons/" + id_of(send("POST", "/v2/persons",
                                  json::object{{"first_name", "Grace"}, {"last_name", "Hopper"}}));
  expect_done(send("PATCH", person, json::object{{"last_name", "Murray"}}));
  const json::value list = client->get(person + "/employments", bearer(token)).json();
  const std::string employment = text(list.at("_data").at(0), "id");
  expect_done(send("PATCH", person + "/employments/" + employment, json::object{}));
  EXPECT_EQ(send("PATCH", person, json::object{{"last_name", ""}}).status, 400);
  expect_done(client->send("DELETE", person, bearer(token)));
  EXPECT_EQ(heard(webhook), (std::multiset<std::string>{
                                "person.created", "person.updated", "person.deleted",
                                "employment.created", "employment.updated", "employment.deleted"}));
}

TEST_F(Events, TellOfAttendancesAndAbsences) {
  const std::string webhook = listen(
      {"attendance-period.created", "attendance-period.updated", "attendance-period.deleted",
       "absence-period.created", "absence-period.updated.timerange", "absence-period.deleted"});
  const json::object person{{"id", std::to_string(personio.person_id(100))}};
  const json::object work{
      {"person", person}, {"type", "WORK"}, {"start", {{"date_time", "2026-06-01T08:00:00"}}}};
  const std::string attendance =
      "/v2/attendance-periods/" + id_of(send("POST", "/v2/attendance-periods", work));
  expect_done(send("PATCH", attendance, json::object{{"comment", "x"}}));
  expect_done(client->send("DELETE", attendance, bearer(token)));
  const json::object leave{{"person", person},
                           {"absence_type", {{"id", "1f0a6a2e-63c1-4b7e-9d55-0a51c6a90002"}}},
                           {"starts_from", {{"date_time", "2026-06-01T00:00:00"}}}};
  const std::string absence =
      "/v2/absence-periods/" + id_of(send("POST", "/v2/absence-periods", leave));
  expect_done(send("PATCH", absence, json::object{{"comment", "only said"}}));
  expect_done(
      send("PATCH", absence, json::object{{"ends_at", {{"date_time", "2026-06-02T00:00:00"}}}}));
  expect_done(client->send("DELETE", absence, bearer(token)));
  EXPECT_EQ(heard(webhook), (std::multiset<std::string>{
                                "attendance-period.created", "attendance-period.updated",
                                "attendance-period.deleted", "absence-period.created",
                                "absence-period.updated.timerange", "absence-period.deleted"}));
}

}  // namespace
}  // namespace patchbay::personio_sandbox
