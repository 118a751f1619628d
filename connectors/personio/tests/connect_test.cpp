// Linking a Personio account, as tables: what was typed and answered, what comes of it.
#include <gtest/gtest.h>

#include "personio_driver.h"

namespace {

using namespace personio::tests;

TEST(PersonioConnect, AsksForAV2TokenInTheForm) {
  PersonioDriver driver;
  FlowRun run = driver.connect(typed("id", "secret"));
  const Seen seen = run.start();
  ASSERT_EQ(seen.requests.size(), 1U);
  const SeenRequest& request = seen.requests[0];
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.url, "https://api.personio.de/v2/auth/token");
  EXPECT_EQ(request.body, "grant_type=client_credentials&client_id=id&client_secret=secret");
  EXPECT_EQ(request.header("content-type"), "application/x-www-form-urlencoded");
  EXPECT_EQ(request.flags, PATCHBAY_REQUEST_SECRET | PATCHBAY_REQUEST_MINTS);
}

TEST(PersonioConnect, ThenReadsAPersonAndAsksForAV1Token) {
  PersonioDriver driver;
  FlowRun run = driver.connect(typed("id", "secret"));
  run.start();
  const Seen seen = run.replies({token_v2()});
  ASSERT_EQ(seen.requests.size(), 2U);
  EXPECT_EQ(seen.requests[0].method, "GET");
  EXPECT_EQ(seen.requests[0].url, "https://api.personio.de/v2/persons?limit=1");
  EXPECT_EQ(seen.requests[0].header("authorization"), "Bearer " + kTokenV2);
  EXPECT_EQ(seen.requests[0].flags, PATCHBAY_REQUEST_SECRET | PATCHBAY_REQUEST_IDEMPOTENT);
  EXPECT_EQ(seen.requests[1].method, "POST");
  EXPECT_EQ(seen.requests[1].url, "https://api.personio.de/v1/auth");
  EXPECT_EQ(seen.requests[1].body, "client_id=id&client_secret=secret");
  EXPECT_EQ(seen.requests[1].flags, PATCHBAY_REQUEST_SECRET | PATCHBAY_REQUEST_MINTS);
}

TEST(PersonioConnect, HandsOverBothTokensAndWhatItProved) {
  PersonioDriver driver;
  FlowRun run = driver.connect(typed());
  run.start();
  run.replies({token_v2("employees:read personio:persons:read")});
  const Seen seen = run.replies({persons(), token_v1()});
  ASSERT_EQ(seen.kind, PATCHBAY_ACTION_DONE);
  ASSERT_EQ(seen.tokens.size(), 2U);
  EXPECT_EQ(seen.tokens[0], (TokenSpec{"v2", kTokenV2, "Bearer", kStartUnixMs + 1000 + 86'400'000,
                                       "employees:read personio:persons:read", true}));
  EXPECT_EQ(seen.tokens[1], (TokenSpec{"v1", kTokenV1, "Bearer", kStartUnixMs + 2000 + 3'600'000,
                                       "employees:read", true}));
  EXPECT_EQ(seen.granted, (std::vector<std::string>{"employees:read"}));
  EXPECT_TRUE(seen.notices.empty());
}

TEST(PersonioConnect, GivesAV1TokenOfTheOldShapeADay) {
  PersonioDriver driver;
  FlowRun run = driver.connect(typed());
  run.start();
  run.replies({token_v2()});
  const Seen seen =
      run.replies({persons(), json(200, R"({"success":true,"data":{"token":"papi-short"}})")});
  EXPECT_EQ(seen.tokens.at(1).expires_unix_ms, kStartUnixMs + 2000 + 86'400'000);
  EXPECT_FALSE(seen.tokens.at(1).scopes_known);
}

TEST(PersonioConnect, LooksAtWhatWasTypedBeforeAsking) {
  struct Row {
    std::string id, secret;
    const char* message;
    const char* field;
  };
  const Row rows[] = {
      {"", kClientSecret, "error.client_id_empty", "client_id"},
      {" \n", kClientSecret, "error.client_id_empty", "client_id"},
      {kClientId, "", "error.client_secret_empty", "client_secret"},
      {kClientSecret, kClientId, "error.swapped", "client_id"},
      {kClientSecret + "\n", " " + kClientId, "error.swapped", "client_id"},
      {kClientSecret, "other", "error.secret_in_client_id", "client_id"},
      {kClientId, kClientId, "error.client_id_in_secret", "client_secret"},
      {"other", kClientId, "error.client_id_in_secret", "client_secret"},
  };
  PersonioDriver driver;
  for (const Row& row : rows) {
    FlowRun run = driver.connect(typed(row.id, row.secret));
    const Seen seen = run.start();
    EXPECT_EQ(seen.failure, PATCHBAY_FAIL_CREDENTIALS) << row.message;
    EXPECT_EQ(seen.message.id, row.message);
    EXPECT_EQ(seen.message.field, row.field);
    EXPECT_TRUE(seen.requests.empty());
  }
}

