#pragma once
// What the store's tests share: a private folder, opened databases of every kind, example rows.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <string>
#include <utility>

#include "store/accounts_table.h"
#include "store/integrations_table.h"
#include "store/migrations.h"
#include "store/open_store.h"
#include "store/postgres_database.h"
#include "store/projects_table.h"
#include "store/sqlite_database.h"
#include "support/postgres_cluster.h"

namespace patchbay::store {

class TestFolder {
 public:
  TestFolder() {
    std::string name = std::filesystem::temp_directory_path() / "patchbay-store-XXXXXX";
    path_ = ::mkdtemp(name.data());
  }
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;
  ~TestFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] std::string file(const std::string& name = "hub.db") const {
    return path_ + "/" + name;
  }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

inline std::unique_ptr<Database> open_or_fail(const std::string& path, int busy_timeout_ms = 20) {
  SqliteOptions options;
  options.path = path;
  options.busy_timeout_ms = busy_timeout_ms;
  auto database = open_sqlite(options);
  if (!database) {
    ADD_FAILURE() << database.error().message;
    std::abort();
  }
  return *std::move(database);
}

inline std::unique_ptr<Database> migrated(const std::string& path = ":memory:") {
  auto database = open_or_fail(path);
  const auto done = migrate(*database);
  EXPECT_TRUE(done) << done.error().message;
  return database;
}

enum class Kind : std::uint8_t { kSqlite, kPostgres };

// A place for one test's store, with nothing in it, opened as often as the test likes.
class TestPlace {
 public:
  explicit TestPlace(Kind kind) : location_(make(kind, folder_)) {}
  [[nodiscard]] const StoreLocation& location() const { return location_; }

  // Waits for locks only shortly; on PostgreSQL at least long enough for those of its catalogue,
  // which other tests' schemas share.
  [[nodiscard]] std::unique_ptr<Database> open(int lock_ms = 20) const {
    constexpr int kCatalogueMs = 1'000;
    if (!location_.is_postgres()) return open_or_fail(location_.path(), lock_ms);
    auto database =
        open_postgres({.location = location_, .lock_ms = std::max(lock_ms, kCatalogueMs)});
    if (!database) throw std::runtime_error(database.error().message);
    return *std::move(database);
  }
  [[nodiscard]] std::unique_ptr<Database> open_migrated(int lock_ms = 20) const {
    auto database = open(lock_ms);
    const auto done = migrate(*database);
    EXPECT_TRUE(done) << done.error().message;
    return database;
  }

 private:
  static StoreLocation make(Kind kind, const TestFolder& folder) {
    if (kind == Kind::kSqlite) return StoreLocation::file(folder.file());
    return StoreLocation::parse(SecretString(testing_support::new_postgres_schema())).value();
  }
  TestFolder folder_;
  StoreLocation location_;
};

// TEST_P with these runs on every kind of database:
//   INSTANTIATE_TEST_SUITE_P(Every, SomeTest, every_kind, name_of_kind);
inline const auto every_kind = testing::Values(Kind::kSqlite, Kind::kPostgres);
inline std::string name_of_kind(const testing::TestParamInfo<Kind>& kind) {
  return kind.param == Kind::kSqlite ? "Sqlite" : "Postgres";
}

inline void add_project(Database& db, const std::string& id = "prj_1") {
  EXPECT_TRUE(projects_table::insert(db, {id, "Example", 1}));
}

inline Integration example_integration(const std::string& id = "int_1",
                                       const std::string& project_id = "prj_1") {
  Integration out;
  out.id = id;
  out.project_id = project_id;
  out.connector_id = "personio";
  out.name = "Personio";
  out.auth_method = "client_credentials";
  out.environment = "production";
  out.sealed_setup = std::string("\0sealed", 7);
  out.setup_generation = 1;
  out.created = 10;
  return out;
}

inline Account example_account(const std::string& id = "acc_1",
                               const std::string& owner = "owner_1") {
  Account out;
  out.id = id;
  out.project_id = "prj_1";
  out.integration_id = "int_1";
  out.connector_id = "personio";
  out.connector_version = "1.0.0";
  out.environment = "production";
  out.auth_method = "client_credentials";
  out.owner_id = owner;
  out.owner_name = "Example GmbH";
  out.username = "ada@example.com";
  out.label = "HR";
  out.metadata = R"({"plan":"x"})";
  out.fields = R"({"client_id":"papi-1"})";
  out.granted = R"(["employees:read"])";
  out.granted_known = true;
  out.facts = R"([{"label":"Company","value":"Example"}])";
  out.created = 100;
  out.updated = 100;
  out.status_changed = 100;
  return out;
}

// A database with one project and one integration.
struct TablesTest : testing::TestWithParam<Kind> {
  std::unique_ptr<TestPlace> place =
      GetParam() == Kind::kSqlite ? nullptr : std::make_unique<TestPlace>(GetParam());
  std::unique_ptr<Database> owned = place ? place->open_migrated() : migrated();
  Database& db = *owned;

  TablesTest() {
    add_project(db);
    EXPECT_TRUE(integrations_table::insert(db, example_integration()));
  }
};

template <class T>
ErrorCode code_of(const Result<T>& result) {
  EXPECT_FALSE(result) << "it worked";
  return result ? ErrorCode::kInternal : result.error().code;
}

}  // namespace patchbay::store
