// What every route answers alike, tried on each of them: a key without the scope, a body that is
// too large, and idempotency keys that are malformed, reused or still at work. The routes come from
// the API's description, so a new one is tried, too.
#include "two_tenants.h"

namespace patchbay::api {
namespace {

bool describes(const Operation& operation, std::string_view status) {
  return operation.value.get("responses").get(status).exists();
}

bool takes(const Operation& operation, std::string_view header) {
  for (const auto& parameter : operation.parameters)
    if (parameter.get("name").string_or("") == header) return true;
  return false;
}

struct ApiEachRoute : testing::Test {
  net::Response ask(const Operation& operation, const std::function<void(net::Request&)>& change) {
    return tenants.ask(operation, nullptr, test::Examples::kAll, change);
  }
  net::Response ask_once(const Operation& operation, const std::string& idempotency_key,
                         const std::string& more = {}) {
    return ask(operation, [&](net::Request& request) {
      request.headers.set(kIdempotencyHeader, idempotency_key);
      request.body.append(more);
    });
  }
  static std::string code_of(const net::Response& response) {
    const auto body = json::Document::parse(response.body);
    return body ? body->root().get("code").string_or("") : std::string();
  }
  void let_all_be_under_way() {
    tenants.hub().change(
        [](store::Database& db) { return db.query("UPDATE idempotency_records SET state = 0"); });
  }

