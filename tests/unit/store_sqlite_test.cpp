// SQLite as a file: its settings, its rights, and what the operator is told when the file or the
// disk is not as it should be.
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include <fstream>

#include "store_test_support.h"

namespace patchbay::store {
namespace {

namespace fs = std::filesystem;

unsigned mode_of(const std::string& path) {
  struct stat about{};
  EXPECT_EQ(::stat(path.c_str(), &about), 0) << path;
  return about.st_mode & 07777U;
}

Error open_error(const std::string& path) {
  SqliteOptions options;
  options.path = path;
  options.busy_timeout_ms = 20;
  auto database = open_sqlite(options);
  if (database) {
    if (const auto done = migrate(**database); !done) return done.error();
    return make_error(ErrorCode::kInternal, "it opened");
  }
  return database.error();
}

void expect_storage(const Error& error, std::string_view says) {
  EXPECT_EQ(error.code, ErrorCode::kStorage) << error.message;
  EXPECT_NE(error.message.find(says), std::string::npos) << error.message;
}

// Root may write anywhere: look at the world as somebody else while this lives.
class AsNobody {
 public:
  AsNobody() : was_(::geteuid()) {
    if (was_ == 0) EXPECT_EQ(::seteuid(65534), 0);
  }
  AsNobody(const AsNobody&) = delete;
  AsNobody& operator=(const AsNobody&) = delete;
  ~AsNobody() { EXPECT_EQ(::seteuid(was_), 0); }

