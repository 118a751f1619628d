#include <gtest/gtest.h>

#include "base/encoding.h"
#include "base/json.h"
#include "webhooks/message.h"
#include "webhooks/signature.h"

namespace patchbay::webhooks {
namespace {

// The example of the Standard Webhooks specification.
TEST(WebhookSignature, IsTheStandardsOwnExample) {
  const SecretString secret("whsec_plJ3nmyCDGBKInavdOK15jsl");
  EXPECT_EQ(standard_signature(secret, "msg_loFOjxBNrRLzqYUf", 1731705121,
                               R"({"event_type":"ping","data":{"success":true}})"),
            "v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0=");
}

TEST(WebhookSignature, ForReceiversOfStackOneIsTheBodysAlone) {
  // RFC 4231, test case 2.
  EXPECT_EQ(stackone_signature(SecretString("Jefe"), "what do ya want for nothing?"),
            "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM");
}

TEST(WebhookSignature, ComesWithEachSecretThatIsGood) {
  OsRandom random;
  std::vector<SecretString> secrets;
  secrets.push_back(make_secret(random));
  secrets.push_back(make_secret(random));
  EXPECT_EQ(base64_decode(secrets[0].reveal().substr(6))->size(), 32U);
  EXPECT_FALSE(secrets[0].equals(secrets[1].reveal()));
  net::Headers headers;
  sign(headers, secrets, "evt_1", 1'000, "{}");
  EXPECT_EQ(headers.get("webhook-id"), "evt_1");
  EXPECT_EQ(headers.get("webhook-timestamp"), "1000");
  EXPECT_EQ(headers.get("webhook-signature"),
            standard_signature(secrets[0], "evt_1", 1'000, "{}") + " " +
                standard_signature(secrets[1], "evt_1", 1'000, "{}"));
  EXPECT_EQ(headers.get("x-stackone-signature"), stackone_signature(secrets[1], "{}"));
}

TEST(WebhookMessage, HoldsStackOnesFieldsAndOurs) {
  store::Event event{7,
                     "prj_1",
                     "account.error",
                     "acc_1",
                     R"({"provider":"acme","origin_owner_id":"o","status":"error"})",
                     1'750'000'000'123};
  const auto text = message_of(
      event, {SecretString("https://hub.example/connect/x"), SecretString(R"({"a":[1]})")},
      1'750'000'001'000);
  const auto message = json::Document::parse(text.reveal()).value();
  const std::vector<std::pair<std::string_view, std::string_view>> texts = {
      {"id", "evt_1_7"},
      {"event", "account.error"},
      {"event_date", "2025-06-15T15:06:40.123Z"},
      {"sent_at", "2025-06-15T15:06:41.000Z"},
      {"project_id", "prj_1"},
      {"record_type", "account"},
      {"record_id", "acc_1"},
      {"account_id", "acc_1"},
      {"provider", "acme"},
      {"origin_owner_id", "o"},
      {"status", "error"},
      {"reconnect_url", "https://hub.example/connect/x"}};
  for (const auto& [name, value] : texts)
    EXPECT_EQ(message.root().get(name).as_string(), value) << name;
  EXPECT_EQ(message.root().get("payload").dump(), R"({"a":[1]})");
  EXPECT_FALSE(json::Document::parse(message_of(event, {}, 1).reveal())
                   ->root()
                   .get("reconnect_url")
                   .exists());
}

}  // namespace
}  // namespace patchbay::webhooks
