// Several key-encryption keys at once, key files that are replaced under a running hub, and a vault
// that learns of data keys made after it was unlocked.
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <thread>
#include <vector>

#include "vault/vault.h"

namespace patchbay::vault {
namespace {

namespace fs = std::filesystem;

const Place kPlace{"account_secrets", "prj_1", "acc_1", "client_secret", 3};

struct KeyChainTest : testing::Test {
  OsRandom random;
  std::string folder = [] {
    std::string name = fs::temp_directory_path() / "patchbay-chain-XXXXXX";
    return std::string(::mkdtemp(name.data()));
  }();
  ~KeyChainTest() override { fs::remove_all(folder); }

  std::string make_key(const std::string& name) {
    EXPECT_TRUE(create_key_file(folder + "/" + name, random));
    return folder + "/" + name;
  }
};

TEST_F(KeyChainTest, OpensDataKeysUnderAnyOfItsKeysAndMakesThemUnderTheFirst) {
  const auto old_key = KeyChain::load({KeyFile{make_key("old")}}).value();
  const auto wrapped = old_key.create_data_key(random, 1).value();
  const auto both = KeyChain::load({KeyFile{make_key("new")}, KeyFile{folder + "/old"}}).value();
  EXPECT_TRUE(both.unwrap(wrapped));
  EXPECT_NE(both.id(), old_key.id());
  EXPECT_EQ(both.create_data_key(random, 2)->kek_id, both.id());
  const auto rewrapped = both.rewrap(wrapped, random);
  ASSERT_TRUE(rewrapped);
  EXPECT_EQ(rewrapped->kek_id, both.id());
  EXPECT_EQ(rewrapped->id, wrapped.id);
  EXPECT_FALSE(old_key.unwrap(*rewrapped));
}

TEST_F(KeyChainTest, AMissingKeyIsNamedBesideThoseThatWereGiven) {
  const auto stranger = KeyEncryptionKey::generate(random);
  const auto wrapped = create_data_key(stranger, random, 1).value();
  const auto chain = KeyChain::load({KeyFile{make_key("one")}, KeyFile{make_key("two")}}).value();
  const auto refused = chain.unwrap(wrapped);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kConfiguration);
  for (const auto* name : {"one", "two"})
    EXPECT_NE(refused.error().message.find(load_key(KeyFile{folder + "/" + name})->id()),
              std::string::npos);
  EXPECT_NE(refused.error().message.find(stranger.id()), std::string::npos);
}

TEST_F(KeyChainTest, AKeyFileThatWasReplacedIsReadAgainWhenItIsNeeded) {
  const auto chain = KeyChain::load({KeyFile{make_key("key")}}).value();
  const auto before = chain.create_data_key(random, 1).value();
  const auto next = KeyChain::load({KeyFile{make_key("next")}}).value();
  const auto after = next.create_data_key(random, 2).value();
  EXPECT_FALSE(chain.unwrap(after));
  fs::rename(folder + "/next", folder + "/key");
  EXPECT_TRUE(chain.unwrap(after));
  EXPECT_TRUE(chain.unwrap(before)) << "the old key is still in memory";
  EXPECT_NE(chain.id(), next.id()) << "new data keys stay under the key it began with";
}

TEST_F(KeyChainTest, ASourceThatCantBeReadIsRefusedAtTheStart) {
  const auto chain = KeyChain::load({KeyFile{make_key("key")}, KeyFile{folder + "/none"}});
  ASSERT_FALSE(chain);
  EXPECT_EQ(chain.error().code, ErrorCode::kConfiguration);
  EXPECT_NE(chain.error().message.find("patchbay key create"), std::string::npos);
}

// A database's data keys, and how often they were read.
struct Supply final : KeySupply {
  const KeyChain& chain;
  std::vector<WrappedDataKey> keys{};
  std::atomic<int> asked{0};
  bool broken = false;

