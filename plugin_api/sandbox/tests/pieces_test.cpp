#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "control.h"
#include "patchbay/sandbox/call_log.h"
#include "patchbay/sandbox/clock.h"
#include "patchbay/sandbox/error.h"
#include "patchbay/sandbox/fault.h"
#include "patchbay/sandbox/rate_limiter.h"
#include "patchbay/sandbox/router.h"
#include "patchbay/sandbox/state_folder.h"
#include "patchbay/sandbox/text.h"

namespace patchbay::sandbox {
namespace {

TEST(Text, DecodesFormsAndRefusesBrokenEscapes) {
  const auto form = parse_form("a=1+2&b=%C3%BC&a=&c");
  ASSERT_TRUE(form);
  EXPECT_EQ(form->find("a"), "1 2");
  EXPECT_EQ(form->find("b"), "ü");
  EXPECT_EQ(form->find("c"), "");
  EXPECT_EQ(form->find_all("a").size(), 2U);
  EXPECT_FALSE(parse_form("a=%2"));
  EXPECT_FALSE(parse_form("a=%zz"));
  EXPECT_EQ(encode_form({{"a b", "ü&="}}), "a%20b=%C3%BC%26%3D");
}

TEST(Text, Base64urlReadsWhatItWrites) {
  for (const std::string bytes : {"", "f", "fo", "foo", "foob", "\xff\xfe\xfd"}) {
    EXPECT_EQ(base64url_decode(base64url_encode(bytes)), bytes);
  }
  EXPECT_EQ(base64url_encode("foob"), "Zm9vYg");
  EXPECT_FALSE(base64url_decode("Zm9v+g"));
  EXPECT_FALSE(base64url_decode("Zm9vY"));
}

TEST(Text, ComparesSecretsByContent) {
  EXPECT_TRUE(equal_in_constant_time("abc", "abc"));
  EXPECT_FALSE(equal_in_constant_time("abc", "abd"));
  EXPECT_FALSE(equal_in_constant_time("abc", "ab"));
}

TEST(Time, ReadsAndWritesIsoTimes) {
  const auto time = parse_iso_utc("2024-02-29T23:59:58Z");
  ASSERT_TRUE(time);
  EXPECT_EQ(iso_utc(*time), "2024-02-29T23:59:58Z");
  EXPECT_EQ(parse_iso_utc("2024-03-01T01:59:58.000+02:00"), *time);
  EXPECT_EQ(iso_utc(-1000), "1969-12-31T23:59:59Z");
  for (const char* wrong : {"2023-02-29T00:00:00Z", "2024-02-28T24:00:00Z", "2024-02-28T00:00:00",
                            "2024-02-28", "2024-02-28T00:00:00Zx", "2024-02-28T00:00:00.Z", ""}) {
    EXPECT_FALSE(parse_iso_utc(wrong)) << wrong;
  }
}

TEST(ClockTest, StandsStillWhenFrozenAndStillMovesByHand) {
  Clock clock;
  clock.freeze();
  const std::int64_t before = clock.now_ms();
  clock.advance(std::chrono::seconds(90));
  EXPECT_EQ(clock.now_ms(), before + 90'000);
  clock.set(1000);
  EXPECT_EQ(clock.now_ms(), 1000);
  clock.thaw();
  EXPECT_GE(clock.now_ms(), 1000);
  EXPECT_LT(clock.now_ms(), 60'000);
}

TEST(RateLimit, WindowRefusesForThePenaltyAndThenStartsAnew) {
  WindowLimiter limiter;
  const WindowRule rule{.limit = 2, .window_ms = 60'000, .penalty_ms = 60'000};
  EXPECT_TRUE(limiter.allow(rule, "a", 0));
  EXPECT_TRUE(limiter.allow(rule, "a", 1));
  EXPECT_FALSE(limiter.allow(rule, "a", 2));
  EXPECT_TRUE(limiter.allow(rule, "b", 2)) << "another key has its own window";
  EXPECT_FALSE(limiter.allow(rule, "a", 60'001));
  EXPECT_TRUE(limiter.allow(rule, "a", 60'002));
}

TEST(RateLimit, PenaltyMayLetOneCallASecondPass) {
  WindowLimiter limiter;
  const WindowRule rule{
      .limit = 1, .window_ms = 60'000, .penalty_ms = 60'000, .penalty_per_second = 1};
  EXPECT_TRUE(limiter.allow(rule, "a", 0));
  EXPECT_FALSE(limiter.allow(rule, "a", 10));
  EXPECT_TRUE(limiter.allow(rule, "a", 1010));
  EXPECT_FALSE(limiter.allow(rule, "a", 1500));
  EXPECT_TRUE(limiter.allow(rule, "a", 2010));
}

TEST(RateLimit, BucketRefillsWithTime) {
  BucketLimiter limiter;
  const BucketRule rule{.replenish_per_second = 2, .burst_capacity = 3};
  EXPECT_EQ(limiter.take(rule, "a", 0).remaining, 2);
  EXPECT_EQ(limiter.take(rule, "a", 0).remaining, 1);
  EXPECT_EQ(limiter.take(rule, "a", 0).remaining, 0);
  EXPECT_FALSE(limiter.take(rule, "a", 499).allowed);
  EXPECT_TRUE(limiter.take(rule, "a", 500).allowed);
  EXPECT_EQ(limiter.take(rule, "a", 1'000'000'000'000).remaining, 2) << "never over the burst";
}

TEST(RouterTest, PrefersLiteralSegmentsAndDecodesParameters) {
  Router router;
  const Handler handler = [](const Request&) { return Response::empty(200); };
  router.add("GET", "/a/{id}", handler);
  router.add("GET", "/a/me", handler);
  EXPECT_EQ(router.match("GET", "/a/me").route, "GET /a/me");
  EXPECT_EQ(router.match("GET", "/a/x%20y").params.find("id"), "x y");
  EXPECT_EQ(router.match("GET", "/a/").handler, nullptr);
  EXPECT_EQ(router.match("GET", "/a/1/2").handler, nullptr);
  EXPECT_EQ(router.match("PUT", "/a/1").other_methods, std::vector<std::string>{"GET"});
  EXPECT_THROW(router.add("GET", "/a/me", handler), SandboxError);
}

TEST(FaultBoardTest, CountsCallsDownAndLetsTheFirstOnesPass) {
  FaultBoard board;
  board.add({.kind = FaultKind::html, .route = "GET /a", .times = 2, .after = 1});
  EXPECT_FALSE(board.take("GET /a"));
  EXPECT_FALSE(board.take("GET /b"));
  EXPECT_TRUE(board.take("GET /a"));
  EXPECT_TRUE(board.take("GET /a"));
  EXPECT_FALSE(board.take("GET /a"));
  board.add({.kind = FaultKind::html, .times = 0});
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(board.take("GET /b"));
  board.clear();
  EXPECT_FALSE(board.take("GET /b"));
}

TEST(FaultJson, RefusesUnknownMembersAndValues) {
  std::string error;
  EXPECT_TRUE(fault_from_json({{"kind", "delay"}, {"delay_ms", 5}}, error));
  EXPECT_FALSE(fault_from_json({{"kind", "delay"}, {"delay", 5}}, error));
  EXPECT_EQ(error, "unknown member: delay");
  EXPECT_FALSE(fault_from_json({{"kind", "explode"}}, error));
  EXPECT_FALSE(fault_from_json({{"kind", "status"}, {"status", 42}}, error));
  EXPECT_FALSE(fault_from_json({{"kind", "status"}, {"content_type", "a\r\nB: c"}}, error));
}

TEST(CallLogTest, MasksSecretsWhereverTheyStand) {
  Request request;
  request.method = "POST";
  request.route = "POST /t";
  request.path = "/t";
  request.query = {{"access_token", "S1"}, {"page", "2"}};
  request.headers = {{"Authorization", "Bearer S2"},
                     {"Content-Type", "application/x-www-form-urlencoded"}};
  request.body = "client_id=S3&client_secret=S4&grant_type=x";
  const auto looks_secret = [](std::string_view value) { return value == "S3"; };
  const CallLog::Record record = masked_record(request, looks_secret);
  EXPECT_EQ(record.target, "/t?access_token=%2A%2A%2A&page=2");
  EXPECT_EQ(record.headers.find("authorization"), "***");
  EXPECT_EQ(record.body, "client_id=%2A%2A%2A&client_secret=%2A%2A%2A&grant_type=x");

  request.body = R"({"a":[{"password":{"deep":"S5"}}],"b":"S3","c":1})";
  EXPECT_EQ(masked_record(request, looks_secret).body,
            R"({"a":[{"password":"***"}],"b":"***","c":1})");
  request.headers = {};
  request.body = "no known form S3";
  EXPECT_EQ(masked_record(request, looks_secret).body, "<16 bytes>");
}

TEST(CallLogTest, KeepsTheLastRecordsAndCountsAll) {
  CallLog log(nullptr, 2);
  Request request;
  request.route = "GET /a";
  for (int i = 0; i < 3; ++i) log.answered(log.arrived(request, i, ""), 200 + i);
  EXPECT_EQ(log.count("GET /a"), 3U);
  const auto last = log.last(10);
  ASSERT_EQ(last.size(), 2U);
  EXPECT_EQ(last[0].status, 201);
  EXPECT_EQ(last[1].status, 202);
  EXPECT_TRUE(log.wait_for("GET /a", 3, std::chrono::seconds(0)));
  EXPECT_FALSE(log.wait_for("GET /a", 4, std::chrono::milliseconds(1)));
}

TEST(ControlHost, AcceptsLoopbackNamesOnly) {
  for (const char* good : {"127.0.0.1:8443", "localhost", "LOCALHOST:1", "[::1]:8443"}) {
    EXPECT_TRUE(is_loopback_host(good)) << good;
  }
  for (const char* bad : {"", "evil.example", "localhost.evil.example:8443", "127.0.0.1.evil",
                          "api.echo.example", "[::2]"}) {
    EXPECT_FALSE(is_loopback_host(bad)) << bad;
  }
}

TEST(StateFolderTest, IsPrivateAndHeldByOneAtATime) {
  const StateFolder outer({});
  const std::filesystem::path inner = outer.path() / "state";
  const StateFolder held(inner);
  held.write("secret", "x");
  struct stat status{};
  ASSERT_EQ(::stat((inner / "secret").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  ASSERT_EQ(::stat(inner.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0700U);
  EXPECT_EQ(held.read("secret"), "x");
  EXPECT_THROW(StateFolder{inner}, SandboxError);
}

}  // namespace
}  // namespace patchbay::sandbox
