// Settings: API keys and webhooks, as their forms make and change them.
#include <algorithm>

#include "api/api_keys.h"
#include "store/webhook_deliveries_table.h"
#include "store/webhook_endpoints_table.h"
#include "web_pages_support.h"

namespace patchbay::web {
namespace {

constexpr std::string_view kKeys = "/app/settings/keys";
constexpr std::string_view kWebhooks = "/app/settings/webhooks";

struct WebSettingsTest : WebPagesTest {
  void SetUp() override { csrf = sign_in(); }

  net::Response submit(std::string_view target, const std::string& form) {
    return post(std::string(target), "csrf=" + csrf + (form.empty() ? "" : "&" + form));
  }
  // The new key or secret that a page shows.
  static std::string shown_secret(const net::Response& page) {
    constexpr std::string_view kMark = "id=\"made-secret\" type=\"text\" readonly value=\"";
    const auto at = page.body.find(kMark);
    if (at == std::string::npos) return {};
    const auto begin = at + kMark.size();
    return page.body.substr(begin, page.body.find('"', begin) - begin);
  }
  std::vector<store::ApiKey> key_rows() {
    return store.read_blocking(store::api_keys_table::list_all).value();
  }
  std::vector<store::WebhookEndpoint> webhook_rows() {
    return store
        .read_blocking(
            [](store::Database& db) { return store::webhook_endpoints_table::list(db, "prj_1"); })
        .value();
  }
  bool takes(const std::string& key) {
    api::ApiKeys keys(store, clock, instance);
    return loops.block_on(keys.authenticate(SecretString(key))).has_value();
  }
  std::string make_webhook() {
    EXPECT_EQ(submit(kWebhooks, "url=https://app.example/hook").status, 200U);
    const auto rows = webhook_rows();
    return rows.empty() ? std::string() : std::string(kWebhooks) + "/" + rows.front().id;
  }
  // The address with a message that waits on it.
  std::string flash_after(const net::Response& redirect) {
    EXPECT_EQ(redirect.status, 303U);
    return get(header(redirect, "Location")).body;
  }
  std::size_t recorded(std::string_view kind) const {
    return static_cast<std::size_t>(std::ranges::count(audit.kinds, kind));
  }

