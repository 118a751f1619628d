// What ClientCredentialsOptions add for a provider whose credentials, refusals and further tokens
// are known.
#include <gtest/gtest.h>

#include "only.h"
#include "patchbay/sdk/client_credentials.h"
#include "patchbay/sdk/json_reply.h"

namespace {

using namespace patchbay::sdk;
using namespace patchbay::testing;
using patchbay::tests::OnlyDriver;

constexpr RefusalRow kAcmeRefusals[] = {
    {"invalid_client", Failure::credentials, "error.unknown", "client_id", "error.gone"},
    {"invalid_scope", Failure::permission, "error.scope"},
};
constexpr RefusalRow kAnyRefusal[] = {{"", Failure::protocol, "error.odd"}};

constexpr FurtherToken kAcmeFurther[] = {
    {.endpoint = {.url = "https://id.toy.test/old", .token_name = "old"},
     .missing_notice = "notice.no_old"},
    {.endpoint = {.url = "https://id.toy.test/files", .token_name = "files"},
     .missing_notice = "notice.no_files"}};

ClientCredentialsOptions acme(bool proven) {
  return {.endpoint = {.url = "https://id.toy.test/token"},
          .id_empty_message = "error.no_id",
          .shapes = {&is_uuid, [](std::string_view text) { return is_base64url(text, 3); }},
          .refusals = kAcmeRefusals,
          .further_tokens = kAcmeFurther,
          .proven = proven};
}

class AcmeConnect : public ClientCredentialsFlow {
 public:
  explicit AcmeConnect(Input input) : ClientCredentialsFlow(std::move(input), acme(false)) {}
};
class AcmeRefresh : public ClientCredentialsFlow {
 public:
  explicit AcmeRefresh(Input input) : ClientCredentialsFlow(std::move(input), acme(true)) {}
};
class OddRefusals : public ClientCredentialsFlow {
 public:
  explicit OddRefusals(Input input)
      : ClientCredentialsFlow(std::move(input), {.endpoint = {.url = "https://id.toy.test/token"},
                                                 .refusals = kAnyRefusal}) {}
};

const std::string kUuid = "dcec6d81-8c0f-47f0-9dd8-4e59755f041a";

InputSpec acme_client(const std::string& id = kUuid, const std::string& secret = "s_-4") {
  return {.fields = {{"client_id", id}}, .secrets = {{"client_secret", secret}}};
}
ReplySpec acme_token(const std::string& value) {
  return {.status = 200, .body = R"({"access_token":")" + value + R"("})"};
}
ReplySpec acme_error(const std::string& code) {
  return {.status = 400, .body = R"({"error":")" + code + R"(","error_description":"d"})"};
}
std::string names(const std::vector<TokenSpec>& tokens) {
  std::string list;
  for (const TokenSpec& token : tokens) list += token.name + "=" + token.value + " ";
  return list;
}

TEST(KnownClient, IsTriedOnlyWhenItsValuesStandInTheirFields) {
  struct Row {
    std::string id, secret;
    const char* message;  // null: tried
    const char* field;
  };
  const Row rows[] = {
      {" ", "s_-4", "error.no_id", "client_id"},
      {kUuid, "", "error.value_missing", "client_secret"},
      {"s_-4", kUuid, "error.swapped", "client_id"},
      {"s_-4", "odd", "error.secret_in_client_id", "client_id"},
      {"odd", kUuid, "error.client_id_in_secret", "client_secret"},
      {kUuid, "odd", nullptr, ""},
      {"odd", "odd", nullptr, ""},
  };
  OnlyDriver<AcmeConnect> driver;
  for (const Row& row : rows) {
    FlowRun run = driver.connect(acme_client(row.id, row.secret));
    const Seen seen = run.start();
    if (row.message == nullptr) {
      EXPECT_EQ(seen.requests.size(), 1U) << row.id;
      continue;
    }
    EXPECT_EQ(seen.failure, PATCHBAY_FAIL_CREDENTIALS) << row.message;
    EXPECT_EQ(seen.message.id, row.message);
    EXPECT_EQ(seen.message.field, row.field);
  }
}

TEST(KnownClient, IsToldOfAnUnusualIdOnceAndNotAgain) {
  OnlyDriver<AcmeConnect> connecting;
  OnlyDriver<AcmeRefresh> refreshing;
  const auto noticed = [](Driver& driver, const std::string& id) {
    FlowRun run = driver.connect(acme_client(id));
    const Seen asked = run.start();
    return run.replies(std::vector<ReplySpec>(asked.requests.size(), acme_error("invalid_client")))
        .has_notice("notice.client_id_unusual");
  };
  EXPECT_TRUE(noticed(connecting, "odd"));
  EXPECT_FALSE(noticed(connecting, kUuid));
  EXPECT_FALSE(noticed(refreshing, "odd"));
}

TEST(KnownClient, HearsOfRefusalsInItsProvidersWords) {
  OnlyDriver<AcmeConnect> connecting;
  OnlyDriver<AcmeRefresh> refreshing;
  OnlyDriver<OddRefusals> odd;
  const auto refused = [](Driver& driver, const char* code) {
    FlowRun run = driver.connect(acme_client());
    const Seen asked = run.start();
    return run.replies(std::vector<ReplySpec>(asked.requests.size(), acme_error(code)));
  };
  const Seen seen = refused(connecting, "invalid_client");
  EXPECT_EQ(seen.failure, PATCHBAY_FAIL_CREDENTIALS);
  EXPECT_EQ(seen.message.id, "error.unknown");
  EXPECT_EQ(seen.message.field, "client_id");
  EXPECT_EQ(seen.message.fallback, "");
  EXPECT_EQ(seen.message.arg("host"), "id.toy.test");
  EXPECT_EQ(seen.message.arg("code"), "invalid_client");
  EXPECT_EQ(seen.message.arg("status"), "400");
  EXPECT_EQ(seen.excerpt, "d");
  EXPECT_EQ(refused(refreshing, "invalid_client").message.id, "error.gone");
  EXPECT_EQ(refused(refreshing, "invalid_client").failure, PATCHBAY_FAIL_REVOKED);
  EXPECT_EQ(refused(refreshing, "invalid_scope").message.id, "error.scope");
  EXPECT_EQ(refused(refreshing, "invalid_scope").failure, PATCHBAY_FAIL_PERMISSION);
  EXPECT_EQ(refused(connecting, "invalid_grant").message.id, "error.oauth_invalid_grant");
  EXPECT_EQ(refused(odd, "invalid_grant").message.id, "error.odd");
}

TEST(KnownClient, IsAskedForFurtherTokensOnceItIsKnownToBeGood) {
  OnlyDriver<AcmeConnect> driver;
  FlowRun run = driver.connect(acme_client());
  EXPECT_EQ(run.start().requests.size(), 1U);
  const Seen asked = run.replies({acme_token("A")});
  ASSERT_EQ(asked.requests.size(), 2U);
  EXPECT_EQ(asked.requests[0].url, "https://id.toy.test/old");
  EXPECT_EQ(asked.requests[0].body, "client_id=" + kUuid + "&client_secret=s_-4");
  EXPECT_EQ(asked.requests[0].flags, PATCHBAY_REQUEST_SECRET | PATCHBAY_REQUEST_MINTS);
  const Seen seen = run.replies({acme_token("B"), {.net_error = PATCHBAY_NET_TIMEOUT}});
  EXPECT_EQ(names(seen.tokens), "access=A old=B ");
  ASSERT_EQ(seen.notices.size(), 1U);
  EXPECT_EQ(seen.notices[0].id, "notice.no_files");
  EXPECT_EQ(seen.notices[0].arg("status"), "0");
}

TEST(KnownClient, WhoIsProvenIsAskedForAllTokensAtOnce) {
  OnlyDriver<AcmeRefresh> driver;
  FlowRun run = driver.connect(acme_client());
  ASSERT_EQ(run.start().requests.size(), 3U);
  const Seen seen = run.replies({acme_token("A"), {.status = 403}, acme_token("C")});
  EXPECT_EQ(names(seen.tokens), "access=A files=C ");
  EXPECT_TRUE(seen.has_notice("notice.no_old"));
}

TEST(KnownClient, HandsBackFurtherTokensWhenTheFirstIsRefused) {
  OnlyDriver<AcmeRefresh> driver;
  for (const ReplySpec& first : {acme_error("invalid_client"), ReplySpec{.status = 503}}) {
    FlowRun run = driver.connect(acme_client());
    run.start();
    const Seen seen = run.replies({first, acme_token("B"), acme_token("C")});
    EXPECT_EQ(seen.kind, PATCHBAY_ACTION_FAIL);
    EXPECT_EQ(names(seen.tokens), "old=B files=C ");
    EXPECT_TRUE(seen.notices.empty());
  }
}

TEST(KnownClient, CancelledHandsBackAllThatWasMinted) {
  OnlyDriver<AcmeRefresh> driver;
  FlowRun run = driver.connect(acme_client());
  run.start();
  const Seen seen = run.cancel({{.net_error = PATCHBAY_NET_CANCELLED}, acme_token("B"), {}});
  EXPECT_EQ(names(seen.tokens), "old=B ");
}

TEST(CredentialShape, KnowsUuidsAndBase64url) {
  EXPECT_TRUE(is_uuid("DCEC6D81-8C0F-47F0-9DD8-4E59755F041A"));
  for (const char* text :
       {"", "dcec6d81-8c0f-47f0-9dd8-4e59755f041", "dcec6d81x8c0f-47f0-9dd8-4e59755f041a",
        "dcec6d81-8c0f-47f0-9dd8-4e59755f041g"}) {
    EXPECT_FALSE(is_uuid(text)) << text;
  }
  EXPECT_TRUE(is_base64url("", 0));
  EXPECT_TRUE(is_base64url("aZ", 1));
  EXPECT_TRUE(is_base64url("aZ_", 2));
  EXPECT_TRUE(is_base64url("aZ_-", 3));
  EXPECT_FALSE(is_base64url("aZ+-", 3));
  EXPECT_FALSE(is_base64url("aZ_=", 2));
  EXPECT_FALSE(is_base64url("aZ_-", 2));
}

class JsonProbe : public Flow {
 public:
  using Flow::Flow;

 protected:
  void step(const Event& event, Action& action) override {
    if (event.kind() == EventKind::start) {
      action.get("https://api.toy.test/");
      return;
    }
    const JsonDocument document(event.reply().body());
    if (!failed_without_json(action, event.reply(), document, "api.toy.test")) action.done();
  }
};

TEST(JsonReply, FailsWithWhatIsWrongWithIt) {
  struct Row {
    ReplySpec reply;
    const char* id;  // empty: worth reading
  };
  const Row rows[] = {
      {{.status = 200, .body = "{}"}, ""},
      {{.status = 200, .body = "<html>"}, "error.not_json"},
      {{.status = 404, .body = "<html>"}, "error.not_json"},
      {{.status = 404, .body = "{}"}, "error.unexpected_status"},
      {{.status = 503, .body = "{}"}, "error.provider_unavailable"},
      {{.net_error = PATCHBAY_NET_DNS}, "error.unreachable"},
  };
  OnlyDriver<JsonProbe> driver;
  for (const Row& row : rows) {
    FlowRun run = driver.connect({});
    run.start();
    EXPECT_EQ(run.replies({row.reply}).message.id, row.id) << row.reply.body;
  }
}

}  // namespace
