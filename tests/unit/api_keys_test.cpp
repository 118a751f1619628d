#include "api/api_keys.h"

#include <gtest/gtest.h>

#include "base/encoding.h"
#include "base/hash.h"
#include "net/loops.h"
#include "store/migrations.h"
#include "store/projects_table.h"

namespace patchbay::api {
namespace {

struct ApiKeysTest : testing::Test {
  ApiKeysTest() {
    auto opened = store::open_sqlite({.path = ":memory:"});
    if (!opened || !store::migrate(**opened)) std::abort();
    store.emplace(*std::move(opened), store::Store::Runs::kCaller);
    instance.emplace(loops, *store, clock, random);
    keys.emplace(*store, clock, *instance);
    for (const char* project : {"prj_1", "prj_2"})
      EXPECT_TRUE(store->transact_blocking([project](store::Database& db) {
        return store::projects_table::insert(db, {project, "One", 1});
      }));
  }

  std::string make(const std::string& scopes = "accounts actions") {
    auto made = loops.block_on(create_api_key(*store, clock, random, "prj_1", "app", scopes));
    EXPECT_TRUE(made) << made.error().message;
    return made ? std::string(made->key.reveal()) : std::string();
  }
  Result<Caller> who(const std::string& key) {
    return loops.block_on(keys->authenticate(SecretString(key)));
  }
  store::ApiKey row_of(const std::string& key) {
    auto rows = store->read_blocking(store::api_keys_table::list_all);
    for (const auto& row : *rows)
      if (key.find(row.prefix) != std::string::npos) return row;
    ADD_FAILURE() << "no such key";
    return {};
  }

