// Actions that are authorised with fields which people may leave empty.
#include "actions/action_runner.h"
#include "actions/catalogue.h"
#include "actions/raw_caller.h"
#include "actions_test_support.h"
#include "manifest_fixture.h"

namespace patchbay::actions {
namespace {

const std::string kPost =
    R"({"id":"acme_post","label":"t","description":"t","input":{"type":"object"},"permissions":[],)"
    R"("hints":{},"token":"posts","request":{"method":"POST","host":"api.acme.example","path":"/v1/posts"}})";

std::string with_posts() {
  auto json = test::acme_json(
      "[" + kPost + "," +
      test::action("get", R"({"type":"object"})",
                   R"("token":"main","request":{"method":"GET","host":"api.acme.example",)"
                   R"("path":"/v1/people"})",
                   R"({"read_only":true})") +
      "]");
  json = manifest::replaced(
      json, R"({"token":"in_query")",
      R"({"token":"posts","kind":"bearer","value":{"field":"post_key"},)"
      R"("headers":[{"name":"X-Customer","value":{"field":"customer"}}]},{"token":"in_query")");
  return manifest::replaced(json, R"({"id":"user","type":"text","label":"t"})",
                            R"({"id":"user","type":"text","label":"t"},)"
                            R"({"id":"customer","type":"text","label":"t"},)"
                            R"({"id":"post_key","type":"password","label":"people"})");
}

struct OptionalFieldsTest : testing::Test {
  test::Hub hub{test::parsed_manifest(with_posts())};
  ActionRunner runner{*hub.services, hub.tokens, hub.runner_options()};

  OptionalFieldsTest() {
    hub.change([](store::Database& db) -> Result<> {
      PATCHBAY_TRY(db.execute("UPDATE integrations SET allowed_actions = ?",
                              {std::string(R"(["acme_post","acme_get","raw_writes"])")}));
      return {};
    });
  }
  void fill(const std::string& customer = "77001") {
    hub.change([&](store::Database& db) -> Result<> {
      PATCHBAY_TRY(
          db.execute("UPDATE accounts SET fields = ?",
                     {R"({"company":"example","user":"ada","customer":")" + customer + R"("})"}));
      return {};
    });
    hub.keep_secret("post_key", " key-12345 ");
  }
  ActionRunner::Outcome post(bool dry_run = false) {
    ActionCall call{"prj_1", "acc_1", "acme_post", "{}"};
    call.dry_run = dry_run;
    return hub.loops.block_on(runner.run(std::move(call)));
  }
  Catalogue catalogue() {
    return hub.loops.block_on(catalogue_of(*hub.services, runner, "prj_1", "acc_1")).value();
  }
  RawCaller::Outcome post_by_hand(NamedTexts headers = {}) {
    RawCaller raw(*hub.services, hub.tokens, hub.runner_options().find_connector);
    RawCall call{.project_id = "prj_1", .account_id = "acc_1"};
    call.target = {.method = "POST", .path = "/v1/posts"};
    call.headers = std::move(headers);
    return hub.loops.block_on(raw.run(std::move(call)));
  }
};

TEST_F(OptionalFieldsTest, WhereTheyWereLeftEmptyNothingIsSent) {
  for (const bool dry_run : {false, true}) {
    const auto outcome = post(dry_run);
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().code, ErrorCode::kPermissionMissing);
    EXPECT_EQ(outcome.error().reason, reason::kFieldsMissing);
    EXPECT_EQ(outcome.error().field, "post_key");
    EXPECT_NE(outcome.error().message.find("People, Text"), std::string::npos)
        << outcome.error().message;
  }
  const auto by_hand = post_by_hand();
  ASSERT_FALSE(by_hand);
  EXPECT_EQ(by_hand.error().reason, reason::kFieldsMissing);
  EXPECT_TRUE(hub.provider.requests.empty());
}

TEST_F(OptionalFieldsTest, ABlankOneIsEmpty) {
  fill("  ");
  const auto outcome = post();
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().field, "customer");
}

TEST_F(OptionalFieldsTest, FilledInTheyGoOutWithoutBlanksAround) {
  fill();
  hub.provider.answer(200, "{}");
  ASSERT_TRUE(post());
  const auto& headers = hub.provider.requests.back().headers;
  EXPECT_EQ(headers.get("Authorization"), "Bearer key-12345");
  EXPECT_EQ(headers.get("X-Customer"), "77001");
}

TEST_F(OptionalFieldsTest, ARefusalNamesThemAndNotTheirSecret) {
  fill();
  hub.provider.answer(401, R"({"message":"key-12345 of 77001 is not known"})");
  const auto outcome = post();
  ASSERT_FALSE(outcome);
  EXPECT_EQ(hub.provider.requests.size(), 1U) << "no other token would help";
  EXPECT_NE(outcome.error().message.find("People, Text"), std::string::npos)
      << outcome.error().message;
  EXPECT_NE(outcome.error().message.find("[redacted] of 77001"), std::string::npos)
      << outcome.error().message;
}

TEST_F(OptionalFieldsTest, OffersAnActionWhereTheyAreFilledIn) {
  EXPECT_EQ(catalogue().find("acme_post"), nullptr);
  EXPECT_NE(catalogue().find_lacking_fields("acme_post"), nullptr);
  EXPECT_NE(catalogue().find("acme_get"), nullptr);
  fill();
  EXPECT_NE(catalogue().find("acme_post"), nullptr);
  EXPECT_TRUE(catalogue().lacking_fields.empty());
}

TEST_F(OptionalFieldsTest, NobodySetsTheirHeaderByHand) {
  fill();
  const auto outcome = post_by_hand({{"x-customer", "1"}});
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().field, "headers");
  EXPECT_TRUE(hub.provider.requests.empty());
}

}  // namespace
}  // namespace patchbay::actions
