// How a provider's answers are read: refusals, waits, results.
#include "actions/action_error.h"
#include "actions/authorizer.h"
#include "actions/result_mapper.h"
#include "actions_test_support.h"
#include "pacing/retry_after.h"

namespace patchbay::actions {
namespace {

using test::acme;
using test::action;

net::ClientReply reply_of(unsigned status, std::string_view body,
                          std::string_view type = "application/json") {
  net::ClientReply reply;
  reply.status = status;
  reply.body = SecretString(body);
  reply.headers.set("Content-Type", type);
  return reply;
}

ProviderAnswer answer_of(const net::ClientReply& reply) {
  const std::vector<std::string_view> secrets = {"tok-secret-1"};
  return read_provider_answer(reply, "https://api.acme.example/v1/people?email=jo@x.example",
                              secrets);
}

TEST(ProviderAnswer, FindsTheSentenceForPeopleInTheUsualPlaces) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {R"({"errors":[{"title":"Resource not found","detail":"No such id."}],"x_trace_id":"t-1"})",
       "Resource not found: No such id."},
      {R"({"title":"Bad","detail":"Worse"})", "Bad: Worse"},
      {R"({"error":"invalid_request","error_description":"No code."})", "No code."},
      {R"({"success":false,"error":{"code":0,"message":"Broken"}})", "Broken"},
      {R"({"message":"Line one\nLine two"})", "Line one Line two"},
      {R"({"errors":["first","second"]})", "first"},
      {R"([1,2])", ""},
      {"<html>no</html>", ""},
  };
  for (const auto& [body, summary] : cases)
    EXPECT_EQ(answer_of(reply_of(400, body)).summary, summary) << body;
}

