#include "actions/action_runner.h"
#include "actions_test_support.h"
#include "base/encoding.h"

namespace patchbay::actions {
namespace {

using test::action;

const std::string kReadOnly = R"({"read_only":true})";

std::string request(const std::string& path, const std::string& token = "main") {
  return R"("token":")" + token +
         R"(","request":{"method":"GET","host":"api.acme.example","path":")" + path + R"("})";
}

std::string all_actions() {
  const std::string id =
      R"({"type":"object","required":["id"],"properties":{"id":{"type":"string","maxLength":5}},"additionalProperties":false})";
  return "[" +
         action(
             "list",
             R"({"type":"object","additionalProperties":false,"properties":{"team":{"type":"string"},"ids":{"type":"array","maxItems":2}}})",
             R"("token":"main","request":{"method":"GET","host":"api.acme.example","path":"/v1/people",)"
             R"("query":[{"name":"team","input":"team"},{"name":"id","input":"ids"}]},)"
             R"("pagination":{"kind":"cursor_link","next_path":"/next","limit_param":"limit","limit_default":10,"limit_max":50},)"
             R"("result":{"kind":"list","path":"/data"})",
             kReadOnly) +
         "," +
         action(
             "pages", R"({"type":"object"})",
             request("/v1/pages") +
                 R"(,"pagination":{"kind":"page","cursor_param":"page","first":1,"limit_param":"limit","limit_default":2,"limit_max":2},"result":{"kind":"list"})",
             kReadOnly) +
         "," +
         action(
             "links_with_key", R"({"type":"object"})",
             request("/v1/people", "in_query") +
                 R"(,"pagination":{"kind":"cursor_link","next_path":"/next"},"result":{"kind":"list","path":"/data"})",
             kReadOnly) +
         "," + action("get", id, request("/v1/people/{id}"), kReadOnly) + "," +
         action("with_field", id, request("/v1/people/{id}", "in_header"), kReadOnly) + "," +
         action("with_basic", id, request("/v1/people/{id}", "basic"), kReadOnly) + "," +
         action("old", id,
                request("/v1/people/{id}") +
                    R"(,"result":{"kind":"object","path":"/data","success_path":"/success"})",
                kReadOnly) +
         "," +
         action(
             "create", R"({"type":"object","properties":{"name":{"type":"string"}}})",
             R"("token":"main","request":{"method":"POST","host":"api.acme.example","path":"/v1/people",)"
             R"("body":{"kind":"json","parameters":[{"name":"/name","input":"name"}]}})") +
         "]";
}

struct ActionRunnerTest : testing::Test {
  test::Hub hub{all_actions()};
  ActionRunner runner{*hub.services, hub.tokens, hub.runner_options()};

  ActionRunner::Outcome run(ActionCall call) {
    return hub.loops.block_on(runner.run(std::move(call)));
  }
  ActionRunner::Outcome run(const std::string& id, const std::string& input,
                            const std::string& next = {}) {
    ActionCall call{"prj_1", "acc_1", "acme_" + id, input};
    call.next = next;
    return run(std::move(call));
  }
  ActionReply good(const std::string& id, const std::string& input, const std::string& next = {}) {
    auto outcome = run(id, input, next);
    if (outcome) return *std::move(outcome);
    ADD_FAILURE() << outcome.error().message;
    return {};
  }
  ActionError bad(const std::string& id, const std::string& input, const std::string& next = {}) {
    auto outcome = run(id, input, next);
    if (!outcome) return std::move(outcome).error();
    ADD_FAILURE() << "it worked: " << outcome->data;
    return {};
  }
  [[nodiscard]] const net::ClientRequest& last() const { return hub.provider.requests.back(); }
};

TEST_F(ActionRunnerTest, SendsTheRequestWithTheTokenAndGivesTheResult) {
  hub.provider.answer(200, R"({"id":"7","name":"Jo"})");
  const auto reply = good("get", R"({"id":"7"})");
  EXPECT_EQ(reply.data, R"({"id":"7","name":"Jo"})");
  EXPECT_EQ(reply.next, "");
  EXPECT_EQ(reply.provider_status, 200U);
  EXPECT_EQ(last().url, "https://api.acme.example/v1/people/7");
  EXPECT_EQ(last().headers.get("Authorization"), "Bearer token-1");
  EXPECT_EQ(last().allowed_hosts, std::vector<std::string>{"api.acme.example"});
  EXPECT_EQ(last().repeatable, true);
}

