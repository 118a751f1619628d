// What is wrong with the key or the database: the hub does not start, or the change fails, by name;
// nothing that was there is lost, and a token that could not be stored does not stay valid.
#include "child_process.h"
#include "hub_fixture.h"

namespace patchbay::integration {
namespace {

class StorageTest : public HubTest {
 protected:
  Error open_error() {
    const auto opened = cli::Hub::open(options());
    EXPECT_FALSE(opened) << "it opened";
    return opened ? Error() : opened.error();
  }
  // Waiting for locks takes five seconds otherwise.
  void wait_briefly_for_locks() { sql("PRAGMA busy_timeout = 50"); }
  std::string database() const { return data + "/patchbay.db"; }
  std::unique_ptr<ChildProcess> lock_database() {
    auto locker = std::make_unique<ChildProcess>(PATCHBAY_BUILD_DIR "/bin/patchbay_test_hub",
                                                 std::vector<std::string>{"hold-lock", database()});
    EXPECT_EQ(locker->line(), "done");
    return locker;
  }
};

TEST_F(StorageTest, WithoutItsKeyFileTheHubDoesNotStartAndCreatesNothing) {
  fs::remove(key_file);
  const auto error = open_error();
  EXPECT_EQ(error.code, ErrorCode::kConfiguration);
  EXPECT_NE(error.message.find("patchbay key create"), std::string::npos) << error.message;
  EXPECT_FALSE(fs::exists(data));
}

TEST_F(StorageTest, AKeyFileThatOthersCanReadStopsTheStart) {
  ::chmod(key_file.c_str(), 0444);
  const auto error = open_error();
  EXPECT_EQ(error.code, ErrorCode::kConfiguration);
  EXPECT_NE(error.message.find("0444"), std::string::npos) << error.message;
  EXPECT_FALSE(fs::exists(data));
}

TEST_F(StorageTest, AFileThatHoldsNoKeyStopsTheStartAndIsNotShown) {
  for (const std::string_view text : {"", "hunter2", "papi-0123456789", "\xff\xfe"}) {
    ::chmod(key_file.c_str(), 0600);
    write_bytes(key_file, text, 0400);
    const auto error = open_error();
    EXPECT_EQ(error.code, ErrorCode::kConfiguration) << error.message;
    EXPECT_NE(error.message.find(key_file), std::string::npos) << error.message;
    if (!text.empty()) EXPECT_EQ(error.message.find(text), std::string::npos) << error.message;
    EXPECT_FALSE(fs::exists(data));
  }
}

TEST_F(StorageTest, TheKeyOfAnotherDatabaseIsRefusedAndTheRightOneStillWorks) {
  open_hub();
  const auto id = linked().id;
  close_hub();
  const auto right = key_file;
  key_file = folder / "other-key";
  OsRandom random;
  ASSERT_TRUE(vault::create_key_file(key_file, random));
  const auto error = open_error();
  EXPECT_EQ(error.code, ErrorCode::kConfiguration);
  key_file = right;
  open_hub();
  EXPECT_TRUE(token(id));
}

TEST_F(StorageTest, ADataFolderThatCannotBeMadeIsToldByName) {
  data = "/proc/nowhere/data";
  const auto error = open_error();
  EXPECT_EQ(error.code, ErrorCode::kConfiguration);
  EXPECT_NE(error.message.find(data), std::string::npos) << error.message;
}

TEST_F(StorageTest, AFileThatIsNoDatabaseIsLeftAlone) {
  fs::create_directory(data);
  const std::string bytes =
      "This is a letter to my grandmother, and it is longer than a page's head." +
      std::string(8192, '.');
  write_bytes(database(), bytes, 0600);
  EXPECT_EQ(open_error().code, ErrorCode::kStorage);
  EXPECT_EQ(read_bytes(database()), bytes);
}

TEST_F(StorageTest, ADamagedDatabaseNeverTakesTheHubAlong) {
  open_hub();
  linked();
  close_hub();
  const auto whole = read_bytes(database());
  for (const auto& [from, length] : std::vector<std::pair<std::size_t, std::size_t>>{
           {0, 50}, {16, 84}, {100, 4000}, {4096, 20000}, {whole.size() / 2, whole.size() / 2}}) {
    auto broken = whole;
    for (auto i = from; i < std::min(from + length, broken.size()); ++i)
      broken[i] = static_cast<char>(i * 31 + 7);
    write_bytes(database(), broken, 0600);
    auto opened = cli::Hub::open(options());
    if (!opened) {
      EXPECT_TRUE(opened.error().code == ErrorCode::kStorage ||
                  opened.error().code == ErrorCode::kConfiguration)
          << to_string(opened.error().code) << " " << opened.error().message;
      continue;
    }
    // Damage that lies deeper shows when it is read; as an error.
    store::AccountFilter filter;
    filter.project_id = (*opened)->project_id();
    (void)(*opened)->loops().block_on((*opened)->accounts().list(filter));
  }
  write_bytes(database(), whole.substr(0, whole.size() / 2), 0600);
  (void)cli::Hub::open(options());
  write_bytes(database(), whole, 0600);
  open_hub();
  EXPECT_EQ(rows_in("accounts"), 1);
}

TEST_F(StorageTest, ADatabaseLockedAtTheStartStopsTheStartByNameAndLosesNothing) {
  open_hub();
  const auto id = linked().id;
  close_hub();
  auto locker = lock_database();
  const auto error = open_error();
  EXPECT_EQ(error.code, ErrorCode::kStorage);
  EXPECT_NE(error.message.find("locked by another process"), std::string::npos) << error.message;
  locker.reset();
  open_hub();
  EXPECT_TRUE(token(id));
}

TEST_F(StorageTest, ADatabaseLockedByAnotherProcessFailsTheChangeAndGoesOnWhenItIsFree) {
  open_hub();
  const auto id = linked().id;
  wait_briefly_for_locks();
  auto locker = lock_database();
  const auto request = session_request("other");
  const auto refused = wait(hub->accounts().create_session(request));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kStorage);
  EXPECT_NE(refused.error().message.find("locked by another process"), std::string::npos);
  EXPECT_TRUE(token(id)) << "tokens in memory need no lock";
  locker.reset();
  EXPECT_TRUE(link(personio.default_integration(), "other").account);
}

TEST_F(StorageTest, ADatabaseLockedWhileConnectingFailsTheConnectAndTheMintedTokensAreRevoked) {
  open_hub();
  wait_briefly_for_locks();
  const auto who = personio.default_integration();
  personio.kit().inject({.kind = FaultKind::delay, .route = kPersonsRoute, .delay = 2s});
  auto linking = start(hub->accounts().link(link_request(who, session_request("acme"))));
  ASSERT_TRUE(called(kPersonsRoute));
  auto locker = lock_database();
  const auto outcome = linking.get();
  EXPECT_FALSE(outcome.account);
  EXPECT_EQ(outcome.error.code, ErrorCode::kStorage);
  EXPECT_EQ(personio.valid_tokens(who.client_id), 0U) << "not stored, and not revoked either";
  locker.reset();
  EXPECT_TRUE(link(who).account);
}

TEST_F(StorageTest, ADatabaseLockedWhileRefreshingRevokesTheTokenThatCouldNotBeStored) {
  open_hub();
  const auto id = linked().id;
  const auto held = token_value(id);
  wait_briefly_for_locks();
  personio.kit().inject({.kind = FaultKind::delay, .route = kTokenRoute, .delay = 2s});
  const auto mints = calls(kTokenRoute);
  auto refreshing = start(hub->accounts().refresh(hub->project_id(), id));
  ASSERT_TRUE(called(kTokenRoute, mints + 1));
  auto locker = lock_database();
  const auto refreshed = refreshing.get();
  ASSERT_FALSE(refreshed);
  EXPECT_EQ(refreshed.error().code, ErrorCode::kStorage);
  EXPECT_EQ(personio.valid_tokens(), 2U);
  locker.reset();
  EXPECT_EQ(account(id).status, store::AccountStatus::kActive);
  EXPECT_EQ(token_value(id), held);
  EXPECT_TRUE(refresh(id));
}

TEST_F(StorageTest, AReadOnlyDatabaseRefusesChangesByNameAndServesWhatItHas) {
  open_hub();
  const auto id = linked().id;
  sql("PRAGMA query_only = 1");
  const auto refused = wait(hub->accounts().create_session(session_request("other")));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kStorage);
  EXPECT_NE(refused.error().message.find("read-only"), std::string::npos)
      << refused.error().message;
  EXPECT_FALSE(wait(hub->accounts().unlink(hub->project_id(), id)));
  EXPECT_TRUE(token(id));
  EXPECT_EQ(account(id).status, store::AccountStatus::kActive);
}

