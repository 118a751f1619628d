// Sealing: what comes back, and every way of tampering that must not.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "vault/record_format.h"
#include "vault/vault.h"

namespace patchbay::vault {
namespace {

constexpr std::string_view kSecret = "papi-secret-3f9c";
const Place kPlace{"account_secrets", "prj_1", "acc_1", "client_secret", 3};

struct VaultTest : testing::Test {
  OsRandom random;
  KeyEncryptionKey kek = KeyEncryptionKey::generate(random);
  WrappedDataKey data_key = create_data_key(kek, random, 1).value();
  Vault vault = unlock({data_key});
  std::string record = vault.seal(kSecret, kPlace).value();

  Vault unlock(const std::vector<WrappedDataKey>& keys) {
    return Vault::unlock(kek, keys, random).value();
  }
  Error open_error(std::string_view tampered, const Place& place = kPlace) {
    auto opened = vault.open(tampered, place);
    if (opened) return Error{ErrorCode::kInternal, "opened", {}, {}, {}, 0};
    return opened.error();
  }
};

TEST_F(VaultTest, ASealedSecretOpensAtItsPlace) {
  const auto opened = vault.open(record, kPlace);
  ASSERT_TRUE(opened);
  EXPECT_TRUE(opened->equals(kSecret));
}

TEST_F(VaultTest, EmptyAndLargeSecretsComeBackWhole) {
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, Vault::kMaxPlaintext}) {
    const std::string plain(size, '\x7f');
    const auto sealed = vault.seal(plain, kPlace);
    ASSERT_TRUE(sealed);
    const auto opened = vault.open(*sealed, kPlace);
    ASSERT_TRUE(opened);
    EXPECT_TRUE(opened->equals(plain));
  }
}

TEST_F(VaultTest, ASecretOverTheLimitIsRefused) {
  const auto sealed = vault.seal(std::string(Vault::kMaxPlaintext + 1, 'x'), kPlace);
  ASSERT_FALSE(sealed);
  EXPECT_EQ(sealed.error().code, ErrorCode::kTooLarge);
}

TEST_F(VaultTest, TheRecordShowsNothingOfTheSecretAndDiffersEachTime) {
  EXPECT_EQ(record.find(kSecret), std::string::npos);
  EXPECT_NE(vault.seal(kSecret, kPlace).value(), record);
}

TEST_F(VaultTest, ARecordMovedToAnotherPlaceDoesNotOpen) {
  std::vector<Place> elsewhere(6, kPlace);
  elsewhere[0].table = "account_tokens";
  elsewhere[1].project_id = "prj_2";
  elsewhere[2].row_id = "acc_2";
  elsewhere[3].column = "token";
  elsewhere[4].generation = 4;
  // The same letters, split at another point.
  elsewhere[5].row_id = "acc_1c";
  elsewhere[5].column = "lient_secret";
  for (const auto& place : elsewhere) {
    const auto error = open_error(record, place);
    EXPECT_EQ(error.code, ErrorCode::kStorage);
    EXPECT_NE(error.message.find("another place"), std::string::npos) << error.message;
  }
}

TEST_F(VaultTest, APlaceMarkThatWasForgedStillDoesNotOpen) {
  Place other = kPlace;
  other.row_id = "acc_2";
  const auto forged_header = record::header(vault.sealing_key_id(), record::encode_place(other));
  const auto error = open_error(forged_header + record.substr(forged_header.size()), other);
  EXPECT_NE(error.message.find("altered"), std::string::npos) << error.message;
}

TEST_F(VaultTest, ARecordCutShortAnywhereIsAnErrorAndNoCrash) {
  for (std::size_t size = 0; size < record.size(); ++size) {
    EXPECT_EQ(open_error(record.substr(0, size)).code, ErrorCode::kStorage) << size;
  }
  EXPECT_NE(open_error("").message.find("cut short"), std::string::npos);
  EXPECT_NE(open_error(record + "x").message.find("altered"), std::string::npos);
}

TEST_F(VaultTest, EveryFlippedBitIsNoticed) {
  for (std::size_t at = 0; at < record.size() * 8; ++at) {
    std::string flipped = record;
    flipped[at / 8] = static_cast<char>(flipped[at / 8] ^ (1 << (at % 8)));
    const auto error = open_error(flipped);
    EXPECT_TRUE(error.code == ErrorCode::kStorage || error.code == ErrorCode::kConfiguration) << at;
  }
}

