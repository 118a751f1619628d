// Settings: the store and its keys.
#include "store/key_rotation.h"
#include "store/store_size.h"
#include "web/storage_view.h"
#include "web_pages_support.h"

namespace patchbay::web {
namespace {

constexpr std::string_view kStorage = "/app/settings/storage";

struct WebStorageTest : WebPagesTest {
  void SetUp() override { (void)sign_in(); }
  net::Response page() { return get(std::string(kStorage)); }
};

TEST_F(WebStorageTest, ShowsTheKeysAndWhatTheySeal) {
  const auto shown = page();
  ASSERT_EQ(shown.status, 200U);
  EXPECT_TRUE(has(shown, vault.sealing_key_id()));
  EXPECT_TRUE(has(shown, "This hub"));
  EXPECT_TRUE(has(shown, kek.id()));
  EXPECT_TRUE(has(shown, "Seals"));
  EXPECT_TRUE(has(shown, "patchbay key rotate --data /var/lib/patchbay") ||
              has(shown, "patchbay key rotate --data &#x2F;var"));
  EXPECT_FALSE(has(shown, "A rotation is under way"));
}

TEST_F(WebStorageTest, FollowsARotation) {
  const std::string before = vault.sealing_key_id();
  ASSERT_TRUE(store.transact_blocking([&](store::Database& db) {
    return store::key_rotation::begin(db, key_chain, random, clock.unix_ms());
  }));
  const auto rotating = page();
  EXPECT_TRUE(has(rotating, "A rotation is under way: 0 of"));
  EXPECT_TRUE(has(rotating, "Seals, rotating"));
  EXPECT_TRUE(has(rotating, "Retired"));
  EXPECT_TRUE(has(rotating, before));
  EXPECT_TRUE(has(rotating, "2 data keys"));
}

TEST_F(WebStorageTest, NamesAnotherKeyThatWrapsOne) {
  const auto other = vault::KeyEncryptionKey::generate(random);
  ASSERT_TRUE(store.transact_blocking([&](store::Database& db) {
    return store::key_rotation::rewrap_all(db, vault::KeyChain(kek), random);
  }));
  EXPECT_FALSE(has(page(), "Another"));
  ASSERT_TRUE(store.transact_blocking([&](store::Database& db) {
    return db.execute("UPDATE data_keys SET kek_id = ?", {other.id()});
  }));
  EXPECT_TRUE(has(page(), "Another"));
}

TEST(StoreSize, CountsTheFileAndItsWriteAheadLog) {
  store::TestFolder scratch;
  const std::string path = scratch.file("patchbay.db");
  auto store = store::open_sqlite_store({.path = path}).value();
  const auto size = store->read_blocking([&](store::Database& db) {
    return store::size_of_store(db, store::StoreLocation::file(path));
  });
  ASSERT_TRUE(size);
  EXPECT_GT(size->database, 50'000);
  EXPECT_GT(size->write_ahead, 0);
}

TEST(ByteSize, IsForPeople) {
  const Language& en = language("en");
  EXPECT_EQ(byte_size(0, en), "0 bytes");
  EXPECT_EQ(byte_size(999, en), "999 bytes");
  EXPECT_EQ(byte_size(1'000, en), "1 kB");
  EXPECT_EQ(byte_size(1'540, en), "1.5 kB");
  EXPECT_EQ(byte_size(999'999, en), "1 MB");
  EXPECT_EQ(byte_size(12'345'678, en), "12 MB");
  EXPECT_EQ(byte_size(3'200'000'000, en), "3.2 GB");
  EXPECT_EQ(byte_size(1'540, language("de")), "1,5 kB");
}

}  // namespace
}  // namespace patchbay::web