  std::string csrf;
};

TEST_F(WebSettingsTest, AKeyIsShownOnceAndWorks) {
  const auto made = submit(kKeys, "name=Payroll%20%3Cprod%3E&scope=accounts&scope=actions");
  ASSERT_EQ(made.status, 200U);
  const std::string key = shown_secret(made);
  EXPECT_TRUE(takes(key)) << key;
  EXPECT_TRUE(made.secret) << "its bytes are wiped";
  EXPECT_EQ(header(made, "Cache-Control"), "no-store");
  EXPECT_FALSE(has(made, "<prod>")) << "escaped";
  const auto list = get(std::string(kKeys));
  EXPECT_TRUE(has(list, "Payroll &lt;prod&gt;"));
  EXPECT_TRUE(has(list, key.substr(0, 12)));
  EXPECT_FALSE(has(list, key.substr(key.size() - 20)));
  ASSERT_EQ(key_rows().size(), 1U);
  EXPECT_EQ(key_rows()[0].scopes, "accounts actions");
  EXPECT_EQ(recorded("api_key.created"), 1U);
}

TEST_F(WebSettingsTest, WhatWasEnteredSurvivesAMistake) {
  const auto nameless = submit(kKeys, "name=&scope=tokens");
  EXPECT_EQ(nameless.status, 422U);
  EXPECT_TRUE(has(nameless, "Say what the key is for."));
  EXPECT_TRUE(has(nameless, "value=\"tokens\" checked"));
  EXPECT_FALSE(has(nameless, "value=\"accounts\" checked"));
  const auto powerless = submit(kKeys, "name=Payroll");
  EXPECT_EQ(powerless.status, 422U);
  EXPECT_TRUE(has(powerless, "value=\"Payroll\""));
  EXPECT_TRUE(has(powerless, "Choose at least one."));
  EXPECT_EQ(submit(kKeys, "name=" + std::string(101, 'x') + "&scope=actions").status, 422U);
  EXPECT_NE(submit(kKeys, "name=Payroll&scope=everything").status, 200U);
  EXPECT_TRUE(key_rows().empty());
  EXPECT_EQ(recorded("api_key.created"), 0U);
}

TEST_F(WebSettingsTest, AKeyThatCannotBeRecordedIsNotMade) {
  audit.full = true;
  const auto answer = submit(kKeys, "name=Payroll&scope=actions");
  EXPECT_EQ(answer.status, 503U);
  EXPECT_TRUE(has(answer, "The key was not made."));
  EXPECT_TRUE(has(answer, "value=\"Payroll\""));
  EXPECT_TRUE(key_rows().empty());
}

TEST_F(WebSettingsTest, AKeyIsReplacedWithAnOverlap) {
  const std::string old = shown_secret(submit(kKeys, "name=Payroll&scope=actions"));
  const std::string page = std::string(kKeys) + "/" + key_rows()[0].id;
  EXPECT_TRUE(has(get(page), "Make its successor"));
  const std::string fresh = shown_secret(submit(page + "/rotate", "overlap_hours=1"));
  EXPECT_TRUE(takes(old));
  EXPECT_TRUE(takes(fresh));
  clock.advance_ms(kHour + 1);
  EXPECT_FALSE(takes(old));
  EXPECT_TRUE(takes(fresh));
  EXPECT_TRUE(has(get(page), "no longer taken"));
  EXPECT_FALSE(has(get(page), "Make its successor"));
  const auto again = submit(page + "/rotate", "overlap_hours=1");
  EXPECT_NE(flash_after(again).find("The key was not made."), std::string::npos);
}

TEST_F(WebSettingsTest, ARevokedKeyOpensNothing) {
  const std::string key = shown_secret(submit(kKeys, "name=Payroll&scope=actions"));
  const auto gone = submit(std::string(kKeys) + "/" + key_rows()[0].id + "/revoke", "");
  EXPECT_NE(flash_after(gone).find("“Payroll” was revoked"), std::string::npos);
  EXPECT_FALSE(takes(key));
  EXPECT_EQ(recorded("api_key.revoked"), 1U);
  EXPECT_EQ(submit(std::string(kKeys) + "/key_0/revoke", "").status, 404U);
}

TEST_F(WebSettingsTest, AWebhooksSecretIsShownOnce) {
  const auto made =
      submit(kWebhooks, "url=https://app.example/hook&description=CRM&event=account.error");
  ASSERT_EQ(made.status, 200U);
  const std::string secret = shown_secret(made);
  EXPECT_GT(secret.size(), 40U);
  EXPECT_TRUE(made.secret);
  const auto list = get(std::string(kWebhooks));
  EXPECT_TRUE(has(list, "https:&#x2F;&#x2F;app.example") || has(list, "https://app.example/hook"));
  EXPECT_TRUE(has(list, "1 event"));
  const std::string page = std::string(kWebhooks) + "/" + webhook_rows()[0].id;
  EXPECT_FALSE(has(get(page), secret));
  const std::string fresh = shown_secret(submit(page + "/secret", ""));
  EXPECT_GT(fresh.size(), 40U);
  EXPECT_NE(fresh, secret);
  EXPECT_EQ(webhook_rows()[0].events, R"(["account.error"])");
}

TEST_F(WebSettingsTest, AWebhooksMistakesStandAtTheirFields) {
  const auto plain = submit(kWebhooks, "url=http://app.example/hook&description=CRM");
  EXPECT_EQ(plain.status, 422U);
  EXPECT_TRUE(has(plain, "id=\"url-error\""));
  EXPECT_TRUE(has(plain, "value=\"CRM\""));
  EXPECT_TRUE(webhook_rows().empty());
  const std::string page = make_webhook();
  const auto changed = submit(page, "url=nonsense&event=account.error");
  EXPECT_EQ(changed.status, 422U);
  EXPECT_TRUE(has(changed, "value=\"nonsense\""));
  EXPECT_TRUE(has(changed, "value=\"account.error\" checked"));
  EXPECT_EQ(webhook_rows()[0].url, "https://app.example/hook");
}

TEST_F(WebSettingsTest, AWebhookIsChangedSwitchedAndRemoved) {
  const std::string page = make_webhook();
  EXPECT_EQ(submit(page, "url=https://app.example/new&description=&event=account.created").status,
            303U);
  EXPECT_EQ(webhook_rows()[0].url, "https://app.example/new");
  EXPECT_EQ(webhook_rows()[0].events, R"(["account.created"])");
  EXPECT_EQ(submit(page + "/off", "").status, 303U);
  EXPECT_FALSE(webhook_rows()[0].active);
  EXPECT_EQ(webhook_rows()[0].url, "https://app.example/new") << "nothing else changes";
  EXPECT_TRUE(has(get(page), "Switch on"));
  EXPECT_EQ(submit(page + "/on", "").status, 303U);
  EXPECT_TRUE(webhook_rows()[0].active);
  EXPECT_TRUE(has(get(page + "/remove"), "Remove webhook"));
  EXPECT_EQ(header(submit(page + "/remove", ""), "Location"), kWebhooks);
  EXPECT_TRUE(webhook_rows().empty());
  EXPECT_EQ(get(page).status, 404U);
  EXPECT_EQ(submit(page + "/remove", "").status, 404U);
}

TEST_F(WebSettingsTest, DeliveriesAreSeenAndSentAgain) {
  const std::string page = make_webhook();
  const std::string id = webhook_rows()[0].id;
  EXPECT_NE(flash_after(submit(page + "/test", "")).find("on its way"), std::string::npos);
  EXPECT_TRUE(has(get(page), "Waiting"));
  EXPECT_FALSE(has(get(page), "Send again")) << "it is under way";
  ASSERT_TRUE(store.transact_blocking([&](store::Database& db) -> Result<> {
    PATCHBAY_TRY_ASSIGN(auto delivery, store::webhook_deliveries_table::next(db, id));
    delivery->state = store::DeliveryState::kGivenUp;
    delivery->finished = clock.unix_ms();
    delivery->last_error = "<b>timed out</b>";
    return store::webhook_deliveries_table::record(db, id, *delivery);
  }));
  const auto given_up = get(page);
  EXPECT_TRUE(has(given_up, "Given up"));
  EXPECT_TRUE(has(given_up, "No answer"));
  EXPECT_FALSE(has(given_up, "<b>timed"));
  EXPECT_NE(flash_after(submit(page + "/replay", "")).find("1 message is sent again"),
            std::string::npos);
  EXPECT_TRUE(has(get(page), "Waiting"));
  EXPECT_NE(flash_after(submit(page + "/replay", "seq=999")).find("not done"), std::string::npos);
}

TEST_F(WebSettingsTest, AViewerSeesNamesAndNoForms) {
  (void)submit(kKeys, "name=Payroll&scope=actions");
  const std::string webhook = make_webhook();
  csrf = sign_in({store::Role::kViewer, ""});
  const auto keys = get(std::string(kKeys));
  EXPECT_TRUE(has(keys, "Payroll"));
  EXPECT_FALSE(has(keys, "Make key"));
  const auto page = get(webhook);
  EXPECT_EQ(page.status, 200U);
  EXPECT_FALSE(has(page, webhook + "/test"));
  EXPECT_FALSE(has(page, webhook + "/secret"));
  EXPECT_EQ(get(webhook + "/remove").status, 403U);
}

// Another project's rows are not there for these pages.
TEST_F(WebSettingsTest, KnowOneProjectAlone) {
  ASSERT_TRUE(store.transact_blocking([](store::Database& db) -> Result<> {
    PATCHBAY_TRY(store::projects_table::insert(db, {"prj_2", "Other", 1}));
    store::WebhookEndpoint webhook;
    webhook.id = "wh_other";
    webhook.project_id = "prj_2";
    webhook.url = "https://other.example";
    PATCHBAY_TRY(store::webhook_endpoints_table::insert(db, webhook));
    store::ApiKey key;
    key.id = "key_other";
    key.project_id = "prj_2";
    key.prefix = "otherotherotherother";
    key.name = "Others";
    return store::api_keys_table::insert(db, key);
  }));
  EXPECT_FALSE(has(get(std::string(kKeys)), "Others"));
  EXPECT_FALSE(has(get(std::string(kWebhooks)), "other.example"));
  for (const std::string_view target :
       {"/app/settings/keys/key_other", "/app/settings/webhooks/wh_other"})
    EXPECT_EQ(get(std::string(target)).status, 404U) << target;
  EXPECT_EQ(submit("/app/settings/keys/key_other/revoke", "").status, 404U);
  EXPECT_EQ(submit("/app/settings/webhooks/wh_other/remove", "").status, 404U);
  EXPECT_EQ(submit("/app/settings/webhooks/wh_other/secret", "").status, 404U);
  for (const auto& key : key_rows()) EXPECT_EQ(key.revoked, 0) << key.id;
}

}  // namespace
}  // namespace patchbay::web
