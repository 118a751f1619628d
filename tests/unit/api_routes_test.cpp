// The API's routes as StackOne's clients use them: statuses, shapes, errors, tenants.
#include <array>
#include <set>

#include "accounts/sealed_link.h"
#include "api_test_support.h"
#include "base/iso_time.h"

namespace patchbay::api {
namespace {

using test::ApiTest;
using test::expect_described;
using test::parsed;

TEST(IsoTime, IsUtcWithMilliseconds) {
  EXPECT_EQ(iso_time(0), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(iso_time(1'750'000'000'123), "2025-06-15T15:06:40.123Z");
  EXPECT_EQ(iso_time(-1), "1969-12-31T23:59:59.999Z");
}

// Every error of StackOne's paths, as their SDKs insist on it.
void expect_error(const net::Response& response, unsigned status, std::string_view code) {
  EXPECT_EQ(response.status, status) << response.body;
  EXPECT_EQ(response.headers.get("Content-Type"), "application/json");
  const auto body = parsed(response.body);
  EXPECT_EQ(body.root().get("statusCode").as_integer(), status);
  EXPECT_TRUE(body.root().get("message").is_string());
  EXPECT_EQ(body.root().get("timestamp").as_string(), "2025-06-15T15:06:40.000Z");
  EXPECT_TRUE(body.root().get("provider_errors").is_array());
  EXPECT_EQ(body.root().get("code").string_or(""), code);
  EXPECT_EQ(body.root().get("request_id").as_string(), "req-1");
}

void add_account(test::Hub& hub, const std::string& id, const std::string& owner,
                 const std::string& project = "prj_1") {
  hub.change([&](store::Database& db) -> Result<> {
    store::Account account = hub.account;
    account.id = id;
    account.owner_id = owner;
    account.created += 1000;
    if (project != "prj_1") {
      auto integration = hub.integration;
      integration.id = "int_" + project;
      integration.project_id = account.project_id = project;
      account.integration_id = integration.id;
      PATCHBAY_TRY(store::integrations_table::insert(db, integration));
    }
    return store::accounts_table::insert(db, account);
  });
}

using ApiAccounts = ApiTest;

TEST_F(ApiAccounts, AreABareArrayOfLinkedAccounts) {
  const auto response = call("GET", "/accounts?page_size=25&unknown=1");
  EXPECT_EQ(response.status, 200U);
  const auto body = parsed(response.body);
  ASSERT_EQ(body.root().size(), 1U);
  const auto account = body.root().at(0);
  const std::vector<std::pair<std::string_view, std::string_view>> texts = {
      {"id", "acc_1"},
      {"provider", "acme"},
      {"provider_name", "Acme"},
      {"status", "active"},
      {"type", "production"},
      {"origin_owner_id", "owner_1"},
      {"origin_owner_name", "Example GmbH"},
      {"created_at", "2025-06-04T01:20:00.000Z"},
      {"updated_at", "2025-06-04T01:20:00.000Z"}};
  for (const auto& [name, value] : texts) EXPECT_EQ(account.get(name).as_string(), value) << name;
  EXPECT_TRUE(account.get("label").is_null());
  EXPECT_EQ(account.get("status_reasons").size(), 0U);
  EXPECT_EQ(account.get("setup_information").get("user").as_string(), "ada");
  EXPECT_EQ(response.body.find("s3cret"), std::string::npos);
}

TEST_F(ApiAccounts, OfAnotherProjectAreNowhere) {
  add_account(hub, "acc_2", "owner_2", "prj_2");
  hub.tokens.only = {"prj_2", "acc_2"};
  const std::vector<std::array<std::string, 3>> routes = {{"GET", "", ""},
                                                          {"PATCH", "", R"({"label":"mine"})"},
                                                          {"DELETE", "", ""},
                                                          {"GET", "/meta", ""},
                                                          {"POST", "/suspend", ""},
                                                          {"POST", "/resume", ""},
                                                          {"GET", "/permissions", ""},
                                                          {"POST", "/permissions/check", ""},
                                                          {"GET", "/access_token", ""}};
  for (const auto& [method, rest, body] : routes) {
    const auto theirs = call(method, "/accounts/acc_2" + rest, body);
    const auto none = call(method, "/accounts/acc_none" + rest, body);
    EXPECT_EQ(theirs.status, 404U) << method << rest << theirs.body;
    EXPECT_EQ(none.status, 404U) << method << rest;
    EXPECT_EQ(theirs.body, none.body) << "tells that it is somebody's";
  }
  key = make_key("prj_2", "accounts");
  EXPECT_EQ(call("GET", "/accounts/acc_2").status, 200U);
  EXPECT_EQ(parsed(call("GET", "/accounts/acc_2").body).root().get("status").as_string(), "active");
}

TEST_F(ApiAccounts, PermissionsAreCheckedOnRequestAndThatIsAudited) {
  const auto checked = call("POST", "/accounts/acc_1/permissions/check");
  EXPECT_EQ(checked.status, 200U) << checked.body;
  EXPECT_EQ(checked.body, call("GET", "/accounts/acc_1/permissions").body);
  EXPECT_EQ(hub.audit_log.events.back().kind, "account.permissions_checked");
}

TEST_F(ApiAccounts, ArePatchedMemberByMember) {
  const auto patched =
      call("PATCH", "/accounts/acc_1", R"({"label":"main","metadata":{"plan":"x"},"type":"test"})");
  EXPECT_EQ(patched.status, 200U) << patched.body;
  const auto kept = call("PATCH", "/accounts/acc_1",
                         R"({"label":{},"metadata":{},"origin_owner_name":"New","type":null})");
  const auto account = parsed(kept.body);
  EXPECT_EQ(account.root().get("label").as_string(), "main");
  EXPECT_EQ(account.root().get("metadata").get("plan").as_string(), "x");
  EXPECT_EQ(account.root().get("type").as_string(), "test");
  EXPECT_EQ(account.root().get("origin_owner_name").as_string(), "New");
  for (const auto* type : {"\"other\"", "7", "true", "{}", "[]"})
    expect_error(call("PATCH", "/accounts/acc_1", R"({"type":)" + std::string(type) + "}"), 400,
                 "invalid_input");
  expect_error(call("PATCH", "/accounts/acc_1", R"({"provider":"other"})"), 400, "invalid_input");
  expect_error(call("PATCH", "/accounts/acc_1", R"({"origin_owner_id":""})"), 400,
               "invalid_argument");
  expect_error(call("PATCH", "/accounts/acc_1", R"({"label":7})"), 400, "invalid_input");
  expect_error(call("PATCH", "/accounts/acc_1", R"({"metadata":"x"})"), 400, "invalid_input");
  expect_error(call("PATCH", "/accounts/acc_1", R"({"credentials":{"client_id":"x"}})"), 400,
               "invalid_input");
  EXPECT_EQ(call("PATCH", "/accounts/acc_1", R"({"credentials":{},"environment":null})").status,
            200U);
  expect_error(call("PATCH", "/accounts/acc_1", "[]"), 400, "invalid_argument");
  add_account(hub, "acc_2", "owner_2");
  expect_error(call("PATCH", "/accounts/acc_1", R"({"origin_owner_id":"owner_2"})"), 409,
               "conflict");
}

TEST_F(ApiAccounts, AreSuspendedAndResumed) {
  EXPECT_EQ(parsed(call("POST", "/accounts/acc_1/suspend").body).root().get("status").as_string(),
            "inactive");
  EXPECT_EQ(parsed(call("POST", "/accounts/acc_1/resume").body).root().get("status").as_string(),
            "active");
}

TEST_F(ApiAccounts, ThatHoldACategoryTellIt) {
  const auto meta = parsed(call("GET", "/accounts/acc_1/meta").body);
  EXPECT_EQ(meta.root().get("provider").as_string(), "acme");
  EXPECT_EQ(meta.root().get("category").as_string(), "other");
  EXPECT_TRUE(meta.root().get("models").is_object());
}

TEST_F(ApiAccounts, CanBeFilteredAndPaged) {
  add_account(hub, "acc_2", "owner_2");
  add_account(hub, "acc_3", "owner, 3");
  const auto ids = [&](const std::string& query) {
    const auto response = call("GET", "/accounts?" + query);
    EXPECT_EQ(response.status, 200U) << response.body;
    const auto body = parsed(response.body);
    std::string all;
    for (std::size_t i = 0; i < body.root().size(); ++i)
      all += body.root().at(i).get("id").string_or("?").substr(4);
    return all;
  };
  EXPECT_EQ(ids(""), "123");
  EXPECT_EQ(ids("account_ids=acc_1&account_ids=acc_3"), "13");
  EXPECT_EQ(ids("origin_owner_id=owner_2"), "2");
  EXPECT_EQ(ids("origin_owner_ids=owner_2&origin_owner_ids=owner%2C+3"), "23");
  EXPECT_EQ(ids("provider=acme"), "123");
  EXPECT_EQ(ids("providers=other&providers=acme"), "123");
  EXPECT_EQ(ids("provider=other"), "");
  EXPECT_EQ(ids("status=active"), "123");
  EXPECT_EQ(ids("status=error&status=suspended"), "");
  EXPECT_EQ(ids("status=archived"), "");
  EXPECT_EQ(ids("page=1&page_size=2"), "12");
  EXPECT_EQ(ids("page=2&page_size=2"), "3");
  EXPECT_EQ(ids("page=3&page_size=2"), "");
  EXPECT_EQ(ids("page=&page_size="), "123");
  for (const char* wrong : {"page=0", "page=x", "page_size=-1", "page=99999999999999999999"})
    expect_error(call("GET", "/accounts?" + std::string(wrong)), 400, "invalid_argument");
}

TEST_F(ApiAccounts, ShowWhyTheyDoNotWork) {
  hub.change([](store::Database& db) -> Result<> {
    PATCHBAY_TRY(store::accounts_table::set_error(db, "acc_1", 1, "invalid_credentials",
                                                  "The secret is wrong.", 1'749'500'000'000));
    return {};
  });
  const auto response = call("GET", "/accounts/acc_1");
  const auto body = parsed(response.body);
  EXPECT_EQ(body.root().get("status").as_string(), "error");
  const auto reason = body.root().get("status_reasons").at(0);
  EXPECT_EQ(reason.get("code").as_string(), "invalid_credentials");
  EXPECT_EQ(reason.get("description").as_string(), "The secret is wrong.");
  EXPECT_EQ(reason.get("timestamp").as_string(), "2025-06-09T20:13:20.000Z");
}

TEST_F(ApiAccounts, OfAnotherTenantAreNotThere) {
  const auto unknown = call("GET", "/accounts/acc_9");
  expect_error(unknown, 404, "not_found");
  const std::string other = make_key("prj_2", "accounts actions tokens");
  const HeaderList as_other = {{"Authorization", "Bearer " + other}};
  EXPECT_EQ(call("GET", "/accounts", "", as_other).body, "[]");
  EXPECT_EQ(call("GET", "/accounts?account_ids=acc_1", "", as_other).body, "[]");
  for (const auto& [method, path] : std::vector<std::pair<std::string, std::string>>{
           {"GET", "/accounts/acc_1"}, {"DELETE", "/accounts/acc_1"}}) {
    const auto response = call(method, path, "", as_other);
    EXPECT_EQ(response.status, 404U);
    EXPECT_EQ(response.body, unknown.body);
  }
  EXPECT_EQ(call("GET", "/accounts/acc_1").status, 200U) << "still there";
}

TEST_F(ApiAccounts, AreUnlinkedOnceAndGivenBackAsTheyWere) {
  const auto response = call("DELETE", "/accounts/acc_1");
  EXPECT_EQ(response.status, 200U);
  const auto body = parsed(response.body);
  EXPECT_EQ(body.root().get("id").as_string(), "acc_1");
  expect_error(call("DELETE", "/accounts/acc_1"), 404, "not_found");
  EXPECT_EQ(call("GET", "/accounts").body, "[]");
}

using ApiAccess = ApiTest;

TEST_F(ApiAccess, NeedsAKeyOnEveryRouteButThoseForEverybody) {
  const std::set<std::string> open = {"/healthz", "/readyz", "/openapi.json"};
  for (const auto& route : router.routes()) {
    std::string path = route.pattern;
    if (const auto at = path.find("{id}"); at != std::string::npos) path.replace(at, 4, "acc_1");
    for (const std::string authorization : {"", "Bearer nonsense", "Basic Og=="}) {
      const auto response = call(route.method, path, "", {{"Authorization", authorization}});
      if (open.contains(path)) {
        EXPECT_EQ(response.status, 200U) << path;
      } else if (path.starts_with("/in/")) {  // for providers; its own secrets open it
        EXPECT_EQ(response.status, 404U) << path;
      } else {
        EXPECT_EQ(response.status, 401U) << route.method << " " << path;
        EXPECT_EQ(response.headers.get("WWW-Authenticate"), "Bearer realm=\"patchbay\"");
      }
    }
  }
}

TEST_F(ApiAccess, NeedsTheRoutesScope) {
  const std::string limited = make_key("prj_1", "actions");
  const HeaderList with = {{"Authorization", "Bearer " + limited}};
  expect_error(call("GET", "/accounts", "", with), 403, "forbidden");
  EXPECT_EQ(call("GET", "/accounts/acc_1/access_token?name=main", "", with).status, 403U);
  EXPECT_EQ(call("POST", "/connect_sessions", "{}", with).status, 403U);
  EXPECT_EQ(call("POST", "/actions/rpc", "{}", with).status, 400U);
}

using ApiSessions = ApiTest;

const std::string kSession =
    R"({"origin_owner_id":"o1","origin_owner_name":"One","expires_in":1800,"multiple":false,)"
    R"("type":"production","provider":"acme","metadata":{},"provider_version":"1"})";

TEST_F(ApiSessions, AreMadeWithALinkThatOpensOurPage) {
  const auto response = call("POST", "/connect_sessions", kSession);
  ASSERT_EQ(response.status, 201U) << response.body;
  EXPECT_TRUE(response.secret);
  EXPECT_EQ(response.headers.get("Cache-Control"), "no-store");
  const auto body = parsed(response.body);
  const auto root = body.root();
  EXPECT_TRUE(root.get("id").is_integer());
  EXPECT_EQ(root.get("organization_id").as_integer(), 1);
  EXPECT_EQ(root.get("project_id").as_string(), "prj_1");
  EXPECT_EQ(root.get("origin_owner_id").as_string(), "o1");
  EXPECT_EQ(root.get("provider").as_string(), "acme");
  EXPECT_TRUE(root.get("label").is_null());
  EXPECT_TRUE(root.get("account_id").is_null());
  EXPECT_EQ(root.get("created_at").as_string(), "2025-06-15T15:06:40.000Z");
  const std::string token = root.get("token").string_or("");
  EXPECT_EQ(token.size(), 43U);
  EXPECT_EQ(root.get("auth_link_url").as_string(), "https://hub.example/connect/" + token);

  const auto found =
      call("POST", "/connect_sessions/authenticate", R"({"token":")" + token + R"("})");
  ASSERT_EQ(found.status, 201U) << found.body;
  EXPECT_EQ(parsed(found.body).root().get("id").as_integer(), root.get("id").as_integer());
  EXPECT_EQ(found.body.find(token), std::string::npos);
}

TEST_F(ApiSessions, TellTheOrganisationAsTheClientsVersionWantsIt) {
  const auto organization = [&](const std::string& agent) {
    const auto response = call("POST", "/connect_sessions", kSession, {{"User-Agent", agent}});
    const auto body = parsed(response.body);
    return body.root().get("organization_id").dump();
  };
  EXPECT_EQ(organization("speakeasy-sdk/typescript 4.28.0 2.0 1.0 x"), "1");
  EXPECT_EQ(organization("speakeasy-sdk/typescript 4.33.9 x"), "1");
  EXPECT_EQ(organization("speakeasy-sdk/typescript 4.34.1 x"), "\"1\"");
  EXPECT_EQ(organization("speakeasy-sdk/typescript 5.0.0"), "\"1\"");
  EXPECT_EQ(organization("curl/8"), "1");
}

TEST_F(ApiSessions, ReportEveryMistakeAtOnce) {
  const auto response =
      call("POST", "/connect_sessions",
           R"({"origin_owner_name":7,"expires_in":-1,"multiple":"no","type":"other"})");
  expect_error(response, 400, "invalid_input");
  EXPECT_EQ(parsed(response.body).root().get("problems").size(), 5U) << response.body;
  expect_error(call("POST", "/connect_sessions", "{"), 400, "invalid_argument");
  expect_error(call("POST", "/connect_sessions", "[]"), 400, "invalid_argument");
  expect_error(call("POST", "/connect_sessions", R"({"a":1,"a":2})"), 400, "invalid_argument");
  expect_error(call("POST", "/connect_sessions", kSession, {{"Content-Type", "text/plain"}}), 400,
               "invalid_argument");
}

TEST_F(ApiSessions, RefuseUnknownProvidersIntegrationsAndAccounts) {
  const auto with = [&](const std::string& more) {
    return call("POST", "/connect_sessions",
                R"({"origin_owner_id":"o1","origin_owner_name":"One",)" + more + "}");
  };
  expect_error(with(R"("provider":"nothing")"), 400, "invalid_argument");
  expect_error(with(R"("integration_id":"int_9")"), 400, "invalid_argument");
  expect_error(with(R"("account_id":"acc_9")"), 404, "not_found");
  const auto known = with(R"("integration_id":"int_1")");
  ASSERT_EQ(known.status, 201U) << known.body;
  EXPECT_EQ(parsed(known.body).root().get("provider").as_string(), "acme");
}

TEST_F(ApiSessions, ExpireVisiblyAndBelongToTheirTenant) {
  const auto made = call("POST", "/connect_sessions", kSession);
  const std::string token = parsed(made.body).root().get("token").string_or("");
  const std::string body = R"({"token":")" + token + R"("})";
  const std::string other = make_key("prj_2", "accounts");
  expect_error(
      call("POST", "/connect_sessions/authenticate", body, {{"Authorization", "Bearer " + other}}),
      404, "not_found");
  expect_error(call("POST", "/connect_sessions/authenticate", R"({"token":"nonsense"})"), 404,
               "not_found");
  expect_error(call("POST", "/connect_sessions/authenticate", "{}"), 400, "invalid_input");
  hub.clock.advance_ms(1'800'000);
  const auto expired = call("POST", "/connect_sessions/authenticate", body);
  EXPECT_EQ(expired.status, 410U);
  EXPECT_EQ(parsed(expired.body).root().get("code").as_string(), "expired");
}

TEST_F(ApiSessions, ManageLinksAreForOneAccountAndOverSoon) {
  const auto made = call("POST", "/accounts/acc_1/manage_link", R"({"expires_in":600})");
  ASSERT_EQ(made.status, 201U) << made.body;
  EXPECT_TRUE(made.secret);
  EXPECT_EQ(made.headers.get("Cache-Control"), "no-store");
  const auto body = parsed(made.body);
  const std::string url(body.root().get("url").string_or(""));
  const std::string start = "https://hub.example/manage/";
  ASSERT_TRUE(url.starts_with(start)) << url;
  const auto opened = accounts::open_link(hub.services->vault, accounts::LinkPurpose::kManage,
                                          url.substr(start.size()), hub.clock.unix_ms());
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->project_id, "prj_1");
  EXPECT_EQ(opened->subject, "acc_1");
  EXPECT_EQ(opened->expires, hub.clock.unix_ms() + 600'000);

  EXPECT_EQ(call("POST", "/accounts/acc_9/manage_link", "{}").status, 404U);
  EXPECT_EQ(call("POST", "/accounts/acc_1/manage_link", R"({"expires_in":86401})").status, 400U);
  EXPECT_EQ(call("POST", "/accounts/acc_1/manage_link", "[]").status, 400U);
}

using ApiActions = ApiTest;

const ApiTest::HeaderList kForAccount = {{"x-account-id", "acc_1"}};

TEST_F(ApiActions, RunAndGivePages) {
  hub.provider.answer(200, R"({"data":[{"id":1}],"next":"/v1/people?cursor=2"})");
  hub.provider.answer(200, R"({"data":[{"id":2}]})");
  const auto first =
      call("POST", "/actions/rpc",
           R"({"action":"acme_list","query":{"team":"a","page_size":"100","debug":false},)"
           R"("headers":{"x-account-id":"acc_1","user-agent":"x"}})",
           kForAccount);
  ASSERT_EQ(first.status, 200U) << first.body;
  EXPECT_EQ(hub.provider.requests.back().url, "https://api.acme.example/v1/people?team=a&limit=50");
  const auto body = parsed(first.body);
  EXPECT_EQ(body.root().get("data").dump(), R"([{"id":1}])");
  const std::string next = body.root().get("next").string_or("");
  ASSERT_FALSE(next.empty());
  const auto second =
      call("POST", "/actions/rpc",
           R"({"action":"acme_list","query":{"team":"a","next":")" + next + R"("},"path":null})",
           kForAccount);
  EXPECT_EQ(second.body, R"({"data":[{"id":2}],"next":null})");
}

TEST_F(ApiActions, TakeTheAccountFromTheBodysHeadersToo) {
  hub.provider.answer(200, R"({"data":[]})");
  EXPECT_EQ(
      call("POST", "/actions/rpc", R"({"action":"acme_list","headers":{"x-account-id":"acc_1"}})")
          .status,
      200U);
  expect_error(call("POST", "/actions/rpc", R"({"action":"acme_list"})"), 400, "invalid_argument");
}

TEST_F(ApiActions, AreRecordedFirstAndNotRunOtherwise) {
  const auto run = [this] {
    return call("POST", "/actions/rpc", R"({"action":"acme_list"})", kForAccount);
  };
  audit.failure = make_error(ErrorCode::kStorage, "full");
  expect_error(run(), 503, "audit_unavailable");
  EXPECT_TRUE(hub.provider.requests.empty());
  audit.failure.reset();
  hub.provider.answer(200, R"({"data":[]})");
  EXPECT_EQ(run().status, 200U);
  ASSERT_EQ(audit.events.size(), 1U);
  EXPECT_EQ(audit.events[0].kind, "action.called");
  EXPECT_EQ(audit.events[0].account_id, "acc_1");
  EXPECT_EQ(audit.events[0].subject, "acme_list");
  EXPECT_FALSE(audit.events[0].key_id.empty());
}

TEST_F(ApiActions, WrapWhatClientsCantRead) {
  for (const auto& [data, shown] : std::vector<std::pair<std::string, std::string>>{
           {"[1,2]", R"({"value":[1,2]})"},
           {R"([{"a":1},2])", R"({"value":[{"a":1},2]})"},
           {R"(["x"])", R"({"value":["x"]})"},
           {"[]", "[]"},
           {R"([{"a":1}])", R"([{"a":1}])"}}) {
    hub.provider.answer(200, R"({"data":)" + data + "}");
    const auto response = call("POST", "/actions/rpc", R"({"action":"acme_list"})", kForAccount);
    EXPECT_EQ(parsed(response.body).root().get("data").dump(), shown);
  }
}

TEST_F(ApiActions, RefuseInputThatContradictsItself) {
  expect_error(
      call("POST", "/actions/rpc",
           R"({"action":"acme_list","query":{"team":"a"},"body":{"team":"b"}})", kForAccount),
      400, "invalid_argument");
  expect_error(call("POST", "/actions/rpc", R"({"action":"acme_list","query":[1]})", kForAccount),
               400, "invalid_argument");
  expect_error(call("POST", "/actions/rpc",
                    R"({"action":"acme_list","query":{"page_size":"many"}})", kForAccount),
               400, "invalid_argument");
  const auto unknown =
      call("POST", "/actions/rpc", R"({"action":"acme_list","query":{"taem":"a"}})", kForAccount);
  expect_error(unknown, 400, "invalid_input");
  EXPECT_EQ(parsed(unknown.body).root().get("problems").size(), 1U);
}

TEST_F(ApiActions, ADryRunTellsWhatWouldBeSentAndSendsNothing) {
  const auto response = call(
      "POST", "/actions/rpc",
      R"({"action":"acme_list","query":{"team":"a b","page_size":5},"dry_run":true})", kForAccount);
  EXPECT_EQ(response.status, 200U) << response.body;
  const auto body = parsed(response.body);
  const auto plan = body.root().get("data");
  EXPECT_TRUE(plan.get("dry_run").bool_or(false));
  EXPECT_EQ(plan.get("method").string_or(""), "GET");
  EXPECT_EQ(plan.get("url").string_or(""), "https://api.acme.example/v1/people?team=a%20b&limit=5");
  EXPECT_TRUE(plan.get("body").is_null());
  EXPECT_EQ(plan.get("permissions").dump(), R"(["people:read"])");
  EXPECT_EQ(response.body.find("token-1"), std::string::npos);
  EXPECT_TRUE(hub.provider.requests.empty());
  EXPECT_EQ(audit.events.back().kind, "action.dry_run");
  expect_error(call("POST", "/actions/rpc",
                    R"({"action":"acme_list","query":{"taem":"a"},"dry_run":true})", kForAccount),
               400, "invalid_input");
}

TEST_F(ApiActions, GiveTheProvidersRefusalWithItsTraceAndTheMissingPermission) {
  hub.provider.answer(403, R"({"message":"Scope insufficient","acme_trace_id":"t-1"})");
  const auto response = call("POST", "/actions/rpc", R"({"action":"acme_list"})", kForAccount);
  expect_error(response, 403, "provider_unauthorized");
  const auto body = parsed(response.body);
  const auto provider = body.root().get("provider_errors").at(0);
  EXPECT_EQ(provider.get("status").as_integer(), 403);
  EXPECT_EQ(provider.get("raw").get("message").as_string(), "Scope insufficient");
  EXPECT_EQ(provider.get("url").as_string(), "https://api.acme.example/v1/people");
  EXPECT_EQ(body.root().get("provider_trace_id").as_string(), "t-1");
  EXPECT_EQ(body.root().get("likely_missing_permissions").at(0).as_string(), "people:read");
}

TEST_F(ApiActions, SayWhenToTryAgain) {
  hub.provider.answer(429, "slow down", "text/plain");
  const auto response = call("POST", "/actions/rpc", R"({"action":"acme_list"})", kForAccount);
  expect_error(response, 429, "rate_limited");
  EXPECT_EQ(response.headers.get("Retry-After"), "7");
  EXPECT_EQ(parsed(response.body).root().pointer("/provider_errors/0/raw/text").as_string(),
            "slow down");
}

TEST_F(ApiActions, HaveACodeForEachWayTheyCantRun) {
  const auto run = [&](const std::string& id, const HeaderList& headers) {
    return call("POST", "/actions/rpc", R"({"action":")" + id + R"("})", headers);
  };
  expect_error(run("acme_nothing", kForAccount), 404, "action_unknown");
  expect_error(run("acme_list", {{"x-account-id", "acc_9"}}), 404, "not_found");
  expect_error(run("", kForAccount), 400, "invalid_input");
  hub.change([](store::Database& db) {
    return store::accounts_table::suspend(db, "prj_1", "acc_1", "test", 5);
  });
  expect_error(run("acme_list", kForAccount), 412, "account_suspended");
  hub.connector = nullptr;
  hub.change(
      [](store::Database& db) { return store::accounts_table::resume(db, "prj_1", "acc_1", 6); });
  expect_error(run("acme_list", kForAccount), 409, "connector_missing");
}

TEST_F(ApiActions, HideWhatWentWrongInside) {
  hub.tokens.failure = make_error(ErrorCode::kStorage, "disk /var/lib/secret-path is full");
  const auto response = call("POST", "/actions/rpc", R"({"action":"acme_list"})", kForAccount);
  expect_error(response, 503, "storage");
  EXPECT_EQ(response.body.find("secret-path"), std::string::npos);
}

TEST_F(ApiActions, SayThatTheDatabaseLacksAPartAndNotWhich) {
  hub.change([](store::Database& db) { return db.execute("DROP TABLE account_tokens"); });
  const auto read = call("GET", "/accounts/acc_1/permissions", "",
                         {{"Authorization", "Bearer " + make_key("prj_1", "accounts")}});
  EXPECT_EQ(read.status, 503U) << read.body;
  EXPECT_EQ(parsed(read.body).root().get("code").as_string(), "storage");
  EXPECT_EQ(read.body.find("account_tokens"), std::string::npos);
}

using ApiTokens = ApiTest;

TEST_F(ApiTokens, AreRecordedBeforeTheyAreGivenOut) {
  const auto response = call("GET", "/accounts/acc_1/access_token?min_ttl=60");
  ASSERT_EQ(response.status, 200U) << response.body;
  EXPECT_TRUE(response.secret);
  EXPECT_EQ(response.headers.get("Cache-Control"), "no-store");
  const auto body = parsed(response.body);
  EXPECT_EQ(body.root().get("access_token").as_string(), "token-1");
  EXPECT_EQ(body.root().get("name").as_string(), "main");
  EXPECT_EQ(body.root().get("expires_at").as_string(), "2025-06-15T15:16:40.000Z");
  EXPECT_EQ(hub.tokens.asked_validity_ms, 60'000);
  ASSERT_EQ(audit.events.size(), 1U);
  EXPECT_EQ(audit.events[0].kind, "access_token.read");
  EXPECT_EQ(audit.events[0].account_id, "acc_1");
  EXPECT_EQ(audit.events[0].subject, "main");
  EXPECT_EQ(audit.events[0].request_id, "req-1");
  EXPECT_FALSE(audit.events[0].key_id.empty());
}

TEST_F(ApiTokens, OfASuspendedAccountAreRefusedByItsCode) {
  hub.tokens.failure = make_error(ErrorCode::kForbidden, "This account is suspended.");
  const auto response = call("GET", "/accounts/acc_1/access_token?name=main");
  EXPECT_EQ(response.status, 412U);
  EXPECT_EQ(parsed(response.body).root().get("code").as_string(), "account_suspended");
}

TEST_F(ApiTokens, AreNotGivenOutUnrecorded) {
  audit.failure = make_error(ErrorCode::kStorage, "full");
  const auto response = call("GET", "/accounts/acc_1/access_token?name=main");
  EXPECT_EQ(response.status, 503U);
  EXPECT_EQ(response.headers.get("Content-Type"), "application/problem+json");
  EXPECT_NE(response.body.find("\"code\":\"audit_unavailable\""), std::string::npos);
  EXPECT_EQ(response.body.find("token-1"), std::string::npos);
  audit.failure.reset();
  EXPECT_EQ(call("GET", "/accounts/acc_1/access_token?name=main").status, 200U)
      << "it goes on by itself";
}

// As when the process is frozen between two lines.
TEST_F(ApiTokens, AreFetchedAgainWhenTheHubWasStoppedMeanwhile) {
  int fetched = 0;
  hub.tokens.meanwhile = [&] {
    if (++fetched == 1) hub.clock.advance_ms(3'600'000);
  };
  EXPECT_EQ(call("GET", "/accounts/acc_1/access_token?name=main").status, 200U);
  EXPECT_EQ(fetched, 2);
}

TEST_F(ApiTokens, AreNotGivenOutForAKeyThatWasWithdrawnWhileTheHubWasStopped) {
  hub.tokens.meanwhile = [&] {
    hub.clock.advance_ms(3'600'000);
    hub.change([](store::Database& db) -> Result<> {
      PATCHBAY_TRY_ASSIGN(const auto keys, store::api_keys_table::list_all(db));
      return store::api_keys_table::revoke(db, "prj_1", keys.at(0).id, 5);
    });
  };
  const auto response = call("GET", "/accounts/acc_1/access_token?name=main");
  EXPECT_EQ(response.status, 401U);
  EXPECT_EQ(response.body.find("token-1"), std::string::npos);
}

TEST_F(ApiTokens, AreNotGivenOutWhenAccessIsChangedAgainAndAgain) {
  hub.tokens.meanwhile = [&] { hub.clock.advance_ms(2'000); };
  const auto response = call("GET", "/accounts/acc_1/access_token?name=main");
  EXPECT_EQ(response.status, 503U);
  EXPECT_NE(response.body.find("\"code\":\"access_changed\""), std::string::npos);
  EXPECT_EQ(response.body.find("token-1"), std::string::npos);
}

TEST_F(ApiTokens, ErrorsAreProblems) {
  for (const auto& [target, status] : std::vector<std::pair<std::string, unsigned>>{
           {"/accounts/acc_1/access_token?name=other", 404},
           {"/accounts/acc_1/access_token?min_ttl=soon", 400}}) {
    const auto response = call("GET", target);
    EXPECT_EQ(response.status, status) << target;
    EXPECT_EQ(response.headers.get("Content-Type"), "application/problem+json");
    EXPECT_EQ(parsed(response.body).root().get("status").as_integer(), status);
  }
  EXPECT_TRUE(audit.events.empty());
}

using ApiHealth = ApiTest;

TEST_F(ApiHealth, IsReadyWhileTheStoreAnswers) {
  EXPECT_EQ(call("GET", "/healthz").body, R"({"status":"ok"})");
  EXPECT_EQ(call("GET", "/readyz").body, R"({"status":"ready"})");
  hub.store().stop();
  EXPECT_EQ(call("GET", "/healthz").status, 200U);
  EXPECT_EQ(call("GET", "/readyz").status, 503U);
}

TEST(ErrorForPath, FollowsThePath) {
  net::Request request;
  request.method = "PUT";
  request.path = "/accounts/acc_1";
  const auto stackone = error_for_path(request, 405, 0);
  EXPECT_EQ(parsed(stackone.body).root().get("code").as_string(), "method_not_allowed");
  EXPECT_EQ(stackone.headers.get("Content-Type"), "application/json");
  expect_described(request.method, request.path, stackone);
  request.path = "/readyz/nothing";
  const auto own = error_for_path(request, 404, 0);
  EXPECT_EQ(parsed(own.body).root().get("code").as_string(), "route_unknown");
  EXPECT_EQ(own.headers.get("Content-Type"), "application/problem+json");
  expect_described(request.method, request.path, own);
  EXPECT_TRUE(is_api_path("/accounts"));
  EXPECT_TRUE(is_api_path("/hub/settings"));
  EXPECT_TRUE(is_api_path("/mcp"));
  EXPECT_TRUE(is_api_path("/openapi.json"));
  EXPECT_FALSE(is_api_path("/connect/abc"));
  EXPECT_FALSE(is_api_path("/"));
}

}  // namespace
}  // namespace patchbay::api