TEST_F(ActionRunnerTest, SendsNothingWhenAccessWasChangedWhileItPrepared) {
  hub.tokens.meanwhile = [&] {
    hub.change([](store::Database& db) {
      return store::accounts_table::suspend(db, "prj_1", "acc_1", "", 5);
    });
    hub.clock.advance_ms(2'000);
  };
  EXPECT_EQ(bad("get", R"({"id":"7"})").reason, reason::kAccessChanged);
  EXPECT_TRUE(hub.provider.requests.empty());
}

TEST_F(ActionRunnerTest, SendsNothingForACallerWhoseAccessIsOlderThanTheLastChange) {
  ActionCall call{"prj_1", "acc_1", "acme_get", R"({"id":"7"})"};
  call.allowed_at = 0;
  const auto outcome = run(std::move(call));
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().reason, reason::kAccessChanged);
  EXPECT_TRUE(hub.provider.requests.empty());
}

TEST_F(ActionRunnerTest, ReportsEverythingWrongWithTheInputBeforeAskingAnybody) {
  const auto error = bad("list", R"({"team":5,"ids":[1,2,3],"extra":true})");
  EXPECT_EQ(error.code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(error.reason, reason::kInvalidInput);
  EXPECT_EQ(error.problems.size(), 3U);
  EXPECT_TRUE(hub.provider.requests.empty());
  EXPECT_EQ(bad("list", "[]").reason, reason::kInvalidInput);
  EXPECT_EQ(bad("list", "{").code, ErrorCode::kInvalidArgument);
}

TEST_F(ActionRunnerTest, FollowsPagesThroughASealedNext) {
  hub.provider.answer(
      200, R"({"data":[{"id":1}],"next":"https://api.acme.example/v1/people?cursor=c2"})");
  hub.provider.answer(200, R"({"data":[{"id":2}],"next":"/v1/people?cursor=c3"})");
  hub.provider.answer(200, R"({"data":[{"id":3}]})");
  const auto first = good("list", R"({"team":"a","ids":[1]})");
  EXPECT_EQ(last().url, "https://api.acme.example/v1/people?team=a&id=1&limit=10");
  ASSERT_FALSE(first.next.empty());
  EXPECT_EQ(base64url_decode(first.next)->find("cursor"), std::string::npos);
  // The order of members and the cursor's own place do not matter.
  const auto second = good("list", R"({"ids":[1],"team":"a"})", first.next);
  EXPECT_EQ(last().url, "https://api.acme.example/v1/people?cursor=c2");
  const auto third = good("list", R"({"ids":[1],"team":"a","cursor":")" + second.next + R"("})");
  EXPECT_EQ(last().url, "https://api.acme.example/v1/people?cursor=c3");
  EXPECT_EQ(third.data, R"([{"id":3}])");
  EXPECT_EQ(third.next, "");
}

TEST_F(ActionRunnerTest, KeepsThePageSizeAcrossPages) {
  hub.provider.answer(200, "[{},{}]");
  hub.provider.answer(200, "[{}]");
  const auto first = good("pages", "{}");
  EXPECT_EQ(last().url, "https://api.acme.example/v1/pages?limit=2&page=1");
  ASSERT_FALSE(first.next.empty());
  EXPECT_EQ(good("pages", "{}", first.next).next, "");
  EXPECT_EQ(last().url, "https://api.acme.example/v1/pages?limit=2&page=2");
}

TEST_F(ActionRunnerTest, TakesThePageSizeFromTheInputOrTheCall) {
  hub.provider.answer(200, R"({"data":[]})");
  (void)good("list", R"({"page_size":20})");
  EXPECT_EQ(last().url, "https://api.acme.example/v1/people?limit=20");
  hub.provider.answer(200, R"({"data":[]})");
  ActionCall call{"prj_1", "acc_1", "acme_list"};
  call.page_size = 500;
  EXPECT_TRUE(run(std::move(call)));
  EXPECT_EQ(last().url, "https://api.acme.example/v1/people?limit=50");
}

TEST_F(ActionRunnerTest, RefusesANextThatIsForgedOrBelongsElsewhere) {
  hub.provider.answer(
      200, R"({"data":[{"id":1}],"next":"https://api.acme.example/v1/people?cursor=c2"})");
  const std::string next = good("list", R"({"team":"a"})").next;
  std::string altered = next;
  altered[altered.size() / 2] = altered[altered.size() / 2] == 'A' ? 'B' : 'A';
  for (const auto& [id, input, token] :
       std::vector<std::tuple<std::string, std::string, std::string>>{
           {"list", R"({"team":"a"})", altered},
           {"list", R"({"team":"a"})", "https://api.acme.example/v1/people?cursor=c2"},
           {"list", R"({"team":"a"})", std::string(20'000, 'A')},
           {"list", R"({"team":"b"})", next},
           {"pages", R"({"team":"a"})", next},
           {"get", R"({"id":"7"})", next}}) {
    const auto error = bad(id, input, token);
    EXPECT_EQ(error.code, ErrorCode::kInvalidArgument) << id;
    EXPECT_EQ(error.field, "next") << id;
  }
  EXPECT_EQ(hub.provider.requests.size(), 1U);
}

TEST_F(ActionRunnerTest, GivesNoFurtherPageThatLeadsAway) {
  for (const char* link : {"https://evil.example/v1/people?cursor=c", "/v1/salaries?cursor=c",
                           "http://api.acme.example/v1/people"}) {
    hub.provider.answer(200, R"({"data":[{"id":1}],"next":")" + std::string(link) + "\"}");
    EXPECT_EQ(bad("list", "{}").code, ErrorCode::kProtocol) << link;
  }
}

TEST_F(ActionRunnerTest, RefreshesAndRetriesOnceOn401) {
  hub.provider.answer(401, "{}");
  hub.provider.answer(200, R"({"id":"7"})");
  EXPECT_EQ(good("get", R"({"id":"7"})").data, R"({"id":"7"})");
  EXPECT_EQ(hub.tokens.refusals, std::vector<std::string>{"token-1"});
  EXPECT_EQ(hub.provider.requests.size(), 2U);
  EXPECT_EQ(last().headers.get("Authorization"), "Bearer token-2");
}

TEST_F(ActionRunnerTest, StopsAfterTheSecond401AndNamesThePermission) {
  hub.provider.answer(401, R"({"message":"Unauthorized, token-2","acme_trace_id":"t-9"})");
  hub.provider.answer(401, R"({"message":"Unauthorized, token-2","acme_trace_id":"t-9"})");
  const auto error = bad("get", R"({"id":"7"})");
  EXPECT_EQ(hub.provider.requests.size(), 2U);
  EXPECT_EQ(error.reason, reason::kProviderUnauthorized);
  EXPECT_EQ(error.missing, std::vector<std::string>{"people:read"});
  ASSERT_TRUE(error.provider);
  EXPECT_EQ(error.provider->trace_id, "t-9");
  EXPECT_EQ(error.message.find("token-2"), std::string::npos);
  EXPECT_EQ(error.provider->text.find("token-2"), std::string::npos);
}

TEST_F(ActionRunnerTest, GivesTheKeepersErrorWhenARefreshFails) {
  hub.provider.answer(401, "{}");
  hub.tokens.failure_on_replace = make_error(ErrorCode::kInvalidCredentials, "Refused for good.");
  const auto error = bad("get", R"({"id":"7"})");
  EXPECT_EQ(error.code, ErrorCode::kInvalidCredentials);
  EXPECT_EQ(error.message, "Refused for good.");
  EXPECT_EQ(hub.provider.requests.size(), 1U);
}

TEST_F(ActionRunnerTest, DoesNotRetryOtherRefusals) {
  for (const unsigned status : {403U, 429U, 500U, 503U}) {
    hub.provider.requests.clear();
    hub.provider.answer(status, "{}");
    (void)bad("get", R"({"id":"7"})");
    EXPECT_EQ(hub.provider.requests.size(), 1U) << status;
  }
  EXPECT_TRUE(hub.tokens.refusals.empty());
}

TEST_F(ActionRunnerTest, AuthorisesFromStoredFieldsWithoutAToken) {
  hub.provider.answer(200, "{}");
  (void)good("with_field", R"({"id":"7"})");
  EXPECT_EQ(last().headers.get("X-Api-Key"), "Key s3cret-value");
  hub.provider.answer(200, "{}");
  (void)good("with_basic", R"({"id":"7"})");
  EXPECT_EQ(last().headers.get("Authorization"), "Basic YWRhOnMzY3JldC12YWx1ZQ==");
  // Nothing could be refreshed, so a 401 is final.
  hub.provider.answer(401, "{}");
  EXPECT_EQ(bad("with_field", R"({"id":"7"})").reason, reason::kProviderUnauthorized);
}

TEST_F(ActionRunnerTest, TakesAKeyInTheQueryOutOfLinks) {
  hub.provider.answer(200, R"({"data":[{}],"next":"/v1/people?cursor=2&api_key=token-1"})");
  hub.provider.answer(200, R"({"data":[]})");
  const auto first = good("links_with_key", "{}");
  EXPECT_EQ(last().url, "https://api.acme.example/v1/people?api_key=token-1");
  hub.tokens.number = 5;
  (void)good("links_with_key", "{}", first.next);
  EXPECT_EQ(last().url, "https://api.acme.example/v1/people?cursor=2&api_key=token-5");
}

TEST_F(ActionRunnerTest, SeesAFailureReportedWithStatus200) {
  hub.provider.answer(200, R"({"success":false,"error":{"message":"No such person"}})");
  const auto error = bad("old", R"({"id":"7"})");
  EXPECT_EQ(error.reason, reason::kProviderRejected);
  EXPECT_NE(error.message.find("Acme reported a failure (No such person)"), std::string::npos);
  hub.provider.answer(200, R"({"success":true,"data":{"id":7}})");
  EXPECT_EQ(good("old", R"({"id":"7"})").data, R"({"id":7})");
}

TEST_F(ActionRunnerTest, WarnsThatAWriteMayHaveHappened) {
  hub.change([&](store::Database& db) -> Result<> {
    hub.integration.allowed_actions = R"(["acme_create"])";
    return store::integrations_table::update(db, hub.integration);
  });
  net::ClientReply lost;
  lost.error = net::NetError::kReset;
  lost.maybe_processed = true;
  hub.provider.replies.push_back(std::move(lost));
  const auto error = bad("create", R"({"name":"Jo"})");
  EXPECT_EQ(error.code, ErrorCode::kUnavailable);
  EXPECT_NE(error.message.find("may have carried it out"), std::string::npos);
  EXPECT_EQ(hub.provider.requests.front().body.reveal(), R"({"name":"Jo"})");
  EXPECT_FALSE(hub.provider.requests.front().repeatable.has_value());
}

TEST_F(ActionRunnerTest, AllowsReadsAloneByDefault) {
  EXPECT_EQ(bad("create", "{}").reason, reason::kActionNotAllowed);
  EXPECT_TRUE(hub.provider.requests.empty());
}

TEST_F(ActionRunnerTest, AllowsNothingButWhatTheIntegrationLists) {
  hub.change([&](store::Database& db) -> Result<> {
    hub.integration.allowed_actions = R"(["acme_create"])";
    return store::integrations_table::update(db, hub.integration);
  });
  hub.provider.answer(201, R"({"id":"8"})");
  EXPECT_EQ(good("create", R"({"name":"Jo"})").data, R"({"id":"8"})");
  EXPECT_EQ(bad("get", R"({"id":"7"})").reason, reason::kActionNotAllowed);
}

TEST_F(ActionRunnerTest, RefusesSuspendedAccountsAndDisabledIntegrations) {
  hub.change([&](store::Database& db) {
    return store::accounts_table::suspend(db, "prj_1", "acc_1", "test", 5);
  });
  EXPECT_EQ(bad("get", R"({"id":"7"})").reason, reason::kAccountSuspended);
  hub.change([&](store::Database& db) -> Result<> {
    PATCHBAY_TRY(store::accounts_table::resume(db, "prj_1", "acc_1", 6));
    hub.integration.active = false;
    return store::integrations_table::update(db, hub.integration);
  });
  EXPECT_EQ(bad("get", R"({"id":"7"})").reason, reason::kIntegrationDisabled);
}

TEST_F(ActionRunnerTest, TellsUnknownThingsApart) {
  EXPECT_EQ(bad("nonsense", "{}").reason, reason::kActionUnknown);
  const auto other_project = run({"prj_2", "acc_1", "acme_get", R"({"id":"7"})"});
  ASSERT_FALSE(other_project);
  EXPECT_EQ(other_project.error().code, ErrorCode::kNotFound);
  const auto no_account = run({"prj_1", "acc_9", "acme_get", R"({"id":"7"})"});
  ASSERT_FALSE(no_account);
  EXPECT_EQ(no_account.error().message, other_project.error().message);
  hub.connector = nullptr;
  EXPECT_EQ(bad("get", R"({"id":"7"})").reason, reason::kConnectorMissing);
}

TEST_F(ActionRunnerTest, KnowsPermissionsThatWereNotGranted) {
  hub.change([&](store::Database& db) -> Result<> {
    PATCHBAY_TRY(db.execute("UPDATE accounts SET granted = ?, granted_known = 1 WHERE id = ?",
                            {R"({"granted":[],"denied":["people:read"]})", "acc_1"}));
    return {};
  });
  hub.provider.answer(404, "{}");
  const auto error = bad("get", R"({"id":"7"})");
  EXPECT_EQ(error.code, ErrorCode::kPermissionMissing);
  EXPECT_TRUE(error.missing_is_certain);
}

TEST_F(ActionRunnerTest, FindsActionsByTheirId) {
  EXPECT_EQ(runner.find_action("acme_get").action->path, "/v1/people/{id}");
  EXPECT_EQ(runner.find_action("acme_nonsense").action, nullptr);
  EXPECT_EQ(runner.find_action("other_get").action, nullptr);
  EXPECT_EQ(runner.find_action("acme").action, nullptr);
}

}  // namespace
}  // namespace patchbay::actions