TEST(PersonioConnect, TrimsPastedValuesAndSaysSo) {
  PersonioDriver driver;
  FlowRun run = driver.connect(typed("\xc2\xa0" + kClientId + "\r\n", "\t" + kClientSecret));
  const Seen asked = run.start();
  EXPECT_EQ(asked.requests.at(0).body, "grant_type=client_credentials&client_id=" + kClientId +
                                           "&client_secret=" + kClientSecret);
  run.replies({token_v2()});
  const Seen seen = run.replies({persons(), token_v1()});
  ASSERT_EQ(seen.notices.size(), 2U);
  EXPECT_EQ(seen.notices[0].id, "notice.trimmed");
  EXPECT_EQ(seen.notices[0].field, "client_id");
  EXPECT_EQ(seen.notices[1].field, "client_secret");
}

TEST(PersonioConnect, TriesAClientIdOfUnusualShapeAndWarns) {
  PersonioDriver driver;
  FlowRun run = driver.connect(typed("acme-hr-key", kClientSecret));
  EXPECT_EQ(run.start().kind, PATCHBAY_ACTION_REQUESTS);
  const Seen refused = run.replies({token_error("invalid_client")});
  EXPECT_TRUE(refused.has_notice("notice.client_id_unusual"));  // beside failure, too
  FlowRun usual = driver.connect(typed());
  usual.start();
  EXPECT_FALSE(
      usual.replies({token_error("invalid_client")}).has_notice("notice.client_id_unusual"));
}

TEST(PersonioConnect, DemandsEmployeesReadAndHandsBackTheTokensWithoutIt) {
  struct Row {
    const char* what;
    ReplySpec persons;
  };
  const std::string body =
      R"({"personio_trace_id":"x","timestamp":"t","errors":[{"title":"Insufficient access scope","detail":"Client scope insufficient to access resource","type":"https://x#commonforbidden","_meta":{}}]})";
  const Row rows[] = {{"403", json(403, body)},
                      {"401", json(401, body)},
                      {"403 without a body", {.status = 403}},
                      {"403 with a page", html(403)}};
  PersonioDriver driver;
  for (const Row& row : rows) {
    FlowRun run = driver.connect(typed());
    run.start();
    run.replies({token_v2()});
    const Seen seen = run.replies({row.persons, token_v1()});
    EXPECT_EQ(seen.failure, PATCHBAY_FAIL_PERMISSION) << row.what;
    EXPECT_EQ(seen.message.id, "error.employees_read_missing") << row.what;
    EXPECT_EQ(seen.permission, "employees:read") << row.what;
    EXPECT_EQ(values(seen.tokens), "v2 v1 ") << row.what;
  }
}

TEST(PersonioConnect, DoesNotEvenAskWhenTheScopesRuleEmployeesOut) {
  PersonioDriver driver;
  for (const char* scope : {"", "absences:read", "employees:write personio:persons:write"}) {
    FlowRun run = driver.connect(typed());
    run.start();
    const Seen seen = run.replies({token_v2(scope)});
    EXPECT_EQ(seen.failure, PATCHBAY_FAIL_PERMISSION) << scope;
    EXPECT_EQ(seen.permission, "employees:read");
    EXPECT_EQ(values(seen.tokens), "v2 ");
  }
  for (const char* scope : {"employees:read", "personio:persons:read x"}) {
    FlowRun run = driver.connect(typed());
    run.start();
    EXPECT_EQ(run.replies({token_v2(scope)}).requests.size(), 2U) << scope;
  }
  FlowRun untold = driver.connect(typed());
  untold.start();
  EXPECT_EQ(untold.replies({json(200, R"({"access_token":"papi-abc"})")}).requests.size(), 2U);
}

TEST(PersonioConnect, FailsWithTheTokensWhenThePersonCannotBeRead) {
  struct Row {
    ReplySpec reply;
    std::uint32_t failure;
    const char* id;
  };
  const Row rows[] = {
      {{.status = 429, .headers = {{"retry-after", "2"}}},
       PATCHBAY_FAIL_RATE_LIMIT,
       "error.rate_limited"},
      {html(503), PATCHBAY_FAIL_TRANSIENT, "error.provider_unavailable"},
      {lost(PATCHBAY_NET_RESET), PATCHBAY_FAIL_TRANSIENT, "error.connection_cut"},
      {html(200), PATCHBAY_FAIL_PROTOCOL, "error.not_json"},
      {json(200, R"({"_data":)"), PATCHBAY_FAIL_PROTOCOL, "error.not_json"},
      {json(200, "{}"), PATCHBAY_FAIL_PROTOCOL, "error.unexpected_answer"},
      {json(200, R"({"_data":{}})"), PATCHBAY_FAIL_PROTOCOL, "error.unexpected_answer"},
      {json(404, "{}"), PATCHBAY_FAIL_PROTOCOL, "error.unexpected_status"},
  };
  PersonioDriver driver;
  for (const Row& row : rows) {
    FlowRun run = driver.connect(typed());
    run.start();
    run.replies({token_v2()});
    const Seen seen = run.replies({row.reply, token_v1()});
    EXPECT_EQ(seen.failure, row.failure) << row.id;
    EXPECT_EQ(seen.message.id, row.id);
    EXPECT_EQ(values(seen.tokens), "v2 v1 ") << row.id;
  }
}