  explicit Supply(const KeyChain& c) : chain(c) {}
  Result<std::shared_ptr<const KeyRing>> current(const KeyRing& before) override {
    ++asked;
    if (broken) return make_error(ErrorCode::kStorage, "no database");
    PATCHBAY_TRY_ASSIGN(auto ring, KeyRing::unlock(chain, keys, &before));
    return std::make_shared<const KeyRing>(std::move(ring));
  }
};

struct FollowingVaultTest : testing::Test {
  OsRandom random;
  FakeClock clock;
  KeyEncryptionKey kek = KeyEncryptionKey::generate(random);
  KeyChain chain{kek};
  Supply supply{chain};
  WrappedDataKey first = chain.create_data_key(random, 1).value();
  Vault vault = Vault::unlock(chain, std::vector{first}, random).value();

  FollowingVaultTest() {
    supply.keys = {first};
    vault.follow(supply, clock);
  }
  // As another process does it: a new key that seals, the first one retired.
  Vault rotate() {
    auto second = chain.create_data_key(random, 2).value();
    supply.keys = {first, second};
    supply.keys[0].retired = 2;
    return Vault::unlock(chain, supply.keys, random).value();
  }
};

TEST_F(FollowingVaultTest, ARecordUnderAKeyMadeElsewhereOpens) {
  const auto other = rotate();
  const auto record = other.seal("secret", kPlace).value();
  const auto opened = vault.open(record, kPlace);
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_TRUE(opened->equals("secret"));
  EXPECT_EQ(supply.asked, 1);
  EXPECT_TRUE(vault.open(record, kPlace));
  EXPECT_EQ(supply.asked, 1) << "asked again for a key it knows";
  EXPECT_EQ(vault.sealing_key_id(), other.sealing_key_id()) << "and it seals with the new one";
}

TEST_F(FollowingVaultTest, ManyThreadsThatMeetANewKeyAtOnceAllOpenTheirRecord) {
  const auto record = rotate().seal("secret", kPlace).value();
  std::atomic<int> good{0};
  {
    std::vector<std::jthread> threads;
    threads.reserve(4);
    for (int i = 0; i < 4; ++i)
      threads.emplace_back([&] {
        if (vault.open(record, kPlace)) ++good;
      });
  }
  EXPECT_EQ(good, 4);
}

TEST_F(FollowingVaultTest, AVaultThatHasNotHeardForLongAsksBeforeItSeals) {
  const auto other = rotate();
  EXPECT_TRUE(vault.seal("x", kPlace));
  EXPECT_EQ(vault.sealing_key_id(), first.id) << "it has not heard of the new key";
  clock.advance_ms(Vault::kSureForMs);
  const auto record = vault.seal("x", kPlace);
  ASSERT_TRUE(record);
  EXPECT_EQ(vault.sealing_key_id(), other.sealing_key_id());
  EXPECT_TRUE(other.open(*record, kPlace));
  clock.advance_ms(-10 * Vault::kSureForMs);
  EXPECT_TRUE(vault.seal("x", kPlace));
  EXPECT_EQ(supply.asked, 2) << "a clock that was set back makes it ask, too";
}

TEST_F(FollowingVaultTest, WithoutTheDatabaseNothingIsSealedBlindly) {
  supply.broken = true;
  EXPECT_TRUE(vault.seal("x", kPlace));
  clock.advance_ms(Vault::kSureForMs);
  const auto sealed = vault.seal("x", kPlace);
  ASSERT_FALSE(sealed);
  EXPECT_EQ(sealed.error().code, ErrorCode::kStorage);
}

TEST_F(FollowingVaultTest, AKeyThatNobodyHasIsStillAnError) {
  const auto stranger =
      Vault::unlock(chain, std::vector{chain.create_data_key(random, 9).value()}, random).value();
  const auto opened = vault.open(stranger.seal("x", kPlace).value(), kPlace);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::kConfiguration);
  EXPECT_NE(opened.error().message.find("does not hold"), std::string::npos);
}

}  // namespace
}  // namespace patchbay::vault
