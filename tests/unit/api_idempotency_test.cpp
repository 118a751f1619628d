// Requests with an Idempotency-Key are carried out once.
#include "api/idempotency.h"
#include "api_test_support.h"

namespace patchbay::api {
namespace {

using test::ApiTest;
using test::parsed;

constexpr const char* kList = R"({"action":"acme_list"})";
constexpr const char* kSession =
    R"({"origin_owner_id":"owner_7","origin_owner_name":"Seven","provider":"acme"})";

struct IdempotencyTest : ApiTest {
  net::Response post(const std::string& path, const std::string& body, const std::string& once,
                     const std::string& account = "acc_1") {
    return call("POST", path, body,
                {{"Idempotency-Key", once}, {"x-account-id", account}, {"Authorization", as}});
  }
  net::Response list(const std::string& once) { return post("/actions/rpc", kList, once); }
  void use(const std::string& other_key) { as = "Bearer " + other_key; }
  std::int64_t rows(const std::string& table) {
    std::int64_t count = -1;
    hub.change([&](store::Database& db) -> Result<> {
      PATCHBAY_TRY_ASSIGN(const auto found, db.query("SELECT count(*) FROM " + table));
      count = found.at(0).integer(0);
      return {};
    });
    return count;
  }

  std::string as = "Bearer " + key;
};

void expect_refused(const net::Response& response, unsigned status, std::string_view code) {
  EXPECT_EQ(response.status, status) << response.body;
  EXPECT_EQ(parsed(response.body).root().get("code").string_or(""), code);
}

bool is_replayed(const net::Response& response) {
  return response.headers.get("Idempotency-Replayed").value_or("") == "true";
}

TEST_F(IdempotencyTest, TheSecondIsGivenTheFirstsAnswer) {
  hub.provider.answer(200, R"({"data":[{"id":1}]})");
  const auto first = list("k-1");
  const auto second = list("k-1");
  EXPECT_EQ(first.status, 200U) << first.body;
  EXPECT_FALSE(is_replayed(first));
  EXPECT_EQ(second.status, 200U);
  EXPECT_EQ(second.body, first.body);
  EXPECT_EQ(second.headers.get("Content-Type"), first.headers.get("Content-Type"));
  EXPECT_TRUE(is_replayed(second));
  EXPECT_TRUE(second.secret) << "wiped once it is written, whatever it holds";
  EXPECT_EQ(hub.provider.requests.size(), 1U);

  const auto made = post("/connect_sessions", kSession, "k-2");
  EXPECT_EQ(made.status, 201U) << made.body;
  EXPECT_EQ(post("/connect_sessions", kSession, "k-2").body, made.body);
  EXPECT_EQ(rows("connect_sessions"), 1);
}

TEST_F(IdempotencyTest, WithoutTheHeaderNothingIsRemembered) {
  hub.provider.answer(200, R"({"data":[]})");
  hub.provider.answer(200, R"({"data":[]})");
  for (int i = 0; i < 2; ++i)
    EXPECT_EQ(call("POST", "/actions/rpc", kList, {{"x-account-id", "acc_1"}}).status, 200U);
  EXPECT_EQ(call("GET", "/accounts", "", {{"Idempotency-Key", "k-1"}}).status, 200U);
  EXPECT_EQ(rows("idempotency_records"), 0);
}

TEST_F(IdempotencyTest, AKeyStandsForOneRequest) {
  hub.provider.answer(200, R"({"data":[]})");
  EXPECT_EQ(list("k-1").status, 200U);
  expect_refused(post("/actions/rpc", R"({"action":"acme_list","query":{"team":"a"}})", "k-1"), 422,
                 "idempotency_key_reused");
  expect_refused(post("/actions/rpc", kList, "k-1", "acc_2"), 422, "idempotency_key_reused");
  expect_refused(post("/connect_sessions", kSession, "k-1"), 422, "idempotency_key_reused");
  EXPECT_EQ(hub.provider.requests.size(), 1U);
  EXPECT_EQ(rows("connect_sessions"), 0);
}

TEST_F(IdempotencyTest, KeysBelongToAProjectNotToAnApiKey) {
  EXPECT_EQ(post("/connect_sessions", kSession, "k-1").status, 201U);
  use(make_key("prj_1", "accounts"));
  EXPECT_TRUE(is_replayed(post("/connect_sessions", kSession, "k-1")));
  use(make_key("prj_2", "accounts"));
  const auto theirs = post("/connect_sessions", kSession, "k-1");
  EXPECT_EQ(theirs.status, 201U) << theirs.body;
  EXPECT_FALSE(is_replayed(theirs));
  use(make_key("prj_1", "actions"));
  expect_refused(post("/connect_sessions", kSession, "k-1"), 403, "forbidden");
}

TEST_F(IdempotencyTest, WhatWasNotDoneMayBeTriedAgain) {
  hub.provider.answer(400, "{}");
  hub.provider.answer(200, R"({"data":[]})");
  EXPECT_EQ(list("k-1").status, 400U);
  EXPECT_EQ(list("k-1").status, 200U);
  EXPECT_TRUE(is_replayed(list("k-1")));

  audit.failure = make_error(ErrorCode::kStorage, "the disk is full");
  hub.provider.answer(200, R"({"data":[]})");
  expect_refused(list("k-2"), 503, "audit_unavailable");
  audit.failure.reset();
  EXPECT_EQ(list("k-2").status, 200U);
}

// The rule of idempotency.h, over each status that an action can end with.
TEST_F(IdempotencyTest, WhetherTheProviderDidItDecidesWhetherItIsAskedAgain) {
  struct Told {
    unsigned provider;
    unsigned hub;
    bool undone;
  };
  constexpr Told kTold[] = {
      {400, 400, true},  {403, 403, true},  {404, 404, true},  {405, 400, true}, {409, 409, true},
      {410, 404, true},  {412, 409, true},  {422, 400, true},  {424, 400, true}, {429, 429, true},
      {500, 502, false}, {502, 502, false}, {503, 502, false}, {504, 502, false}};
  for (const auto& [provider, status, undone] : kTold) {
    SCOPED_TRACE(provider);
    hub.provider.replies.clear();
    hub.provider.requests.clear();
    const auto once = "k-" + std::to_string(provider);
    for (int i = 0; i < 8; ++i) hub.provider.answer(provider, "{}");
    EXPECT_EQ(list(once).status, status);
    const auto sent = hub.provider.requests.size();
    hub.provider.replies.clear();
    hub.provider.answer(200, R"({"data":[]})");
    const auto again = list(once);
    EXPECT_EQ(again.status, undone ? 200U : status) << again.body;
    EXPECT_EQ(is_replayed(again), !undone);
    EXPECT_EQ(hub.provider.requests.size(), sent + (undone ? 1 : 0));
  }
}

TEST_F(IdempotencyTest, AnErrorBehindSomethingThatWasChangedIsRepeated) {
  IdempotencyKeys keys(*hub.services);
  net::Request request;
  request.method = "POST";
  request.target = "/actions/rpc";
  request.headers.set("Idempotency-Key", "k-1");
  Caller caller;
  caller.project_id = "prj_1";
  actions::ActionError failed(ErrorCode::kConflict, actions::reason::kProviderConflict, "Half.");
  for (const bool may_be_done : {false, true}) {
    failed.may_be_done = may_be_done;
    const auto answer = stackone_error(api_error(failed), request, 0);
    EXPECT_EQ(parsed(answer.body).root().get("may_be_done").exists(), may_be_done);
    auto claimed = hub.loops.block_on(keys.claim(request, caller));
    ASSERT_TRUE(std::holds_alternative<IdempotencyKeys::Claim>(claimed)) << may_be_done;
    hub.loops.block_on(keys.settle(std::get<IdempotencyKeys::Claim>(std::move(claimed)), answer));
  }
  const auto again = hub.loops.block_on(keys.claim(request, caller));
  ASSERT_TRUE(std::holds_alternative<net::Response>(again));
  EXPECT_EQ(std::get<net::Response>(again).status, 409U);
}

TEST_F(IdempotencyTest, WhatMayHaveBeenDoneIsNotDoneAgain) {
  hub.provider.answer(500, "{}");
  const auto first = list("k-1");
  EXPECT_EQ(first.status, 502U) << first.body;
  EXPECT_EQ(list("k-1").body, first.body);
  EXPECT_EQ(hub.provider.requests.size(), 1U);

  // The provider did it; its answer was more than is read.
  hub.provider.answer(200, std::string(std::size_t{9} << 20U, ' '));
  EXPECT_EQ(list("k-2").status, 413U);
  EXPECT_TRUE(is_replayed(list("k-2")));
  // Sent, and cancelled before an answer came.
  auto& cancelled = hub.provider.answer(0, "");
  cancelled.error = net::NetError::kCancelled;
  cancelled.message = "The request was cancelled.";
  expect_refused(list("k-3"), 503, "cancelled");
  EXPECT_TRUE(is_replayed(list("k-3")));
  EXPECT_EQ(hub.provider.requests.size(), 3U);
}

TEST_F(IdempotencyTest, AFirstRequestThatIsUnderWayOrWasInterruptedIsSaidToBe) {
  IdempotencyKeys keys(*hub.services);
  net::Request request;
  request.method = "POST";
  request.target = "/actions/rpc";
  request.headers.set("Idempotency-Key", "k-1");
  request.headers.set("x-account-id", "acc_1");
  request.body = SecretString(kList);
  Caller caller;
  caller.project_id = "prj_1";
  const auto claimed = hub.loops.block_on(keys.claim(request, caller));
  ASSERT_TRUE(std::holds_alternative<IdempotencyKeys::Claim>(claimed));
  const auto meanwhile = list("k-1");
  expect_refused(meanwhile, 409, "idempotency_under_way");
  EXPECT_EQ(meanwhile.headers.get("Retry-After"), "1");
  hub.clock.advance_ms(5LL * 60'000);
  expect_refused(list("k-1"), 409, "idempotency_outcome_unknown");
  EXPECT_TRUE(hub.provider.requests.empty());
  hub.clock.advance_ms(kIdempotencyKeptMs);
  hub.provider.answer(200, R"({"data":[]})");
  EXPECT_EQ(list("k-1").status, 200U) << "a day later the key is free again";
}

TEST_F(IdempotencyTest, AnAnswerThatIsTooLargeIsNotKeptButSaidToHaveBeenGiven) {
  hub.provider.answer(200, R"({"data":[{"name":")" + std::string(70'000, 'x') + R"("}]})");
  EXPECT_EQ(list("k-1").status, 200U);
  expect_refused(list("k-1"), 409, "idempotency_answer_not_kept");
  EXPECT_EQ(hub.provider.requests.size(), 1U);
}

TEST_F(IdempotencyTest, ASecretIsRepeatedAndLiesInTheStoreSealedAlone) {
  use(make_key("prj_1", "admin"));
  const auto made = post("/api_keys", R"({"name":"app"})", "k-1");
  ASSERT_EQ(made.status, 201U) << made.body;
  const auto secret = parsed(made.body).root().get("key").string_or("");
  EXPECT_EQ(
      parsed(post("/api_keys", R"({"name":"app"})", "k-1").body).root().get("key").string_or(""),
      secret);
  hub.change([&](store::Database& db) -> Result<> {
    PATCHBAY_TRY_ASSIGN(const auto all, db.query("SELECT id, sealed FROM idempotency_records"));
    EXPECT_EQ(all.size(), 1U);
    EXPECT_EQ(all.at(0).text(1).find(secret.substr(30)), std::string::npos);
    EXPECT_EQ(all.at(0).text(0).find("k-1"), std::string::npos);
    return {};
  });
}

TEST_F(IdempotencyTest, AnAnswerThatWasAlteredInTheStoreIsNotGiven) {
  EXPECT_EQ(post("/connect_sessions", kSession, "k-1").status, 201U);
  EXPECT_EQ(post("/connect_sessions", kSession, "k-2").status, 201U);
  hub.change([&](store::Database& db) -> Result<> {
    PATCHBAY_TRY(
        db.execute("UPDATE idempotency_records SET sealed = (SELECT max(sealed) FROM "
                   "idempotency_records)"));
    return {};
  });
  const auto one = post("/connect_sessions", kSession, "k-1");
  const auto other = post("/connect_sessions", kSession, "k-2");
  EXPECT_EQ((one.status == 503) + (other.status == 503), 1) << one.body << other.body;
}

TEST_F(IdempotencyTest, KeysThatAreNoneAreRefused) {
  for (const auto& wrong :
       {std::string(), std::string(256, 'k'), std::string("k 1"), std::string("k\xc3\xa4")})
    expect_refused(list(wrong), 400, "invalid_argument");
  EXPECT_TRUE(hub.provider.requests.empty());
  EXPECT_EQ(rows("idempotency_records"), 0);
}

}  // namespace
}  // namespace patchbay::api
