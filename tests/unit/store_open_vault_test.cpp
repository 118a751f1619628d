// The vault over a database: made once, the same after a restart, refused for another key.
#include <gtest/gtest.h>

#include "store/account_credentials.h"
#include "store/data_keys_table.h"
#include "store/open_vault.h"
#include "store/store.h"
#include "store_test_support.h"

namespace patchbay::store {
namespace {

const vault::Place kPlace{kSecretsTable, "prj_1", "acc_1", "client_secret", 1};

struct OpenVaultTest : testing::TestWithParam<Kind> {
  TestPlace place{GetParam()};
  OsRandom random;
  vault::KeyEncryptionKey kek = vault::KeyEncryptionKey::generate(random);

  Result<vault::Vault> open(const vault::KeyEncryptionKey& key) {
    auto store = open_store(place.location());
    return (*store)->transact_alone_blocking(
        [&](Database& db) { return open_vault(db, key, random, 1'000); });
  }
};

TEST_P(OpenVaultTest, WhatWasSealedOpensAfterARestart) {
  const auto first = open(kek);
  ASSERT_TRUE(first) << first.error().message;
  const auto record = first->seal("secret", kPlace).value();
  const auto second = open(kek);
  ASSERT_TRUE(second);
  EXPECT_EQ(second->sealing_key_id(), first->sealing_key_id());
  EXPECT_TRUE(second->open(record, kPlace)->equals("secret"));
}

TEST_P(OpenVaultTest, AnotherKeyThanTheDatabasesIsRefusedWithBothIds) {
  ASSERT_TRUE(open(kek));
  const auto other = vault::KeyEncryptionKey::generate(random);
  const auto refused = open(other);
  EXPECT_EQ(code_of(refused), ErrorCode::kConfiguration);
  EXPECT_NE(refused.error().message.find(kek.id()), std::string::npos);
  EXPECT_NE(refused.error().message.find(other.id()), std::string::npos);
  EXPECT_TRUE(open(kek));  // and the database was left as it is
}

TEST_P(OpenVaultTest, KeysRotateRowByRow) {
  const auto db = place.open_migrated();
  const auto next = vault::KeyEncryptionKey::generate(random);
  const auto record = open_vault(*db, kek, random, 1)->seal("secret", kPlace).value();
  for (const auto& key : data_keys_table::list(*db).value()) {
    const auto rewrapped = vault::rewrap_data_key(kek, next, key, random).value();
    ASSERT_TRUE(data_keys_table::replace_wrapping(*db, rewrapped));
  }
  EXPECT_FALSE(open_vault(*db, kek, random, 2));
  const auto old_data_key = data_keys_table::list(*db)->front().id;
  ASSERT_TRUE(data_keys_table::insert(*db, vault::create_data_key(next, random, 3).value()));
  ASSERT_TRUE(data_keys_table::retire(*db, old_data_key, 3));
  const auto vault = open_vault(*db, next, random, 4);
  ASSERT_TRUE(vault);
  EXPECT_NE(vault->sealing_key_id(), old_data_key);
  EXPECT_TRUE(vault->open(record, kPlace));
}

INSTANTIATE_TEST_SUITE_P(Every, OpenVaultTest, every_kind, name_of_kind);

}  // namespace
}  // namespace patchbay::store
