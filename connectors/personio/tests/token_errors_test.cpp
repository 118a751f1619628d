// What Personio answers to the token request, as a table: at connect and at refresh.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <set>

#include "patchbay/sdk/json.h"
#include "personio_driver.h"

namespace {

using namespace personio::tests;

const std::string kLink =
    R"(,"error_uri":"https://developer.personio.de/reference/errors#credentials.oauth2.)";

struct Row {
  const char* what;
  ReplySpec reply;
  std::uint32_t connect, refresh;  // failure
  const char* connect_id;
  const char* refresh_id;
  const char* field;
};

std::vector<Row> rows() {
  constexpr std::uint32_t kCredentials = PATCHBAY_FAIL_CREDENTIALS,
                          kRevoked = PATCHBAY_FAIL_REVOKED, kProtocol = PATCHBAY_FAIL_PROTOCOL,
                          kTransient = PATCHBAY_FAIL_TRANSIENT,
                          kPermission = PATCHBAY_FAIL_PERMISSION,
                          kConfiguration = PATCHBAY_FAIL_CONFIGURATION,
                          kRate = PATCHBAY_FAIL_RATE_LIMIT;
  const auto same = [](const char* what, ReplySpec reply, std::uint32_t failure, const char* id,
                       const char* field = "") {
    return Row{what, std::move(reply), failure, failure, id, id, field};
  };
  return {
      // The seven that Personio documents.
      same(
          "missing parameters",
          token_error(
              "invalid_request",
              kLink +
                  R"(invalid_request.required_parameters_missing","meta":{"missing_parameters":["grant_type"]})"),
          kProtocol, "error.token_request_incomplete"),
      same(
          "wrong content type",
          token_error(
              "invalid_request",
              R"(,"type":"https://developer.personio.de/x#credentials.oauth2.invalid_request.invalid_request_content_type")"),
          kProtocol, "error.token_content_type"),
      {"unknown client id", token_error("invalid_client", kLink + "invalid_client\""), kCredentials,
       kRevoked, "error.unknown_client_id", "error.integration_deleted", "client_id"},
      {"invalid grant", token_error("invalid_grant"), kCredentials, kRevoked, "error.grant_refused",
       "error.grant_refused", "client_id"},
      {"wrong secret", token_error("unauthorized_client"), kCredentials, kRevoked,
       "error.wrong_client_secret", "error.secret_withdrawn", "client_secret"},
      same("grant type",
           token_error("unsupported_grant_type", R"(,"meta":{"grant_type":"client_credentials"})"),
           kProtocol, "error.grant_type_unsupported"),
      same("scope", token_error("invalid_scope"), kPermission, "error.scope_refused", "client_id"),
      // The rest of its list, and what is on no list.
      same("missing secret",
           token_error("invalid_request", R"(,"meta":{"missing_parameters":["client_secret"]})"),
           kCredentials, "error.token_request_incomplete", "client_secret"),
      same("missing without meta", token_error("invalid_request"), kProtocol,
           "error.token_request_incomplete"),
      same("access denied", token_error("access_denied"), kCredentials, "error.access_denied",
           "client_id"),
      same("server error", token_error("server_error"), kTransient, "error.provider_unavailable"),
      same("unavailable", token_error("temporarily_unavailable"), kTransient,
           "error.provider_unavailable"),
      same("response type", token_error("unsupported_response_type"), kProtocol,
           "error.token_refused"),
      same("unknown code", token_error("something_new"), kProtocol, "error.token_refused"),
      same("rate limit", {.status = 429}, kRate, "error.rate_limited"),
      same("rate limit, told", {.status = 429, .headers = {{"retry-after", "5"}}}, kRate,
           "error.rate_limited"),
      same("500", html(500), kTransient, "error.provider_unavailable"),
      same("502", html(502), kTransient, "error.provider_unavailable"),
      same("503", json(503, "{}"), kTransient, "error.provider_unavailable"),
      same("a web page", html(200), kProtocol, "error.not_json"),
      same("a web page saying no", html(403), kProtocol, "error.not_json"),
      same("nothing", json(200, ""), kProtocol, "error.not_json"),
      same("half of it", json(200, R"({"access_token":"papi-)"), kProtocol, "error.not_json"),
      same("garbage", json(200, std::string("\xff\xfe\x00\x01", 4)), kProtocol, "error.not_json"),
      same("no token", json(200, R"({"token_type":"Bearer"})"), kProtocol,
           "error.unexpected_answer"),
      same("an array", json(200, "[1]"), kProtocol, "error.unexpected_answer"),
      same("a redirect", json(302, "{}"), kProtocol, "error.unexpected_status"),
      same("teapot", json(418, "{}"), kProtocol, "error.unexpected_status"),
      same("no name", lost(PATCHBAY_NET_DNS), kTransient, "error.unreachable"),
      same("no connection", lost(PATCHBAY_NET_CONNECT), kTransient, "error.unreachable"),
      same("no handshake", lost(PATCHBAY_NET_TLS), kTransient, "error.tls_failed"),
      same("bad certificate", lost(PATCHBAY_NET_TLS_CERTIFICATE), kConfiguration,
           "error.tls_certificate"),
      same("no answer", lost(PATCHBAY_NET_TIMEOUT), kTransient, "error.timeout"),
      same("cut off", lost(PATCHBAY_NET_RESET), kTransient, "error.connection_cut"),
      same("10 MB", lost(PATCHBAY_NET_TOO_LARGE), kProtocol, "error.answer_too_large"),
      same("not allowed", lost(PATCHBAY_NET_POLICY_REFUSED), kConfiguration,
           "error.request_not_allowed"),
      same("not HTTP", lost(PATCHBAY_NET_HTTP), kProtocol, "error.not_http"),
  };
}

// What people read in English: the manifest's text, or what the connector brings along.
std::string words(const SeenMessage& message) {
  std::ifstream file(PERSONIO_MANIFEST, std::ios::binary);
  static const std::string kManifest(std::istreambuf_iterator<char>(file), {});
  static const patchbay::sdk::JsonDocument kDocument(kManifest);
  const auto* texts =
      patchbay::sdk::json_object(patchbay::sdk::json_object(kDocument.object(), "texts"), "en");
  return std::string(patchbay::sdk::json_text(texts, message.id).value_or(message.fallback));
}

TEST(PersonioTokenErrors, SayWhatIsWrongAtTheRightFieldWhenConnecting) {
  PersonioDriver driver;
  for (const Row& row : rows()) {
    FlowRun run = driver.connect(typed());
    run.start();
    const Seen seen = run.replies({row.reply});
    EXPECT_EQ(seen.kind, PATCHBAY_ACTION_FAIL) << row.what;
    EXPECT_EQ(seen.failure, row.connect) << row.what;
    EXPECT_EQ(seen.message.id, row.connect_id) << row.what;
    EXPECT_EQ(seen.message.field, row.field) << row.what;
    EXPECT_NE(words(seen.message), "") << row.what;
    EXPECT_TRUE(seen.tokens.empty()) << row.what;
    EXPECT_EQ(seen.dump().find(kClientSecret), std::string::npos) << row.what;
  }
}

TEST(PersonioTokenErrors, SayWhatWasWithdrawnWhenRefreshing) {
  PersonioDriver driver;
  for (const Row& row : rows()) {
    FlowRun run = driver.refresh(linked());
    run.start();
    const Seen seen = run.replies({row.reply, json(403, R"({"success":false})")});
    EXPECT_EQ(seen.failure, row.refresh) << row.what;
    EXPECT_EQ(seen.message.id, row.refresh_id) << row.what;
    EXPECT_EQ(seen.message.field, row.field) << row.what;
  }
}

TEST(PersonioTokenErrors, OfTheSevenDocumentedOnesEachHasAMessageOfItsOwn) {
  std::set<std::string> ids;
  const auto all = rows();
  for (std::size_t i = 0; i < 7; ++i) ids.insert(all[i].connect_id);
  EXPECT_EQ(ids.size(), 7U);
}

TEST(PersonioTokenErrors, CarryTheValuesTheirTextsName) {
  PersonioDriver driver;
  const auto fail = [&](const ReplySpec& reply) {
    FlowRun run = driver.connect(typed());
    run.start();
    return run.replies({reply});
  };
  Seen seen = fail(
      token_error("invalid_request", R"(,"meta":{"missing_parameters":["grant_type","scope"]})"));
  EXPECT_EQ(seen.message.arg("parameters"), "grant_type, scope");
  EXPECT_EQ(seen.excerpt, "What Personio says.");
  EXPECT_EQ(fail(token_error("brand_new")).message.arg("code"), "brand_new");
  EXPECT_EQ(fail(token_error("unsupported_grant_type", R"(,"meta":{"grant_type":"x"})"))
                .message.arg("grant_type"),
            "x");
  EXPECT_EQ(fail(html(502)).message.arg("status"), "502");
  seen = fail({.status = 429});
  EXPECT_EQ(seen.message.arg("seconds"), "60");
  EXPECT_EQ(seen.retry_after_ms, 60'000U);
  EXPECT_EQ(fail({.status = 429, .headers = {{"retry-after", "5"}}}).retry_after_ms, 5'000U);
}

TEST(PersonioTokenErrors, NeverRepeatTheSecretEvenIfPersonioDoes) {
  PersonioDriver driver;
  FlowRun run = driver.connect(typed(kClientId, " " + kClientSecret + "\n"));
  run.start();
  const Seen seen = run.replies(
      {json(400, R"({"error":"new_)" + kClientSecret + R"(","error_description":"secret )" +
                     kClientSecret + R"( is wrong"})")});
  EXPECT_EQ(seen.dump().find(kClientSecret.substr(0, 20)), std::string::npos) << seen.dump();
  EXPECT_NE(seen.excerpt.find("is wrong"), std::string::npos);
}

}  // namespace