TEST_F(StorageTest, AFullDatabaseFailsTheConnectKeepsTheOthersAndRevokesWhatWasMinted) {
  open_hub();
  const auto who = personio.default_integration();
  sql("PRAGMA max_page_count = " + std::to_string(sql("PRAGMA page_count")));
  int linked_before = 0;
  std::optional<Error> full;
  for (int i = 0; i < 30 && !full; ++i) {
    const auto owner = "owner" + std::to_string(i);
    auto session = wait(hub->accounts().create_session(session_request(owner)));
    if (!session) {
      full = session.error();
      break;
    }
    accounts::LinkRequest request;
    request.session = session->session;
    request.connector_id = "personio";
    request.form.values = {{"client_id", who.client_id}};
    request.form.secrets.push_back({"client_secret", SecretString(who.client_secret)});
    const auto outcome = wait(hub->accounts().link(std::move(request)));
    if (outcome.account) {
      ++linked_before;
    } else {
      full = outcome.error;
    }
  }
  ASSERT_TRUE(full) << "it was never full";
  EXPECT_EQ(full->code, ErrorCode::kStorage);
  EXPECT_NE(full->message.find("no space left"), std::string::npos) << full->message;
  EXPECT_EQ(rows_in("accounts"), linked_before);
  EXPECT_TRUE(wait_until([&] {
    return personio.valid_tokens(who.client_id) == 2U * static_cast<unsigned>(linked_before);
  })) << personio.valid_tokens(who.client_id);
  sql("PRAGMA max_page_count = 100000");
  EXPECT_TRUE(link(who, "one more").account);
}

}  // namespace
}  // namespace patchbay::integration