TEST_F(VaultTest, ARecordOfAnUnknownDataKeySaysSo) {
  const Vault other = unlock({create_data_key(kek, random, 1).value()});
  const auto error = open_error(other.seal(kSecret, kPlace).value());
  EXPECT_EQ(error.code, ErrorCode::kConfiguration);
  EXPECT_NE(error.message.find("does not hold"), std::string::npos) << error.message;
}

TEST_F(VaultTest, AForeignKeyUnderAKnownIdDoesNotOpen) {
  auto impostor = create_data_key(kek, random, 1).value();
  // The id is authenticated, so swapping the wrapped bytes of two keys is noticed at once.
  impostor.id = data_key.id;
  const auto unlocked = Vault::unlock(kek, std::vector{impostor}, random);
  ASSERT_FALSE(unlocked);
  EXPECT_EQ(unlocked.error().code, ErrorCode::kStorage);
}

TEST_F(VaultTest, NoErrorTextHoldsTheSecret) {
  std::string flipped = record;
  flipped.back() = static_cast<char>(flipped.back() ^ 1);
  Place other = kPlace;
  other.generation = 9;
  for (const auto& error : {open_error(flipped), open_error(record, other), open_error("x")}) {
    EXPECT_EQ(error.message.find(kSecret), std::string::npos);
  }
}

TEST_F(VaultTest, TheNewestKeySealsAndRetiredOnesStillOpen) {
  auto newer = create_data_key(kek, random, 2).value();
  data_key.retired = 3;
  const Vault rotated = unlock({newer, data_key});
  EXPECT_EQ(rotated.sealing_key_id(), newer.id);
  EXPECT_TRUE(rotated.open(record, kPlace));
  EXPECT_FALSE(vault.open(rotated.seal(kSecret, kPlace).value(), kPlace));
}

TEST_F(VaultTest, WithoutAKeyThatMaySealTheVaultStaysShut) {
  data_key.retired = 3;
  for (const auto& keys : {std::vector<WrappedDataKey>{}, std::vector{data_key}}) {
    const auto unlocked = Vault::unlock(kek, keys, random);
    ASSERT_FALSE(unlocked);
    EXPECT_EQ(unlocked.error().code, ErrorCode::kConfiguration);
  }
}

TEST_F(VaultTest, AnotherKeyThanTheDatabasesIsNamedWithBothIds) {
  const auto other = KeyEncryptionKey::generate(random);
  const auto unlocked = Vault::unlock(other, std::vector{data_key}, random);
  ASSERT_FALSE(unlocked);
  EXPECT_EQ(unlocked.error().code, ErrorCode::kConfiguration);
  EXPECT_NE(unlocked.error().message.find(kek.id()), std::string::npos);
  EXPECT_NE(unlocked.error().message.find(other.id()), std::string::npos);
}

TEST_F(VaultTest, EveryFlippedBitOfAWrappedDataKeyIsNoticed) {
  for (std::size_t at = 0; at < data_key.wrapped.size() * 8; ++at) {
    auto flipped = data_key;
    flipped.wrapped[at / 8] = static_cast<char>(flipped.wrapped[at / 8] ^ (1 << (at % 8)));
    EXPECT_FALSE(unwrap_data_key(kek, flipped)) << at;
  }
  for (std::size_t size = 0; size < data_key.wrapped.size(); ++size) {
    auto cut = data_key;
    cut.wrapped.resize(size);
    EXPECT_FALSE(unwrap_data_key(kek, cut)) << size;
  }
}

TEST_F(VaultTest, ARewrappedDataKeyOpensOldRecordsUnderTheNewKeyOnly) {
  const auto next = KeyEncryptionKey::generate(random);
  const auto rewrapped = rewrap_data_key(kek, next, data_key, random).value();
  EXPECT_EQ(rewrapped.kek_id, next.id());
  EXPECT_FALSE(Vault::unlock(kek, std::vector{rewrapped}, random));
  const auto moved = Vault::unlock(next, std::vector{rewrapped}, random);
  ASSERT_TRUE(moved);
  EXPECT_TRUE(moved->open(record, kPlace));
}

TEST_F(VaultTest, ManyThreadsMaySealAndOpenAtOnce) {
  std::vector<std::jthread> threads;
  threads.reserve(4);
  std::atomic<int> good{0};
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([this, t, &good] {
      Place place = kPlace;
      place.generation = t;
      for (int i = 0; i < 200; ++i) {
        const auto sealed = vault.seal(std::to_string(i), place);
        const auto opened = vault.open(sealed.value(), place);
        if (opened && opened->equals(std::to_string(i))) ++good;
      }
    });
  }
  threads.clear();
  EXPECT_EQ(good, 800);
}

}  // namespace
}  // namespace patchbay::vault
