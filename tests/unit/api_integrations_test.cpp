// /integrations: made, chosen, switched off and on, set up.
#include "accounts/integration_setup.h"
#include "served_api_fixture.h"
#include "support/api_description.h"

namespace patchbay::api {
namespace {

using test::parsed;

struct ApiIntegrations : testing::Test {
  ApiIntegrations() {
    auto made =
        hub.hub.loops.block_on(create_api_key(hub.hub.store(), hub.hub.clock, hub.hub.random,
                                              "prj_1", "test", "accounts actions tokens admin"));
    key = made ? std::string(made->key.reveal()) : std::string();
  }

  net::Response call(const std::string& method, const std::string& target,
                     const std::string& body = {}, const std::string& account = {}) {
    net::Request request;
    request.method = method;
    request.target = target;
    request.id = "req-1";
    request.host = "hub.example";
    request.peer_address = "127.0.0.1";
    EXPECT_TRUE(net::decode_target(target, request));
    request.headers.set("Authorization", "Bearer " + key);
    if (!account.empty()) request.headers.set("x-account-id", account);
    if (!body.empty()) {
      request.headers.set("Content-Type", "application/json");
      request.body = SecretString(body);
    }
    auto response = hub.hub.loops.block_on(hub.router.dispatch(request));
    test::expect_described(method, target, response, body);
    return response;
  }
  std::string code(const net::Response& response) {
    return std::to_string(response.status) + " " +
           parsed(response.body).root().get("code").string_or("");
  }
  std::string status_of_account() {
    const auto account = parsed(call("GET", "/accounts/acc_1").body);
    std::string out = account.root().get("status").string_or("");
    if (account.root().get("status_reasons").size() > 0)
      out += " " + account.root().pointer("/status_reasons/0/code").string_or("");
    return out;
  }

