// Lists that come whole, as lines.
#include "api/record_stream.h"
#include "api_test_support.h"
#include "store/api_keys_table.h"

namespace patchbay::api {
namespace {

struct RecordStreamTest : test::ApiTest {
  RecordStreamTest() : ApiTest("[" + list_action() + "," + get_action() + "]") {}

  static std::string get_action() {
    return test::action(
        "get", R"({"type":"object"})",
        R"("token":"main","request":{"method":"GET","host":"api.acme.example","path":"/v1/person"})",
        R"({"read_only":true})");
  }

  void begin(const std::string& body, const HeaderList& headers = {}) {
    request = net::Request();
    request.method = "POST";
    request.target = "/actions/rpc";
    request.id = "req-1";
    EXPECT_TRUE(net::decode_target(request.target, request));
    for (const auto& [name, value] :
         HeaderList{{"Authorization", "Bearer " + key},
                    {"Accept", "application/json;q=0.5, application/x-ndjson"},
                    {"Content-Type", "application/json"},
                    {"x-account-id", "acc_1"}})
      request.headers.set(name, value);
    for (const auto& [name, value] : headers) request.headers.set(name, value);
    request.body = SecretString(body);
    response = hub.loops.block_on(router.dispatch(request));
    if (!response.parts) test::expect_described("POST", request.target, response, body);
  }
  std::string part() {
    auto next = hub.loops.block_on(response.parts());
    EXPECT_TRUE(next);
    return next.value_or("");
  }
  std::string rest() {
    std::string lines;
    while (const auto next = hub.loops.block_on(response.parts())) lines += *next;
    net::Response whole = net::json(lines);
    whole.with("Content-Type", "application/x-ndjson");
    test::expect_described("POST", "/actions/rpc", whole);
    return lines;
  }
  void page(const std::string& records, int next = 0) {
    const std::string link = next == 0 ? ""
                                       : R"(,"next":"https://api.acme.example/v1/people?c=)" +
                                             std::to_string(next) + "\"";
    hub.provider.answer(200, R"({"data":[)" + records + "]" + link + "}");
  }
  // The `next` of a page line.
  static std::string next_in(const std::string& lines) {
    const auto line = lines.substr(lines.rfind('\n', lines.size() - 2) + 1);
    return test::parsed(line).root().pointer("/page/next").string_or("");
  }

