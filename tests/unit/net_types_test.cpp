// Headers, parameters, forms, cookies, request targets, answers.
#include <gtest/gtest.h>

#include "net/cookies.h"
#include "net/headers.h"
#include "net/http_types.h"
#include "net/params.h"

namespace patchbay::net {
namespace {

TEST(Headers, AreFoundWithoutRegardToCaseAndKeepTheirOrder) {
  Headers headers{{"B", "1"}, {"a", "2"}, {"b", "3"}};
  EXPECT_EQ(headers.get("b"), "1");
  EXPECT_EQ(headers.get_all("B"), (std::vector<std::string_view>{"1", "3"}));
  EXPECT_EQ(headers.at(1).first, "a");
  headers.set("B", "4");
  EXPECT_EQ(headers.count("b"), 1U);
  EXPECT_EQ(headers.get("b"), "4");
  EXPECT_FALSE(headers.get("c"));
}

TEST(Headers, RefuseWhatWouldSplitAMessage) {
  Headers headers;
  EXPECT_FALSE(headers.add("Location", "/a\r\nSet-Cookie: x=1"));
  EXPECT_FALSE(headers.add("X", std::string_view("a\0b", 3)));
  EXPECT_FALSE(headers.add("X Y", "a"));
  EXPECT_FALSE(headers.add("X:", "a"));
  EXPECT_FALSE(headers.add("", "a"));
  EXPECT_EQ(headers.size(), 0U);
  EXPECT_TRUE(headers.add("X", "kept"));
  EXPECT_FALSE(headers.set("X", "bad\n"));
  EXPECT_EQ(headers.get("X"), "kept");
}

TEST(Headers, AreBounded) {
  Headers many;
  for (std::size_t i = 0; i < Headers::kMaxFields; ++i) EXPECT_TRUE(many.add("X", "1"));
  EXPECT_FALSE(many.add("X", "1"));
  Headers large;
  EXPECT_FALSE(large.add("X", std::string(Headers::kMaxBytes, 'x')));
}

TEST(Params, DecodePercentAndPlusAndKeepRepeats) {
  const auto params = parse_params("a=1+2&b=%C3%A4%26&a=3&empty=&bare");
  ASSERT_TRUE(params);
  EXPECT_EQ(params->get("a"), "1 2");
  EXPECT_EQ(params->get_all("a"), (std::vector<std::string_view>{"1 2", "3"}));
  EXPECT_EQ(params->get("b"), "ä&");
  EXPECT_EQ(params->get("empty"), "");
  EXPECT_EQ(params->get("bare"), "");
  EXPECT_FALSE(params->get("none"));
}

TEST(Params, RefuseBrokenEncodingForeignBytesAndTooMuch) {
  EXPECT_FALSE(parse_params("a=%4"));
  EXPECT_FALSE(parse_params("a=%zz"));
  EXPECT_FALSE(parse_params("a=%ff"));
  EXPECT_FALSE(parse_params("a=%00"));
  EXPECT_TRUE(parse_params("a=line%0D%0Abreak"));
  const ParamLimits limits{.max_count = 2, .max_name_bytes = 3, .max_value_bytes = 4};
  EXPECT_TRUE(parse_params("a=1234&b=2", limits));
  EXPECT_EQ(parse_params("a=1&b=2&c=3", limits).error().code, ErrorCode::kTooLarge);
  EXPECT_EQ(parse_params("abcd=1", limits).error().code, ErrorCode::kTooLarge);
  EXPECT_EQ(parse_params("a=12345", limits).error().code, ErrorCode::kTooLarge);
}

TEST(Params, HandASecretOutOnceAndNameNoValueInErrors) {
  SecretString body("client_secret=hush%21&bad=%zz");
  const auto failed = parse_form(body);
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().message.find("hush"), std::string::npos);
  EXPECT_EQ(failed.error().field, "bad");
  EXPECT_TRUE(body.empty());