  test::ServedHub hub;
  std::string key;
};

TEST_F(ApiIntegrations, AreMadeListedAndTheFirstIsTheDefault) {
  const auto made = call("POST", "/integrations",
                         R"({"provider":"acme","name":"Pilot","environment":"sandbox"})");
  ASSERT_EQ(made.status, 201U) << made.body;
  const auto fresh = parsed(made.body);
  EXPECT_EQ(fresh.root().get("environment").as_string(), "sandbox");
  EXPECT_EQ(fresh.root().get("needs_setup").as_bool(), true);
  EXPECT_TRUE(fresh.root().get("allowed_actions").is_null());
  const std::string id = fresh.root().get("id").string_or("");
  const auto all = parsed(call("GET", "/integrations?provider=acme").body);
  EXPECT_EQ(all.root().get("data").size(), 2U);
  EXPECT_EQ(parsed(call("GET", "/integrations?provider=other").body).root().get("data").size(), 0U);
  EXPECT_EQ(call("PATCH", "/integrations/" + id, R"({"is_default":true})").status, 200U);
  EXPECT_EQ(parsed(call("GET", "/integrations/int_1").body).root().get("is_default").as_bool(),
            false);
}

TEST_F(ApiIntegrations, DecideWhatMayBeRun) {
  const std::string list = R"({"action":"acme_list"})";
  hub.hub.provider.answer(200, R"({"data":[]})");
  EXPECT_EQ(call("POST", "/actions/rpc", list, "acc_1").status, 200U);
  EXPECT_EQ(call("PATCH", "/integrations/int_1", R"({"allowed_actions":[]})").status, 200U);
  EXPECT_EQ(code(call("POST", "/actions/rpc", list, "acc_1")), "403 action_not_allowed");
  EXPECT_EQ(code(call("POST", "/unified/proxy", R"({"path":"/v1/x"})", "acc_1")),
            "403 action_not_allowed");
  EXPECT_EQ(call("PATCH", "/integrations/int_1", R"({"allowed_actions":["raw_reads"]})").status,
            200U);
  hub.hub.provider.answer(200, "{}");
  EXPECT_EQ(call("POST", "/unified/proxy", R"({"path":"/v1/x"})", "acc_1").status, 200U);
  EXPECT_EQ(call("PATCH", "/integrations/int_1", R"({"allowed_actions":null})").status, 200U);
  hub.hub.provider.answer(200, R"({"data":[]})");
  EXPECT_EQ(call("POST", "/actions/rpc", list, "acc_1").status, 200U);
}

TEST_F(ApiIntegrations, SwitchedOffTakeTheirAccountsWithThem) {
  EXPECT_EQ(call("PATCH", "/integrations/int_1", R"({"active":false})").status, 200U);
  EXPECT_EQ(status_of_account(), "inactive integration_disabled");
  EXPECT_EQ(code(call("POST", "/actions/rpc", R"({"action":"acme_list"})", "acc_1")),
            "412 account_suspended");
  EXPECT_EQ(code(call("POST", "/accounts/acc_1/resume")), "409 conflict");
  const auto events = parsed(call("GET", "/events").body);
  EXPECT_EQ(events.root().pointer("/data/0/event").as_string(), "account.suspended");
  EXPECT_EQ(call("PATCH", "/integrations/int_1", R"({"active":true})").status, 200U);
  EXPECT_EQ(status_of_account(), "active");
  // One that the operator suspended stays so.
  EXPECT_EQ(call("POST", "/accounts/acc_1/suspend").status, 200U);
  EXPECT_EQ(call("PATCH", "/integrations/int_1", R"({"active":false})").status, 200U);
  EXPECT_EQ(call("PATCH", "/integrations/int_1", R"({"active":true})").status, 200U);
  EXPECT_EQ(status_of_account(), "inactive suspended");
}

TEST_F(ApiIntegrations, AreSetUpWithoutShowingSecrets) {
  const auto done = call("PUT", "/integrations/int_1/setup",
                         R"({"values":{"tenant":"nordwind","partner_key":"very-secret-key"}})");
  ASSERT_EQ(done.status, 200U) << done.body;
  EXPECT_EQ(parsed(done.body).root().get("is_set_up").as_bool(), true);
  EXPECT_EQ(done.body.find("very-secret"), std::string::npos);
  const auto stored = hub.hub.loops.block_on(hub.hub.store().read(
      [](store::Database& db) { return store::integrations_table::find(db, "prj_1", "int_1"); }));
  connector::FlowInput input;
  ASSERT_TRUE(accounts::open_setup(hub.services.vault, **stored, input));
  EXPECT_TRUE(input.setup_secrets.at(0).value.equals("very-secret-key"));
  EXPECT_EQ(input.setup_fields.at(0).value, "nordwind");
}

TEST_F(ApiIntegrations, RefuseWhatIsWrong) {
  const std::vector<std::array<std::string, 4>> cases = {
      {"POST", "/integrations", R"({})", "400 invalid_input"},
      {"POST", "/integrations", R"({"provider":"none"})", "400 invalid_argument"},
      {"POST", "/integrations", R"({"provider":"acme","auth_method":"x"})", "400 invalid_argument"},
      {"POST", "/integrations", R"({"provider":"acme","environment":"x"})", "400 invalid_argument"},
      {"POST", "/integrations", R"({"provider":"acme","name":""})", "400 invalid_argument"},
      {"PATCH", "/integrations/int_1", R"({"allowed_actions":["acme_none"]})",
       "400 invalid_argument"},
      {"PATCH", "/integrations/int_1", R"({"allowed_actions":"acme_list"})", "400 invalid_input"},
      {"PATCH", "/integrations/int_1", R"({"active":"no"})", "400 invalid_input"},
      {"PATCH", "/integrations/int_9", R"({"active":true})", "404 not_found"},
      {"PUT", "/integrations/int_1/setup", R"({"values":{"other":"x"}})", "400 invalid_argument"},
      {"PUT", "/integrations/int_1/setup", R"({"values":{"tenant":1}})", "400 invalid_input"},
      {"PUT", "/integrations/int_1/setup", R"({})", "400 invalid_input"},
      {"GET", "/integrations/int_9", "", "404 not_found"}};
  for (const auto& [method, target, body, expected] : cases)
    EXPECT_EQ(code(call(method, target, body)), expected) << method << target << body;
}

TEST_F(ApiIntegrations, ChangeNothingWithoutTheAuditLog) {
  hub.hub.audit_log.failure = make_error(ErrorCode::kStorage, "full");
  EXPECT_NE(call("PATCH", "/integrations/int_1", R"({"active":false})").status, 200U);
  EXPECT_NE(call("POST", "/integrations", R"({"provider":"acme"})").status, 201U);
  EXPECT_NE(call("PUT", "/integrations/int_1/setup", R"({"values":{"tenant":"x"}})").status, 200U);
  hub.hub.audit_log.failure.reset();
  EXPECT_EQ(status_of_account(), "active");
}

}  // namespace
}  // namespace patchbay::api