  FakeClock clock;
  OsRandom random;
  net::LoopPool loops{1};
  std::optional<store::Store> store;
  std::optional<instances::Instance> instance;
  std::optional<ApiKeys> keys;
};

TEST_F(ApiKeysTest, AreReplacedWithAnOverlap) {
  const std::string old = make("accounts tokens");
  ASSERT_TRUE(who(old)) << "so that it is known";
  const auto rotated = loops.block_on(
      rotate_api_key(*store, clock, random, *instance, "prj_1", row_of(old).id, 60'000));
  ASSERT_TRUE(rotated) << rotated.error().message;
  const std::string fresh(rotated->key.reveal());
  EXPECT_EQ(row_of(fresh).scopes, "accounts tokens");
  EXPECT_EQ(row_of(fresh).name, "app");
  EXPECT_TRUE(who(fresh));
  EXPECT_TRUE(who(old));
  clock.advance_ms(59'999);
  EXPECT_TRUE(who(old));
  clock.advance_ms(1);
  EXPECT_FALSE(who(old)) << "its time is over, although nothing in the database has changed";
  EXPECT_TRUE(who(fresh));
  const auto again = loops.block_on(
      rotate_api_key(*store, clock, random, *instance, "prj_1", row_of(old).id, 60'000));
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, ErrorCode::kConflict);
  EXPECT_FALSE(loops.block_on(
      rotate_api_key(*store, clock, random, *instance, "prj_2", row_of(fresh).id, 60'000)));
}

TEST_F(ApiKeysTest, OfAnOverlapCanBeRevokedAtOnce) {
  const std::string old = make();
  ASSERT_TRUE(loops.block_on(
      rotate_api_key(*store, clock, random, *instance, "prj_1", row_of(old).id, 60'000)));
  ASSERT_TRUE(loops.block_on(revoke_api_key(*store, clock, *instance, "prj_1", row_of(old).id)));
  EXPECT_FALSE(who(old));
  const auto ended = row_of(old).revoked;
  clock.advance_ms(1'000);
  ASSERT_TRUE(loops.block_on(revoke_api_key(*store, clock, *instance, "prj_1", row_of(old).id)));
  EXPECT_EQ(row_of(old).revoked, ended) << "the first time counts";
}

TEST_F(ApiKeysTest, AreFoundByTheirPrefixAndStoredAsAHash) {
  const std::string key = make();
  EXPECT_EQ(key.size(), 3U + 20U + 1U + 43U);
  EXPECT_TRUE(key.starts_with("pb_"));
  const auto row = row_of(key);
  EXPECT_EQ(row.hash, sha256_hex(key));
  EXPECT_EQ(row.scopes, "accounts actions");
  const auto caller = who(key);
  ASSERT_TRUE(caller) << caller.error().message;
  EXPECT_EQ(caller->project_id, "prj_1");
  EXPECT_EQ(caller->key_id, row.id);
  EXPECT_TRUE(caller->scopes.has(Scope::kActions));
  EXPECT_FALSE(caller->scopes.has(Scope::kTokens));
}

TEST_F(ApiKeysTest, OfAnyWrongKindGetTheSameError) {
  const std::string key = make();
  std::string changed = key;
  changed.back() = changed.back() == 'A' ? 'B' : 'A';
  const std::string unknown = "pb_" + std::string(20, 'a') + "_" + std::string(43, 'b');
  ASSERT_TRUE(who(key));  // in memory from here on
  const auto expected = who("").error();
  EXPECT_EQ(expected.code, ErrorCode::kUnauthenticated);
  for (const auto& wrong :
       {changed, unknown, key + "x", key.substr(1), std::string("pb_"), std::string(5000, 'x')}) {
    const auto refused = who(wrong);
    ASSERT_FALSE(refused) << wrong;
    EXPECT_EQ(refused.error().code, expected.code);
    EXPECT_EQ(refused.error().message, expected.message);
  }
}

TEST_F(ApiKeysTest, StopWorkingAtOnceWhenRevokedHere) {
  const std::string key = make();
  ASSERT_TRUE(who(key));
  ASSERT_TRUE(loops.block_on(revoke_api_key(*store, clock, *instance, "prj_1", row_of(key).id)));
  EXPECT_FALSE(who(key));
}

TEST_F(ApiKeysTest, StopWorkingWithinTwoSecondsWhenRevokedElsewhere) {
  const std::string key = make();
  ASSERT_TRUE(who(key));
  ASSERT_TRUE(store->transact_blocking([id = row_of(key).id](store::Database& db) {
    return store::api_keys_table::revoke(db, "prj_1", id, 5);
  }));
  clock.advance_ms(1'999);
  EXPECT_TRUE(who(key)) << "still trusted";
  clock.advance_ms(1);
  EXPECT_FALSE(who(key));
}

TEST_F(ApiKeysTest, AreTrustedNoLongerWhenTheWallClockIsSetBack) {
  const std::string key = make();
  ASSERT_TRUE(who(key));
  ASSERT_TRUE(store->transact_blocking([id = row_of(key).id](store::Database& db) {
    return store::api_keys_table::revoke(db, "prj_1", id, 5);
  }));
  clock.advance_ms(2'000);
  clock.advance_ms(-3'600'000);
  EXPECT_FALSE(who(key));
}

TEST_F(ApiKeysTest, OfAnotherProjectCantBeRevoked) {
  const std::string key = make();
  const auto revoked =
      loops.block_on(revoke_api_key(*store, clock, *instance, "prj_2", row_of(key).id));
  ASSERT_FALSE(revoked);
  EXPECT_EQ(revoked.error().code, ErrorCode::kNotFound);
  EXPECT_TRUE(who(key));
}

TEST_F(ApiKeysTest, RememberWhenTheyWereUsed) {
  const std::string key = make();
  ASSERT_TRUE(who(key));
  const std::int64_t first = row_of(key).last_used;
  EXPECT_EQ(first, clock.unix_ms());
  clock.advance_ms(10'000);
  ASSERT_TRUE(who(key));
  EXPECT_EQ(row_of(key).last_used, first) << "written again too soon";
  clock.advance_ms(60'000);
  ASSERT_TRUE(who(key));
  EXPECT_EQ(row_of(key).last_used, clock.unix_ms());
}

TEST_F(ApiKeysTest, NeedANameAndKnownScopes) {
  for (const auto& [name, scopes] :
       std::vector<std::pair<std::string, std::string>>{{"", "accounts"},
                                                        {std::string(101, 'x'), "accounts"},
                                                        {"app", "everything"},
                                                        {"app", ""},
                                                        {"app", " "}}) {
    const auto made = loops.block_on(create_api_key(*store, clock, random, "prj_1", name, scopes));
    ASSERT_FALSE(made) << name << " / " << scopes;
    EXPECT_EQ(made.error().code, ErrorCode::kInvalidArgument);
  }
}

TEST(KeyFromAuthorization, ReadsBasicAndBearer) {
  EXPECT_EQ(key_from_authorization("Basic " + base64_encode("pb_x:"))->reveal(), "pb_x");
  EXPECT_EQ(key_from_authorization("basic  " + base64_encode("pb_x:"))->reveal(), "pb_x");
  EXPECT_EQ(key_from_authorization("Bearer pb_x")->reveal(), "pb_x");
  for (const auto& wrong :
       {std::string(""), std::string("Bearer"), "Basic " + base64_encode("pb_x"),
        "Basic " + base64_encode("user:pb_x"), std::string("Basic ???"), std::string("Digest x")})
    EXPECT_FALSE(key_from_authorization(wrong)) << wrong;
}

}  // namespace
}  // namespace patchbay::api