 private:
  uid_t was_;
};

bool insert_blob(Database& db, int id, std::size_t size, Error& error) {
  const std::string bytes(size, 'x');
  auto done = db.execute("INSERT INTO big (id, b) VALUES (?, ?)", {id, BlobView{bytes}});
  if (!done) error = done.error();
  return done.has_value();
}

// Fills the database one acknowledged row at a time until the error comes; returns the rows.
int fill(Database& db, Error& error) {
  EXPECT_TRUE(db.execute("CREATE TABLE big (id INTEGER PRIMARY KEY, b BLOB) STRICT"));
  int rows = 0;
  while (rows < 10'000 && insert_blob(db, rows, 20'000, error)) ++rows;
  return rows;
}

std::int64_t rows_in(Database& db) {
  const auto rows = db.query("SELECT count(*) FROM big");
  return rows ? rows->front().integer(0) : -1;
}

TEST(SqliteFileTest, FileAndFolderAreForTheHubAlone) {
  const TestFolder folder;
  const auto db = migrated(folder.file("a/b/hub.db"));
  EXPECT_EQ(mode_of(folder.file("a")), 0700U);
  EXPECT_EQ(mode_of(folder.file("a/b")), 0700U);
  EXPECT_EQ(mode_of(folder.file("a/b/hub.db")), 0600U);
  EXPECT_EQ(mode_of(folder.file("a/b/hub.db-wal")), 0600U);
  EXPECT_EQ(mode_of(folder.file("a/b/hub.db-shm")), 0600U);
}

TEST(SqliteFileTest, AFileLeftReadableIsClosedToOthers) {
  const TestFolder folder;
  migrated(folder.file());
  ::chmod(folder.file().c_str(), 0644);
  open_or_fail(folder.file());
  EXPECT_EQ(mode_of(folder.file()), 0600U);
}

TEST(SqliteFileTest, TheConnectionIsSetUpForSafety) {
  const TestFolder folder;
  const auto db = open_or_fail(folder.file());
  const auto pragma = [&](const std::string& name) {
    return db->query("PRAGMA " + name)->front().integer(0);
  };
  EXPECT_EQ(db->query("PRAGMA journal_mode")->front().text(0), "wal");
  EXPECT_EQ(pragma("synchronous"), 2);  // FULL
  EXPECT_EQ(pragma("foreign_keys"), 1);
  EXPECT_EQ(pragma("secure_delete"), 1);
  EXPECT_EQ(pragma("trusted_schema"), 0);
}

TEST(SqliteFileTest, DeletedSecretsLeaveTheFile) {
  const TestFolder folder;
  const std::string needle = "sealed-needle-in-the-file";
  const auto in_file = [&] {
    std::ifstream in(folder.file(), std::ios::binary);
    const std::string all((std::istreambuf_iterator<char>(in)), {});
    return all.find(needle) != std::string::npos;
  };
  const auto db = migrated(folder.file());
  const auto checkpoint = [&] { EXPECT_TRUE(db->query("PRAGMA wal_checkpoint(TRUNCATE)")); };
  add_project(*db);
  ASSERT_TRUE(db->execute("UPDATE projects SET name = ?", {needle}));
  checkpoint();
  ASSERT_TRUE(in_file());
  ASSERT_TRUE(db->execute("DELETE FROM projects"));
  checkpoint();
  EXPECT_FALSE(in_file());
}

TEST(SqliteFileTest, ALockedDatabaseIsNamedAndNothingIsChanged) {
  const TestFolder folder;
  const auto holder = migrated(folder.file());
  const auto other = open_or_fail(folder.file());
  ASSERT_TRUE(holder->begin(Access::kWrite));
  const auto begun = other->begin(Access::kWrite);
  ASSERT_FALSE(begun);
  expect_storage(begun.error(), "locked by another process");
  EXPECT_FALSE(other->in_transaction());
  // Reading goes on beside a writer.
  EXPECT_TRUE(other->query("SELECT count(*) FROM projects"));
  holder->rollback();
  EXPECT_TRUE(other->begin(Access::kWrite));
}

TEST(SqliteFileTest, ADatabaseHeldExclusivelyCannotBeOpened) {
  const TestFolder folder;
  migrated(folder.file());
  sqlite3* raw = nullptr;
  ASSERT_EQ(sqlite3_open(folder.file().c_str(), &raw), SQLITE_OK);
  sqlite3_exec(raw, "PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE", nullptr, nullptr, nullptr);
  expect_storage(open_error(folder.file()), "locked by another process");
  sqlite3_close(raw);
}

TEST(SqliteFileTest, AReadOnlyFileIsNamed) {
  const TestFolder folder;
  migrated(folder.file());
  ::chmod(folder.path().c_str(), 0777);
  ::chmod(folder.file().c_str(), 0444);
  const AsNobody nobody;
  // Somebody else's file: its mode cannot be mended, and it cannot be written.
  if (::access(folder.file().c_str(), W_OK) == 0 && ::geteuid() == 0) GTEST_SKIP() << "root";
  const auto error = open_error(folder.file());
  EXPECT_EQ(error.code, ErrorCode::kStorage) << error.message;
  EXPECT_NE(error.message.find("read"), std::string::npos) << error.message;
}

TEST(SqliteFileTest, AFolderThatMayNotBeWrittenIsNamed) {
  const TestFolder folder;
  ::chmod(folder.path().c_str(), 0555);
  const AsNobody nobody;
  expect_storage(open_error(folder.file()), "cannot be created");
  expect_storage(open_error(folder.file("deeper/hub.db")), "cannot be created");
}

TEST(SqliteFileTest, AFolderInPlaceOfTheFileIsNamed) {
  const TestFolder folder;
  expect_storage(open_error(folder.path()), "cannot be opened");
}

TEST(SqliteFileTest, AFileSystemThatTurnsReadOnlyIsNamed) {
  const TestFolder folder;
  if (::mount("tmpfs", folder.path().c_str(), "tmpfs", 0, "size=4m") != 0) {
    GTEST_SKIP() << "mounting is not allowed here";
  }
  migrated(folder.file());
  ASSERT_EQ(::mount("tmpfs", folder.path().c_str(), "tmpfs", MS_REMOUNT | MS_RDONLY, nullptr), 0);
  const auto error = open_error(folder.file());
  EXPECT_EQ(error.code, ErrorCode::kStorage) << error.message;
  EXPECT_NE(error.message.find("read"), std::string::npos) << error.message;
  ::umount2(folder.path().c_str(), MNT_DETACH);
}

TEST(SqliteFileTest, AFullDatabaseIsNamedAndKeepsEveryAcknowledgedRow) {
  const TestFolder folder;
  SqliteOptions options;
  options.path = folder.file();
  options.max_pages = 60;
  auto db = open_sqlite(options);
  ASSERT_TRUE(db);
  Error error;
  const int rows = fill(**db, error);
  expect_storage(error, "no space left");
  EXPECT_GT(rows, 0);
  EXPECT_EQ(rows_in(**db), rows);
  // Deleting makes room again.
  EXPECT_TRUE((*db)->execute("DELETE FROM big"));
  EXPECT_TRUE(insert_blob(**db, 1, 20'000, error));
}

TEST(SqliteFileTest, AFullDiskIsNamedAndKeepsEveryAcknowledgedRow) {
  const TestFolder folder;
  if (::mount("tmpfs", folder.path().c_str(), "tmpfs", 0, "size=1m") != 0) {
    GTEST_SKIP() << "mounting is not allowed here";
  }
  {
    const auto db = open_or_fail(folder.file());
    Error error;
    const int rows = fill(*db, error);
    expect_storage(error, "no space left");
    EXPECT_GT(rows, 0);
    EXPECT_EQ(rows_in(*db), rows);
    EXPECT_EQ(db->query("PRAGMA integrity_check")->front().text(0), "ok");
  }
  ::umount2(folder.path().c_str(), MNT_DETACH);
}

TEST(SqliteFileTest, AFileThatIsNoDatabaseIsLeftAlone) {
  const TestFolder folder;
  const std::string text(5000, 't');
  std::ofstream(folder.file()) << text;
  expect_storage(open_error(folder.file()), "is not a database");
  std::ifstream in(folder.file());
  EXPECT_EQ(std::string((std::istreambuf_iterator<char>(in)), {}), text);
}

TEST(SqliteFileTest, AnotherProgramsDatabaseIsLeftAlone) {
  const TestFolder folder;
  sqlite3* raw = nullptr;
  ASSERT_EQ(sqlite3_open(folder.file().c_str(), &raw), SQLITE_OK);
  sqlite3_exec(raw, "CREATE TABLE cookies (id)", nullptr, nullptr, nullptr);
  sqlite3_close(raw);
  expect_storage(open_error(folder.file()), "another program");
  EXPECT_FALSE(fs::exists(folder.file("hub.db-wal")));
}

TEST(SqliteFileTest, ADamagedFileIsNamedWhereverTheDamageIs) {
  const TestFolder folder;
  {
    const auto db = migrated(folder.file());
    for (int i = 0; i < 500; ++i) add_project(*db, "prj_" + std::to_string(i));
  }
  const auto size = fs::file_size(folder.file());
  ASSERT_GT(size, 20'000U);
  std::fstream file(folder.file(), std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(4096);
  file << std::string(size - 4096, '\x5a');
  file.close();
  SqliteOptions options;
  options.path = folder.file();
  auto db = open_sqlite(options);
  const Error error = !db ? db.error() : [&] {
    auto read = projects_table::list(**db);
    return read ? make_error(ErrorCode::kInternal, "it was read") : read.error();
  }();
  expect_storage(error, "is damaged");
}

TEST(SqliteFileTest, ACutOffFileIsNamed) {
  const TestFolder folder;
  {
    const auto db = migrated(folder.file());
    for (int i = 0; i < 500; ++i) add_project(*db, "prj_" + std::to_string(i));
  }
  fs::resize_file(folder.file(), 6000);
  SqliteOptions options;
  options.path = folder.file();
  auto db = open_sqlite(options);
  const Error error = !db ? db.error() : [&] {
    auto read = projects_table::list(**db);
    return read ? make_error(ErrorCode::kInternal, "it was read") : read.error();
  }();
  expect_storage(error, "is damaged");
}

}  // namespace
}  // namespace patchbay::store