  net::Request request;
  net::Response response;
};

constexpr const char* kList = R"({"action":"acme_list"})";

TEST_F(RecordStreamTest, BringsTheWholeListALineARecord) {
  page(R"({"id":1},{"id":2})", 2);
  begin(kList);
  EXPECT_EQ(response.status, 200U);
  EXPECT_EQ(response.headers.get("Content-Type"), "application/x-ndjson");
  const auto first = part();
  EXPECT_TRUE(first.starts_with("{\"record\":{\"id\":1}}\n{\"record\":{\"id\":2}}\n{\"page\":"));
  page(R"({"id":3})");
  EXPECT_EQ(rest(), "{\"record\":{\"id\":3}}\n{\"end\":{\"complete\":true,\"records\":3}}\n");
}

TEST_F(RecordStreamTest, AsksForAPageOnlyWhenTheOneBeforeWasTaken) {
  page(R"({"id":1})", 2);
  begin(kList);
  EXPECT_EQ(hub.provider.requests.size(), 1U);
  part();
  EXPECT_EQ(hub.provider.requests.size(), 1U);
  page(R"({"id":2})", 3);
  part();
  EXPECT_EQ(hub.provider.requests.size(), 2U);
}

TEST_F(RecordStreamTest, AsksForTheLargestPagesUnlessASizeIsNamed) {
  page("");
  begin(kList);
  EXPECT_EQ(hub.provider.requests.back().url, "https://api.acme.example/v1/people?limit=50");
  page("");
  begin(R"({"action":"acme_list","query":{"page_size":7}})");
  EXPECT_EQ(hub.provider.requests.back().url, "https://api.acme.example/v1/people?limit=7");
}

TEST_F(RecordStreamTest, SaysWhatWentWrongAndReadsOnFromThere) {
  page(R"({"id":1})", 2);
  begin(kList);
  const auto first = part();
  hub.provider.answer(500, R"({"message":"out of order"})");
  const auto end = rest();
  const auto document = test::parsed(end);
  const auto said = document.root().get("end");
  EXPECT_EQ(said.get("complete").as_bool(), false);
  EXPECT_EQ(said.get("records").as_integer(), 1);
  EXPECT_EQ(said.pointer("/error/statusCode").as_integer(), 502);
  EXPECT_EQ(said.get("next").string_or(""), next_in(first));

  page(R"({"id":2})");
  begin(R"({"action":"acme_list","query":{"next":")" + next_in(first) + "\"}}");
  EXPECT_EQ(hub.provider.requests.back().url, "https://api.acme.example/v1/people?c=2");
  EXPECT_EQ(rest(), "{\"record\":{\"id\":2}}\n{\"end\":{\"complete\":true,\"records\":1}}\n");
}

TEST_F(RecordStreamTest, AFirstPageThatFailsIsAnOrdinaryError) {
  hub.provider.answer(403, "{}");
  begin(kList);
  EXPECT_FALSE(response.parts);
  EXPECT_EQ(response.status, 403U);
}

TEST_F(RecordStreamTest, EndsWhenTheKeyIsWithdrawn) {
  page(R"({"id":1})", 2);
  begin(kList);
  part();
  hub.change([this](store::Database& db) -> Result<> {
    PATCHBAY_TRY_ASSIGN(const auto keys, store::api_keys_table::list(db, "prj_1"));
    return store::api_keys_table::revoke(db, "prj_1", keys.at(0).id, hub.clock.unix_ms());
  });
  hub.clock.advance_ms(2'000);
  EXPECT_NE(rest().find("\"statusCode\":401"), std::string::npos);
  EXPECT_EQ(hub.provider.requests.size(), 1U);
}

TEST_F(RecordStreamTest, RecordsEachPageLikeACall) {
  page(R"({"id":1})", 2);
  begin(kList);
  part();
  page("");
  rest();
  std::size_t calls = 0;
  for (const auto& event : audit.events) calls += event.kind == "action.called" ? 1 : 0;
  EXPECT_EQ(calls, 2U);
}

TEST_F(RecordStreamTest, WaitsWhereTheProvidersLimitIsInTheWay) {
  std::vector<std::int64_t> slept;
  pacing::Pace pace(hub.clock, {.call_wait = std::chrono::milliseconds(0),
                                .sleep = [&](std::chrono::milliseconds time) -> Task<bool> {
                                  slept.push_back(time.count());
                                  hub.clock.advance_ms(time.count());
                                  co_return true;
                                }});
  hub.services->pace = &pace;
  page(R"({"id":1})", 2);
  begin(kList);
  part();
  for (int i = 3; i <= 4; ++i) {
    page(R"({"id":1})", i);
    part();
  }
  EXPECT_EQ(slept, std::vector<std::int64_t>{6'667}) << "two at once, then one in 6.7 s";
  hub.services->pace = nullptr;
}

TEST_F(RecordStreamTest, IsForListsAloneAndNotKeptForIdempotencyKeys) {
  begin(R"({"action":"acme_get"})");
  EXPECT_EQ(response.status, 400U);
  begin(kList, {{"Idempotency-Key", "once"}});
  EXPECT_EQ(response.status, 400U);
  EXPECT_TRUE(hub.provider.requests.empty());
}

TEST_F(RecordStreamTest, ComesOnlyToThoseWhoAskForIt) {
  page(R"({"id":1})");
  begin(kList, {{"Accept", "application/json, */*"}});
  EXPECT_FALSE(response.parts);
  EXPECT_EQ(response.headers.get("Content-Type"), "application/json");
}

}  // namespace
}  // namespace patchbay::api