TEST(PersonioConnect, GoesOnWithoutV1) {
  struct Row {
    ReplySpec reply;
    const char* status;
  };
  const Row rows[] = {
      {json(403, R"({"success":false,"error":{"code":0,"message":"Wrong credentials"}})"), "403"},
      {json(200, R"({"success":false,"error":{"code":0,"message":"no"}})"), "200"},
      {json(200, R"({"success":false,"data":{"token":"x"}})"), "200"},
      {json(200, R"({"success":true,"data":{}})"), "200"},
      {json(200, R"({"success":true,"data":{"token":""}})"), "200"},
      {html(200), "200"},
      {html(502), "502"},
      {lost(PATCHBAY_NET_TIMEOUT), "0"},
  };
  PersonioDriver driver;
  for (const Row& row : rows) {
    FlowRun run = driver.connect(typed());
    run.start();
    run.replies({token_v2()});
    const Seen seen = run.replies({persons(), row.reply});
    ASSERT_EQ(seen.kind, PATCHBAY_ACTION_DONE) << row.reply.body;
    EXPECT_EQ(values(seen.tokens), "v2 ");
    ASSERT_EQ(seen.notices.size(), 1U);
    EXPECT_EQ(seen.notices[0].id, "notice.v1_unavailable");
    EXPECT_EQ(seen.notices[0].arg("status"), row.status);
  }
}

TEST(PersonioConnect, NoticesThatNoAttributeIsReadable) {
  struct Row {
    const char* body;
    bool notice;
  };
  const Row rows[] = {
      {R"({"_data":[{"id":"1","employments":[],"_meta":{}}]})", true},
      {R"({"_data":[{"id":"1","last_name":"x"}]})", false},
      {R"({"_data":[]})", false},
      {R"({"_data":[7]})", false},
  };
  PersonioDriver driver;
  for (const Row& row : rows) {
    FlowRun run = driver.connect(typed());
    run.start();
    run.replies({token_v2()});
    const Seen seen = run.replies({json(200, row.body), token_v1()});
    EXPECT_EQ(seen.kind, PATCHBAY_ACTION_DONE) << row.body;
    EXPECT_EQ(seen.has_notice("notice.no_employee_attributes"), row.notice) << row.body;
  }
}

TEST(PersonioConnect, CancelledAnywhereHandsBackWhatWasMinted) {
  PersonioDriver driver;
  struct Row {
    std::vector<std::vector<ReplySpec>> replies;  // before the cancel
    std::vector<ReplySpec> with_cancel;
    const char* tokens;
  };
  const ReplySpec given_up = lost(PATCHBAY_NET_CANCELLED);
  const Row rows[] = {
      {{}, {}, ""},
      {{}, {given_up}, ""},
      {{}, {token_v2()}, "v2 "},
      {{}, {token_v2("absences:read")}, "v2 "},
      {{{token_v2()}}, {}, "v2 "},
      {{{token_v2()}}, {given_up, given_up}, "v2 "},
      {{{token_v2()}}, {given_up, token_v1()}, "v2 v1 "},
      {{{token_v2()}}, {persons(), token_v1()}, "v2 v1 "},
  };
  for (const Row& row : rows) {
    FlowRun run = driver.connect(typed());
    run.start();
    for (const auto& replies : row.replies) run.replies(replies);
    const Seen seen = run.cancel(row.with_cancel);
    EXPECT_EQ(seen.failure, PATCHBAY_FAIL_CANCELLED);
    EXPECT_EQ(values(seen.tokens), row.tokens);
    EXPECT_TRUE(seen.requests.empty());
  }
}

TEST(PersonioConnect, GivesTheSameBytesForTheSameEvents) {
  std::string last;
  for (int i = 0; i < 3; ++i) {
    PersonioDriver driver;
    FlowRun run = driver.connect(typed(kClientId + " ", kClientSecret));
    std::string text = run.start().dump();
    text += run.replies({token_v2()}).dump();
    text += run.replies({persons(), html(500)}).dump();
    if (i > 0) {
      EXPECT_EQ(text, last);
    }
    last = text;
  }
}

}  // namespace