  SecretString good("client_secret=hush%21");
  auto params = parse_form(good);
  ASSERT_TRUE(params);
  EXPECT_TRUE(params->take_secret("client_secret").equals("hush!"));
  EXPECT_EQ(params->get("client_secret"), "");
  EXPECT_TRUE(params->take_secret("none").empty());
}

TEST(Request, IsAsNewWhenItIsUsedAgain) {
  Request request;
  request.method = "GET";
  request.target = "/a/b%20c/d?x=1";
  request.body = SecretString("hunter2");
  request.peer_address = "127.0.0.1";
  request.host = "localhost";
  request.id = "req_1";
  request.is_tls = true;
  request.headers.add("Authorization", "hunter2");
  request.path_params.add("id", "hunter2");
  ASSERT_TRUE(decode_target(request.target, request));
  request.reset();
  for (const std::string* text : {&request.method, &request.target, &request.path,
                                  &request.peer_address, &request.host, &request.id})
    EXPECT_EQ(*text, "");
  EXPECT_EQ(request.query.size() + request.path_params.size() + request.headers.size(), 0U);
  EXPECT_FALSE(request.headers.get("Authorization"));
  EXPECT_TRUE(request.body.empty());
  EXPECT_FALSE(request.is_tls);
  ASSERT_TRUE(decode_target("/e", request));
  EXPECT_EQ(request.segments, std::vector<std::string>{"e"});
  EXPECT_EQ(request.query.size(), 0U);
}

TEST(Response, IsAsNewWhenItIsUsedAgain) {
  Response response = text("hunter2", 404);
  response.secret = response.close_connection = true;
  response.parts = []() -> Task<std::optional<std::string>> { co_return std::nullopt; };
  response.reset();
  EXPECT_EQ(response.status, 200U);
  EXPECT_EQ(response.headers.size(), 0U);
  EXPECT_EQ(response.body, "");
  EXPECT_FALSE(response.parts || response.secret || response.close_connection);
}

TEST(Cookies, AreReadFromTheRequestAndTossedOnesDistrusted) {
  const Headers headers{{"Cookie", "a=1; __Host-s=xyz; b=2"}, {"Cookie", "c=3; a=9"}};
  EXPECT_EQ(cookie_value(headers, "__Host-s"), "xyz");
  EXPECT_EQ(cookie_value(headers, "c"), "3");
  EXPECT_FALSE(cookie_value(headers, "a"));
  EXPECT_FALSE(cookie_value(headers, "s"));
}

TEST(Cookies, AreSetForThisHostAlone) {
  EXPECT_EQ(host_cookie("s", "xyz", SameSite::kStrict, 60),
            "__Host-s=xyz; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=60");
  EXPECT_EQ(forget_host_cookie("s"),
            "__Host-s=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0");
}

TEST(RequestTarget, IsSplitAndDecodedBySegment) {
  Request request;
  ASSERT_TRUE(decode_target("/accounts/a%20b/?x=1&y=%2F", request));
  EXPECT_EQ(request.path, "/accounts/a b/");
  EXPECT_EQ(request.segments, (std::vector<std::string>{"accounts", "a b", ""}));
  EXPECT_EQ(request.query.get("y"), "/");
  ASSERT_TRUE(decode_target("/", request));
  EXPECT_TRUE(request.segments.empty());
}

TEST(RequestTarget, RefusesSegmentsThatMeanAnotherPath) {
  for (const char* target : {"/a/../b", "/%2e%2e/b", "/a/./b", "/a%2Fb", "/a%5Cb", "/a%00", "/%ff",
                             "/%4", "/a?b=%f", "", "a"}) {
    Request request;
    EXPECT_FALSE(decode_target(target, request)) << target;
  }
}

TEST(Request, TakesAFormOnlyWhenItIsDeclaredOne) {
  Request request;
  request.headers = {{"Content-Type", "application/X-WWW-form-urlencoded ; charset=utf-8"}};
  request.body = SecretString("a=1");
  EXPECT_EQ(request.content_type(), "application/x-www-form-urlencoded");
  EXPECT_EQ(request.take_form()->get("a"), "1");
  request.headers = {{"Content-Type", "text/plain"}};
  EXPECT_FALSE(request.take_form());
}

TEST(Response, HelpersForbidCaching) {
  EXPECT_EQ(html("x").headers.get("Cache-Control"), "no-store");
  EXPECT_EQ(json("{}", 201).status, 201U);
  const Response away = redirect("/next");
  EXPECT_EQ(away.status, 303U);
  EXPECT_EQ(away.headers.get("Location"), "/next");
  EXPECT_FALSE(redirect("/x\r\nSet-Cookie: a=b").headers.has("Location"));
}

}  // namespace
}  // namespace patchbay::net