TEST(ProviderAnswer, TakesTheSentenceFromAHeaderThatIsMeantForItWhereTheBodyHasNone) {
  const auto said = [](std::string_view body, std::string_view name, std::string_view value) {
    auto reply = reply_of(403, body, "text/html");
    reply.headers.set(name, value);
    return answer_of(reply).summary;
  };
  EXPECT_EQ(said("", "X-Acme-Error-Message", "No rights"), "No rights");
  EXPECT_EQ(said("", "x-acme-error-message", "key tok-secret-1"), "key [redacted]");
  EXPECT_EQ(said(R"({"message":"Of the body"})", "X-Acme-Error-Message", "No rights"),
            "Of the body");
  EXPECT_EQ(said("", "X-Acme-Error-Messages", "No rights"), "");
  EXPECT_EQ(said("", "-Error-Message", "No rights"), "");
  EXPECT_EQ(said("", "X-Acme-Error-Message", "\xff\xfe"), "");
  EXPECT_LE(said("", "X-Acme-Error-Message", std::string(5'000, 'a')).size(), 403U);
}

TEST(ProviderAnswer, FindsTheTraceId) {
  EXPECT_EQ(answer_of(reply_of(400, R"({"acme_trace_id":"t-1"})")).trace_id, "t-1");
  EXPECT_EQ(answer_of(reply_of(400, R"({"error":{"request_id":"r-2"}})")).trace_id, "r-2");
  auto reply = reply_of(500, "oops", "text/plain");
  reply.headers.set("X-Request-Id", "h-3");
  EXPECT_EQ(answer_of(reply).trace_id, "h-3");
}

TEST(ProviderAnswer, ShowsNoSecretAndNoQuery) {
  const auto answer = answer_of(
      reply_of(401, R"({"message":"bad token tok-secret-1","echo":"Bearer tok-secret-1"})"));
  EXPECT_EQ(answer.text.find("tok-secret-1"), std::string::npos) << answer.text;
  EXPECT_EQ(answer.summary, "bad token [redacted]");
  EXPECT_EQ(answer.url, "https://api.acme.example/v1/people");
  EXPECT_TRUE(answer.is_json);
}

TEST(ProviderAnswer, ShowsNoSecretThatJsonWritesWithEscapes) {
  const std::vector<std::string_view> secrets = {R"(pass"w\ord/ü)"};
  for (const char* escaped : {R"(pass\"w\\ord/ü)", R"(pass\u0022w\u005cord\/\u00fc)"}) {
    const auto in = [escaped](const char* before, const char* after) {
      return before + std::string(escaped) + after;
    };
    EXPECT_EQ(json_without_secrets(in(R"({"a":[1.5,"x )", R"("]})"), secrets),
              R"({"a":[1.5,"x [redacted]"]})");
    EXPECT_EQ(json_without_secrets(in(R"({")", R"(":null})"), secrets), R"({"[redacted]":null})");
    const auto answer = read_provider_answer(reply_of(400, in(R"({"echo":")", R"("})")),
                                             "https://api.acme.example/", secrets);
    EXPECT_EQ(answer.text, R"({"echo":"[redacted]"})");
  }
  // What needs no change keeps its bytes; what is no JSON is text.
  EXPECT_EQ(json_without_secrets(R"({ "a" : "\u0041" })", secrets), R"({ "a" : "\u0041" })");
  EXPECT_EQ(json_without_secrets(R"({'a': pass"w\ord/ü})", secrets), "{'a': [redacted]}");
}

TEST(ProviderAnswer, IsBoundedAndCutBetweenCharacters) {
  std::string body = "x";
  while (body.size() < 3 * ProviderAnswer::kMaxText) body += "ä";
  const auto answer = answer_of(reply_of(500, body, "text/plain"));
  EXPECT_LE(answer.text.size(), ProviderAnswer::kMaxText + 3);
  EXPECT_TRUE(answer.text.ends_with("ä…"));
  // A secret that the cut would go through leaves no half behind.
  const std::string across =
      std::string(ProviderAnswer::kMaxText - 5, 'y') + "tok-secret-1" + std::string(500, 'z');
  EXPECT_EQ(answer_of(reply_of(500, across, "text/plain")).text.find("tok-s"), std::string::npos);
}

TEST(ProviderAnswer, LeavesBinaryAnswersOut) {
  EXPECT_EQ(answer_of(reply_of(500, std::string("a\0b", 3), "image/png")).text, "");
  EXPECT_EQ(answer_of(reply_of(500, "\xff\xfe", "image/png")).text, "");
}

constexpr std::int64_t kNow = 784'111'777'000;  // Sun, 06 Nov 1994 08:49:37 GMT

TEST(RetryAfter, ReadsSecondsAndDates) {
  EXPECT_EQ(pacing::parse_retry_after("120", kNow), 120'000);
  EXPECT_EQ(pacing::parse_retry_after("Sun, 06 Nov 1994 08:50:07 GMT", kNow), 30'000);
  EXPECT_EQ(pacing::parse_retry_after("Sun, 06 Nov 1994 08:49:30 GMT", kNow), 0);
  EXPECT_EQ(pacing::parse_retry_after("999999999", kNow), 3'600'000);
  for (const char* senseless : {"", "-1", "soon", "1.5", "99999999999999999999",
                                "Sun, 31 Feb 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT"})
    EXPECT_EQ(pacing::parse_retry_after(senseless, kNow), 0) << senseless;
}

std::shared_ptr<const manifest::Manifest> listing(const std::string& path) {
  return acme("[" +
              action("list", R"({"type":"object"})",
                     R"("token":"main","request":{"method":"GET","host":"api.acme.example",)"
                     R"("path":")" +
                         path + R"("},"result":{"kind":"list"})") +
              "]");
}

TEST(RetryAfter, FallsBackToTheManifestsLimits) {
  const auto limited = listing("/v1/people");
  EXPECT_EQ(pacing::default_retry_after(*limited, limited->actions.front()), 7000);
  const auto other = listing("/v1/sites");
  EXPECT_EQ(pacing::default_retry_after(*other, other->actions.front()), 1000);
}

ActionError refusal(unsigned status, const std::string& body = "{}",
                    const std::vector<std::string>& denied = {}) {
  const auto manifest = listing("/v1/people");
  return provider_refusal(*manifest, manifest->actions.front(), answer_of(reply_of(status, body)),
                          denied, kNow);
}

TEST(ProviderRefusal, HasAStableReasonForEachKind) {
  const std::vector<std::tuple<unsigned, ErrorCode, std::string_view>> cases = {
      {400, ErrorCode::kInvalidArgument, reason::kProviderRejected},
      {401, ErrorCode::kPermissionMissing, reason::kProviderUnauthorized},
      {403, ErrorCode::kPermissionMissing, reason::kProviderUnauthorized},
      {404, ErrorCode::kNotFound, reason::kProviderNotFound},
      {409, ErrorCode::kConflict, reason::kProviderConflict},
      {422, ErrorCode::kInvalidArgument, reason::kProviderRejected},
      {429, ErrorCode::kRateLimited, "rate_limited"},
      {500, ErrorCode::kUnavailable, "provider_unavailable"},
      {503, ErrorCode::kUnavailable, "provider_unavailable"},
      {302, ErrorCode::kProtocol, "provider_protocol"},
  };
  for (const auto& [status, code, why] : cases) {
    const auto error = refusal(status);
    EXPECT_EQ(error.code, code) << status;
    EXPECT_EQ(error.reason, why) << status;
    EXPECT_NE(error.message.find("Acme answered " + std::to_string(status)), std::string::npos)
        << error.message;
  }
}

TEST(ProviderRefusal, NamesThePermissionsThatAreLikelyMissing) {
  const auto error = refusal(403, R"({"message":"Scope insufficient"})");
  EXPECT_EQ(error.missing, std::vector<std::string>{"people:read"});
  EXPECT_FALSE(error.missing_is_certain);
  EXPECT_NE(error.message.find("Scope insufficient"), std::string::npos);
  EXPECT_NE(error.message.find("People (read)"), std::string::npos);
}

TEST(ProviderRefusal, IsCertainWhereTheAccountIsKnownToLackIt) {
  for (const unsigned status : {400U, 401U, 403U, 404U}) {
    const auto error = refusal(status, "{}", {"people:read", "people:write"});
    EXPECT_EQ(error.code, ErrorCode::kPermissionMissing) << status;
    EXPECT_TRUE(error.missing_is_certain);
    EXPECT_EQ(error.missing, std::vector<std::string>{"people:read"});
    EXPECT_EQ(error.permission, "people:read");
  }
  EXPECT_EQ(refusal(404, "{}", {"people:write"}).code, ErrorCode::kNotFound);
  EXPECT_EQ(refusal(500, "{}", {"people:read"}).code, ErrorCode::kUnavailable);
}

TEST(ProviderRefusal, SaysHowLongToWait) {
  EXPECT_EQ(refusal(429).retry_after_ms, 7000);
  const auto manifest = listing("/v1/people");
  auto reply = reply_of(503, "{}");
  reply.headers.set("Retry-After", "12");
  EXPECT_EQ(provider_refusal(*manifest, manifest->actions.front(), answer_of(reply), {}, kNow)
                .retry_after_ms,
            12'000);
}

TEST(ResultMapper, CutsOutWhatTheRuleSays) {
  const manifest::ResultRule list{
      .kind = manifest::ResultKind::kList, .path = "/data", .success_path = ""};
  const auto reply = reply_of(200, R"({"data":[{"id":1},{"id":2}],"meta":{}})");
  const auto answer = parse_answer(list, reply, 1000);
  ASSERT_TRUE(answer && *answer);
  const auto mapped = map_result(list, reply, (*answer)->root());
  ASSERT_TRUE(mapped);
  EXPECT_EQ(mapped->data, R"([{"id":1},{"id":2}])");
  EXPECT_EQ(mapped->records, 2U);
}

TEST(ResultMapper, RefusesAnswersOfAnotherShape) {
  const manifest::ResultRule list{
      .kind = manifest::ResultKind::kList, .path = "/data", .success_path = ""};
  const manifest::ResultRule object{
      .kind = manifest::ResultKind::kObject, .path = "/person", .success_path = ""};
  for (const auto* rule : {&list, &object}) {
    const auto reply = reply_of(200, R"({"datum":{}})");
    const auto answer = parse_answer(*rule, reply, 1000);
    ASSERT_TRUE(answer && *answer);
    const auto mapped = map_result(*rule, reply, (*answer)->root());
    ASSERT_FALSE(mapped);
    EXPECT_EQ(mapped.error().code, ErrorCode::kProtocol);
  }
  const auto html = parse_answer(list, reply_of(200, "<html>hello</html>", "text/html"), 1000);
  ASSERT_FALSE(html);
  EXPECT_NE(html.error().message.find("text/html"), std::string::npos);
  const auto large = parse_answer(list, reply_of(200, std::string(2000, ' ')), 1000);
  ASSERT_FALSE(large);
  EXPECT_EQ(large.error().code, ErrorCode::kTooLarge);
}

TEST(ResultMapper, TakesASuccessfulAnswerWithoutABody) {
  const manifest::ResultRule object;
  const auto reply = reply_of(204, "");
  const auto answer = parse_answer(object, reply, 1000);
  ASSERT_TRUE(answer);
  EXPECT_FALSE(*answer);
  EXPECT_EQ(map_result(object, reply, {})->data, "null");
}

TEST(ResultMapper, EncodesBinaryAnswers) {
  manifest::ResultRule binary;
  binary.kind = manifest::ResultKind::kBinary;
  auto reply = reply_of(200, "PDF", "application/pdf; x=1");
  reply.headers.set("Content-Disposition", "attachment; filename=\"cv.pdf\"");
  EXPECT_EQ(map_result(binary, reply, {})->data,
            R"({"content_type":"application/pdf","filename":"cv.pdf","size":3,"content":"UERG"})");
}

TEST(ResultMapper, SeesAFailureInASuccessfulStatus) {
  manifest::ResultRule rule;
  rule.success_path = "/success";
  EXPECT_FALSE(says_failed(rule, test::parsed(R"({"success":true})").root()));
  for (const char* body : {R"({"success":false})", R"({"success":"true"})", R"({})", R"([])"})
    EXPECT_TRUE(says_failed(rule, test::parsed(body).root())) << body;
}

TEST(Authorizer, PutsTheCredentialWhereTheRuleSays) {
  using Kind = manifest::RequestAuth::Kind;
  const auto authorised = [](Kind kind, const std::string& name, const std::string& prefix) {
    manifest::RequestAuth rule;
    rule.kind = kind;
    rule.name = name;
    rule.prefix = prefix;
    net::ClientRequest request;
    request.url = "https://api.acme.example/x?a=1";
    EXPECT_TRUE(authorise(request, rule, {SecretString("p&ss"), SecretString("ada")}));
    EXPECT_TRUE(request.secret);
    return request;
  };
  EXPECT_EQ(authorised(Kind::kBearer, "", "").headers.get("Authorization"), "Bearer p&ss");
  EXPECT_EQ(authorised(Kind::kBasic, "", "").headers.get("Authorization"), "Basic YWRhOnAmc3M=");
  EXPECT_EQ(authorised(Kind::kHeader, "X-Key", "Key ").headers.get("X-Key"), "Key p&ss");
  EXPECT_EQ(authorised(Kind::kQuery, "key", "").url, "https://api.acme.example/x?a=1&key=p%26ss");
}

TEST(Authorizer, RefusesACredentialThatWouldBreakTheRequest) {
  manifest::RequestAuth rule;
  net::ClientRequest request;
  EXPECT_FALSE(authorise(request, rule, {SecretString("a\r\nX: 1"), SecretString()}));
  rule.kind = manifest::RequestAuth::Kind::kBasic;
  EXPECT_FALSE(authorise(request, rule, {SecretString("pass"), SecretString("a:b")}));
}

}  // namespace
}  // namespace patchbay::actions