  TwoTenants tenants;
};

// A route takes a key for one of its scopes: it lets somebody in, and not everybody.
TEST_F(ApiEachRoute, RefusesAKeyWithoutItsScope) {
  for (const auto& operation : ApiDescription::built().operations()) {
    if (!describes(operation, "403") || operation.method == "OPTIONS") continue;
    SCOPED_TRACE(operation.method + " " + operation.path);
    std::size_t refused = 0;
    for (const auto scope : kAllScopes) {
      const auto answer = ask(operation, [&](net::Request& request) {
        request.headers.set("Authorization",
                            "Bearer " + tenants.make_key(kOwn, std::string(to_string(scope))));
      });
      refused += answer.status == 403 ? 1 : 0;
    }
    EXPECT_GT(refused, 0U);
    EXPECT_LT(refused, kAllScopes.size());
  }
}

TEST_F(ApiEachRoute, RefusesABodyThatIsTooLarge) {
  std::string body = R"({"filler":")";
  body.append(std::size_t{45} << 20U, 'x').append("\"}");
  for (const auto& operation : ApiDescription::built().operations()) {
    if (!describes(operation, "413")) continue;
    SCOPED_TRACE(operation.method + " " + operation.path);
    const auto answer =
        ask(operation, [&](net::Request& request) { request.body = SecretString(body); });
    EXPECT_EQ(answer.status, 413U) << answer.body.substr(0, 500);
  }
}

TEST_F(ApiEachRoute, HoldsToTheRulesOfIdempotencyKeys) {
  int tried = 0;
  for (const auto& operation : ApiDescription::built().operations()) {
    if (!takes(operation, kIdempotencyHeader)) continue;
    SCOPED_TRACE(operation.method + " " + operation.path);
    const std::string key = "key-" + std::to_string(++tried);
    EXPECT_EQ(ask_once(operation, std::string(256, 'k')).status, 400U);
    const auto first = ask_once(operation, key);
    ASSERT_EQ(first.status / 100, 2U) << first.body;
    const auto again = ask_once(operation, key);
    EXPECT_EQ(again.status, first.status);
    EXPECT_EQ(again.body, first.body);
    const auto other = ask_once(operation, key, " ");
    EXPECT_EQ(other.status, 422U);
    EXPECT_EQ(code_of(other), "idempotency_key_reused");
    let_all_be_under_way();
    const auto early = ask_once(operation, key);
    EXPECT_EQ(early.status, 409U);
    EXPECT_EQ(code_of(early), "idempotency_under_way");
  }
  EXPECT_GT(tried, 10);
}

const Operation& operation_of(std::string_view method, std::string_view path) {
  const auto* operation = ApiDescription::built().find(method, path);
  if (operation == nullptr) throw std::runtime_error("no such operation: " + std::string(path));
  return *operation;
}

struct Told {
  ErrorCode code;
  unsigned status;
};

// Why there is no token decides what callers are told, wherever they need one.
TEST_F(ApiEachRoute, TellsWhyThereIsNoToken) {
  constexpr Told kTold[] = {{ErrorCode::kRateLimited, 429},        {ErrorCode::kTimeout, 504},
                            {ErrorCode::kUnavailable, 502},        {ErrorCode::kConfiguration, 409},
                            {ErrorCode::kInvalidCredentials, 422}, {ErrorCode::kRevoked, 422}};
  for (const auto* path : {"/accounts/{id}/access_token", "/actions/rpc", "/unified/proxy"}) {
    const auto& operation =
        operation_of(std::string_view(path).ends_with("_token") ? "GET" : "POST", path);
    for (const auto& [code, status] : kTold) {
      SCOPED_TRACE(std::string(path) + " " + std::string(to_string(code)));
      tenants.hub().tokens.failure = make_error(code, "Told in the test.");
      EXPECT_EQ(tenants.ask(operation).status, status);
    }
  }
}

TEST_F(ApiEachRoute, TellsThatAnAccountIsSuspended) {
  for (const auto* path : {"/actions/rpc", "/unified/proxy"}) {
    const auto answer = ask(operation_of("POST", path), [&](net::Request& /*request*/) {
      tenants.hub().change([](store::Database& db) {
        return db.query(
            "UPDATE accounts SET status = 'inactive', reason_code = 'suspended' "
            "WHERE id = 'acc_example'");
      });
    });
    EXPECT_EQ(answer.status, 412U) << path << ": " << answer.body;
  }
}

// Status 401 and 403 would make the component believe its session is over.
TEST_F(ApiEachRoute, TellsTheComponentWhyItCannotConnect) {
  const std::pair<std::uint32_t, unsigned> kTold[] = {
      {PATCHBAY_FAIL_CREDENTIALS, 422},   {PATCHBAY_FAIL_PERMISSION, 422},
      {PATCHBAY_FAIL_RATE_LIMIT, 429},    {PATCHBAY_FAIL_TRANSIENT, 502},
      {PATCHBAY_FAIL_CONFIGURATION, 409}, {PATCHBAY_FAIL_PROTOCOL, 502}};
  for (const auto& operation :
       {operation_of("POST", "/hub/accounts"), operation_of("PATCH", "/hub/accounts/{id}")}) {
    for (const auto& [failure, status] : kTold) {
      SCOPED_TRACE(operation.method + " " + std::to_string(failure));
      tenants.connector().failure = failure;
      EXPECT_EQ(tenants.ask(operation).status, status);
    }
  }
}

TEST_F(ApiEachRoute, TellsTheComponentThatItsSessionIsUnknown) {
  for (const auto& operation : ApiDescription::built().operations()) {
    if (!test::needs_session(operation) || !describes(operation, "410")) continue;
    const auto answer = ask(operation, [](net::Request& request) {
      request.headers.set("x-hub-session-token", std::string(43, 'x'));
    });
    EXPECT_EQ(answer.status, 404U) << operation.method << " " << operation.path;
  }
}

TEST_F(ApiEachRoute, TellsTheComponentThatItsSessionIsOver) {
  int tried = 0;
  for (const auto& operation : ApiDescription::built().operations()) {
    if (!test::needs_session(operation) || !describes(operation, "410")) continue;
    SCOPED_TRACE(operation.method + " " + operation.path);
    const auto answer = ask(operation, [&](net::Request& /*request*/) {
      tenants.hub().change([](store::Database& db) {
        return db.query("UPDATE connect_sessions SET expires = 2 WHERE project_id = 'prj_2'");
      });
    });
    EXPECT_EQ(answer.status, 410U) << answer.body;
    ++tried;
  }
  EXPECT_GT(tried, 5);
}

}  // namespace
}  // namespace patchbay::api
