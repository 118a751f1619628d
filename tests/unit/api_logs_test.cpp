// The log of requests: what is written, what is left out, how it is found.
#include "api/redaction.h"
#include "api_test_support.h"
#include "base/iso_time.h"

namespace patchbay::api {
namespace {

using test::ApiTest;
using test::parsed;

constexpr const char* kList = R"({"action":"acme_list","query":{"team":"alpha"}})";

struct LogsTest : ApiTest {
  LogsTest() { key = make_key("prj_1", "actions admin"); }

  void run(unsigned status, const std::string& answer = R"({"data":[{"id":1}]})") {
    hub.provider.answer(status, answer);
    call("POST", "/actions/rpc", kList, {{"x-account-id", "acc_1"}});
    hub.clock.advance_ms(1'000);
  }
  static LoggedRequest some_request() {
    LoggedRequest request;
    request.row.project_id = "prj_1";
    request.row.source = "api";
    request.row.status = 200;
    return request;
  }
  json::Document rows(const std::string& query = "") {
    const auto response = call("GET", "/requests/logs" + query);
    EXPECT_EQ(response.status, 200U) << response.body;
    return parsed(response.body);
  }
  std::size_t count(const std::string& query) { return rows(query).root().get("data").size(); }
};

TEST_F(LogsTest, ARequestAndItsStepsAreFound) {
  hub.provider.answer(401, "{}");
  run(200);
  const auto all = rows("?include=step_logs");
  ASSERT_EQ(all.root().get("data").size(), 1U);
  const auto row = all.root().get("data").at(0);
  const std::vector<std::pair<std::string_view, std::string_view>> texts = {
      {"request_id", "req-1"},        {"account_id", "acc_1"}, {"provider", "acme"},
      {"action", "acme_list"},        {"http_method", "POST"}, {"path", "/actions/rpc"},
      {"origin_owner_id", "owner_1"}, {"source_type", "api"},  {"source_ip", "127.0.0.1"}};
  for (const auto& [name, value] : texts) EXPECT_EQ(row.get(name).string_or(""), value) << name;
  EXPECT_EQ(row.get("status").integer_or(0), 200);
  EXPECT_TRUE(row.get("success").bool_or(false));
  const auto steps = row.get("step_requests");
  ASSERT_EQ(steps.size(), 2U) << "the token was refused once";
  EXPECT_EQ(steps.at(0).get("status").integer_or(0), 401);
  EXPECT_EQ(steps.at(1).get("status").integer_or(0), 200);
  EXPECT_EQ(steps.at(1).get("url").string_or(""), "https://api.acme.example/v1/people")
      << "without its query";
  EXPECT_FALSE(rows().root().get("data").at(0).get("step_requests").exists());

  const auto one = parsed(call("GET", "/requests/logs/req-1").body);
  EXPECT_EQ(one.root().get("data").get("id").string_or(""), row.get("id").string_or("-"));
  EXPECT_TRUE(one.root().get("data").get("request").get("body").is_null()) << "off by default";
  EXPECT_EQ(call("GET", "/requests/logs/log_none").status, 404U);
  const auto alone = parsed(call("GET", "/requests/logs/steps?status_codes=401").body);
  EXPECT_EQ(alone.root().get("data").size(), 1U);
}

TEST_F(LogsTest, WhatNeverReachedTheProviderIsThereWithoutSteps) {
  call("POST", "/actions/rpc", R"({"action":"acme_list"})", {{"x-account-id", "acc_none"}});
  const auto all = rows("?include=step_logs");
  const auto row = all.root().get("data").at(0);
  EXPECT_EQ(row.get("status").integer_or(0), 404);
  EXPECT_EQ(row.get("error").string_or(""), "not_found");
  EXPECT_TRUE(row.get("provider").is_null());
  EXPECT_EQ(row.get("step_requests").size(), 0U);
}

TEST_F(LogsTest, FiltersChoose) {
  run(200);
  run(500, "{}");
  run(200);
  EXPECT_EQ(count(""), 3U);
  EXPECT_EQ(count("?success=true"), 2U);
  EXPECT_EQ(count("?success=false&status_codes=502,503"), 1U);
  EXPECT_EQ(count("?account_ids=acc_1,acc_2&providers=acme&actions=acme_list"), 3U);
  EXPECT_EQ(count("?account_ids=acc_2"), 0U);
  EXPECT_EQ(count("?providers=other"), 0U);
  EXPECT_EQ(count("?request_ids=req-1"), 3U);
  EXPECT_EQ(count("?source_types=api&http_methods=POST"), 3U);
  EXPECT_EQ(count("?source_types=mcp"), 0U);
  EXPECT_EQ(count("?http_methods=GET"), 0U);
  EXPECT_EQ(count("?start_date=2025-06-15T15:06:41Z"), 2U);
  EXPECT_EQ(count("?end_date=2025-06-15T17:06:41%2B02:00"), 1U);
  EXPECT_EQ(count("?start_date=2025-06-16"), 0U);
  EXPECT_EQ(rows("?order_by=status&order_direction=asc")
                .root()
                .get("data")
                .at(2)
                .get("status")
                .integer_or(0),
            502);
  EXPECT_EQ(count("?unknown=1"), 3U);
  for (const auto* wrong :
       {"?success=maybe", "?start_date=yesterday", "?order_by=color", "?order_direction=up",
        "?page_size=0", "?next=x", "?status_codes=abc", "?end_date=2025-02-30"})
    EXPECT_EQ(call("GET", std::string("/requests/logs") + wrong).status, 400U) << wrong;
}

TEST_F(LogsTest, PagesAreNotMovedByWhatComesIn) {
  for (int i = 0; i < 3; ++i) run(200);
  const auto first = rows("?page_size=2");
  const auto next = first.root().get("next").string_or("");
  ASSERT_NE(next, "");
  run(200);
  const auto second = rows("?page_size=2&next=" + next);
  EXPECT_EQ(second.root().get("data").size(), 1U);
  EXPECT_TRUE(second.root().get("next").is_null());
  EXPECT_EQ(second.root().get("data").at(0).get("event_datetime").string_or(""),
            "2025-06-15T15:06:40.000Z")
      << "the oldest";
}

TEST_F(LogsTest, OthersAreNotShownAndTheScopeIsAsked) {
  run(200);
  key = make_key("prj_2", "admin");
  EXPECT_EQ(count(""), 0U);
  EXPECT_EQ(call("GET", "/requests/logs/req-1").status, 404U);
  key = make_key("prj_1", "actions accounts tokens");
  EXPECT_EQ(call("GET", "/requests/logs").status, 403U);
}

TEST_F(LogsTest, RowsWaitWhileTheDiskIsFull) {
  const auto set_most_pages = [this](const char* pages) {
    hub.change([pages](store::Database& db) -> Result<> {
      PATCHBAY_TRY(db.query("PRAGMA max_page_count = " + std::string(pages)));
      return {};
    });
  };
  LoggedRequest request = some_request();
  request.row.path = std::string(100'000, 'p');
  set_most_pages("1");  // no more than there are
  api->logs().record(std::move(request));
  for (int tries = 0; tries < 2; ++tries) hub.loops.block_on(api->logs().flush());
  EXPECT_EQ(count(""), 0U);
  set_most_pages("1000000");
  EXPECT_EQ(count(""), 1U);
}

TEST_F(LogsTest, WhatDoesNotFitIsLostAndSaid) {
  for (std::size_t i = 0; i < RequestLogs::kMostWaiting + 1; ++i)
    api->logs().record(some_request());
  EXPECT_EQ(count("?page_size=100"), 100U);
  hub.change([](store::Database& db) -> Result<> {
    PATCHBAY_TRY_ASSIGN(const auto all, db.query("SELECT count(*) FROM request_logs"));
    EXPECT_EQ(all.at(0).integer(0), static_cast<std::int64_t>(RequestLogs::kMostWaiting));
    return {};
  });
}

struct LoggedBodies : LogsTest {
  // A second API on the same hub, which keeps bodies.
  explicit LoggedBodies(LogBodies bodies = LogBodies::kAll) {
    router = net::Router();
    options.log_bodies = bodies;
    keeping.emplace(options);
    keeping->add_routes(router);
  }
  api::Options options{.hub_url = [] { return std::string("https://hub.example"); },
                       .accounts = *service,
                       .services = *hub.services,
                       .keeper = keeper,
                       .audit = audit,
                       .tokens = &hub.tokens,
                       .runner = hub.runner_options()};
  std::optional<Api> keeping;
};
struct LoggedErrors : LoggedBodies {
  LoggedErrors() : LoggedBodies(LogBodies::kErrors) {}
};

TEST_F(LoggedBodies, AreKeptSealedWithoutSecrets) {
  run(200, R"({"data":[{"id":1,"iban":"DE00123","echo":"token-1"}]})");
  const auto one = parsed(call("GET", "/requests/logs/req-1").body);
  const auto data = one.root().get("data");
  EXPECT_EQ(data.get("request").get("body").get("team").string_or(""), "alpha");
  EXPECT_EQ(data.get("response").get("body").at(0).get("id").integer_or(0), 1);
  EXPECT_EQ(data.get("response").get("body").at(0).get("iban").string_or(""), kRedacted);
  const auto step = data.get("step_bodies").at(0).get("response").dump();
  EXPECT_EQ(step.find("DE00123"), std::string::npos) << step;
  EXPECT_EQ(step.find("token-1"), std::string::npos) << step;
  hub.change([](store::Database& db) -> Result<> {
    PATCHBAY_TRY_ASSIGN(const auto all, db.query("SELECT sealed FROM logged_bodies"));
    EXPECT_EQ(all.size(), 1U);
    EXPECT_EQ(all.at(0).text(0).find("alpha"), std::string::npos);
    return {};
  });
}

TEST_F(LoggedErrors, AreKeptForFailuresAlone) {
  run(200);
  run(400, R"({"message":"no"})");
  hub.change([](store::Database& db) -> Result<> {
    PATCHBAY_TRY_ASSIGN(const auto all, db.query("SELECT id FROM logged_bodies"));
    EXPECT_EQ(all.size(), 0U) << "not written yet";
    return {};
  });
  const auto failed = rows("?success=false").root().get("data").at(0).get("id").string_or("");
  const auto one = parsed(call("GET", "/requests/logs/" + failed).body);
  EXPECT_EQ(
      one.root().get("data").get("step_bodies").at(0).get("response").get("message").string_or(""),
      "no");
  const auto fine = rows("?success=true").root().get("data").at(0).get("id").string_or("");
  EXPECT_TRUE(parsed(call("GET", "/requests/logs/" + fine).body)
                  .root()
                  .get("data")
                  .get("step_bodies")
                  .is_null());
}

TEST(Redaction, GoesByNamesInEveryStyle) {
  for (const auto* name : {"password", "clientSecret", "client_secret", "X-API-Key", "IBAN", "bic",
                           "bankAccountNumber", "tax-id", "Steuernummer", "access_token", "salary"})
    EXPECT_TRUE(is_redacted_name(name)) << name;
  for (const auto* name : {"name", "public", "cubic", "spinning", "status", "team", "date"})
    EXPECT_FALSE(is_redacted_name(name)) << name;
}

TEST(Redaction, ReachesEveryDepthAndTakesNothingElse) {
  EXPECT_EQ(redacted_json(R"({"a":[{"token":{"x":1}},2],"secret":null,"b":"c"})", 1'000),
            R"({"a":[{"token":"[redacted]"},2],"secret":null,"b":"c"})");
  EXPECT_EQ(redacted_json("no json", 1'000), "null");
  EXPECT_EQ(redacted_json("", 1'000), "null");
  EXPECT_EQ(redacted_json(R"({"a":"bcdefgh"})", 5), "null");
}

TEST(IsoTimeReader, TakesWhatClientsSendAndNothingElse) {
  EXPECT_EQ(parse_iso_time("2025-06-15T15:06:40.123Z"), 1'750'000'000'123);
  EXPECT_EQ(parse_iso_time("2025-06-15T15:06:40.1234567Z"), 1'750'000'000'123);
  EXPECT_EQ(parse_iso_time("2025-06-15T17:06:40+02:00"), 1'750'000'000'000);
  EXPECT_EQ(parse_iso_time("2025-06-15T10:36:40-04:30"), 1'750'000'000'000);
  EXPECT_EQ(parse_iso_time("1970-01-02"), 86'400'000);
  for (const auto* wrong :
       {"", "2025", "2025-6-15", "2025-02-29", "2025-06-15T", "2025-06-15T15:06:40",
        "2025-06-15T25:06:40Z", "2025-06-15T15:06:40.Z", "2025-06-15T15:06:40Zx", "-025-06-15",
        "2025-06-15 15:06:40Z", "2025-06-15T15:06:40+0200", "+2025-06-15"})
    EXPECT_FALSE(parse_iso_time(wrong)) << wrong;
}

}  // namespace
}  // namespace patchbay::api
