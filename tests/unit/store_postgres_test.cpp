// PostgreSQL where it is not like SQLite: connections that break, commits without an answer, what
// the operator is told, and addresses that hold a password.
#include <gtest/gtest.h>

#include <csignal>
#include <fstream>
#include <thread>

#include "store_test_support.h"
#include "support/postgres_proxy.h"

namespace patchbay::store {
namespace {

using testing_support::ask_postgres;
using testing_support::new_postgres_schema;
using testing_support::PostgresCluster;
using testing_support::PostgresProxy;
using testing_support::shared_postgres;

StoreLocation location_of(const std::string& uri) {
  return StoreLocation::parse(SecretString(uri)).value();
}

std::unique_ptr<Database> open_uri(const std::string& uri, PostgresOptions options) {
  options.location = location_of(uri);
  auto database = open_postgres(options);
  if (!database) throw std::runtime_error(database.error().message);
  return *std::move(database);
}

std::unique_ptr<Database> open_uri(const std::string& uri) {
  return open_uri(uri, PostgresOptions{.location = location_of(uri)});
}

Error open_error(const std::string& uri) {
  const auto opened = open_postgres({.location = location_of(uri)});
  EXPECT_FALSE(opened) << "it opened";
  return opened ? Error() : opened.error();
}

// Ends the connection of a database, as an administrator does.
void cut(Database& db) {
  const auto pid = db.query("SELECT pg_backend_pid()")->at(0).integer(0);
  const auto gone = "SELECT count(*) FROM pg_stat_activity WHERE pid = " + std::to_string(pid);
  ask_postgres(shared_postgres(), "SELECT pg_terminate_backend(" + std::to_string(pid) + ")");
  while (ask_postgres(shared_postgres(), gone) != "0") std::this_thread::yield();
}

struct PostgresTest : testing::Test {
  std::string uri = new_postgres_schema();
  std::unique_ptr<Database> db = open_uri(uri);

  PostgresTest() { EXPECT_TRUE(migrate(*db)); }
  [[nodiscard]] Result<void> add(const std::string& id) const {
    return projects_table::insert(*db, {id, "x", 1});
  }
  [[nodiscard]] bool is_there(const std::string& id) const {
    return ask_postgres(uri, "SELECT count(*) FROM projects WHERE id = '" + id + "'") == "1";
  }
};

TEST_F(PostgresTest, TheSessionIsSetUpForSafetyWhateverTheAddressSays) {
  const auto other = open_uri(uri + "%20-c%20synchronous_commit%3Doff");
  const auto setting = [&](const std::string& name) {
    return other->query("SELECT current_setting('" + name + "')")->at(0).text(0);
  };
  EXPECT_EQ(setting("synchronous_commit"), "on");
  EXPECT_EQ(setting("statement_timeout"), "15s");
  EXPECT_EQ(setting("lock_timeout"), "5s");
  EXPECT_EQ(setting("idle_in_transaction_session_timeout"), "10s");
  ASSERT_TRUE(other->begin(Access::kWrite));
  EXPECT_EQ(setting("transaction_isolation"), "repeatable read");
}

TEST_F(PostgresTest, AConnectionCutWhileIdleIsMadeAnewUnnoticed) {
  cut(*db);
  ASSERT_TRUE(db->begin(Access::kWrite));
  ASSERT_TRUE(add("a"));
  ASSERT_TRUE(db->commit());
  EXPECT_TRUE(is_there("a"));
}

TEST_F(PostgresTest, AConnectionCutInATransactionFailsItByNameAndTheNextOneWorks) {
  ASSERT_TRUE(db->begin(Access::kWrite));
  ASSERT_TRUE(add("a"));
  cut(*db);
  EXPECT_EQ(code_of(add("b")), ErrorCode::kStorage);
  EXPECT_FALSE(db->in_transaction());
  EXPECT_TRUE(db->may_rerun());
  EXPECT_EQ(code_of(add("c")), ErrorCode::kStorage) << "it would stand on its own";
  EXPECT_EQ(code_of(db->commit()), ErrorCode::kStorage);
  ASSERT_TRUE(db->begin(Access::kWrite));
  ASSERT_TRUE(add("d"));
  ASSERT_TRUE(db->commit());
  EXPECT_FALSE(is_there("a") || is_there("b") || is_there("c"));
  EXPECT_TRUE(is_there("d"));
}

TEST_F(PostgresTest, AStoreRunsATransactionAgainWhenItsConnectionIsCut) {
  Store store(std::move(db));
  int runs = 0;
  const auto done = store.transact_blocking([&](Database& mine) -> Result<void> {
    PATCHBAY_TRY(projects_table::insert(mine, {"a", "x", 1}));
    if (++runs == 1) cut(mine);
    return projects_table::insert(mine, {"b", "x", 1});
  });
  EXPECT_TRUE(done) << done.error().message;
  EXPECT_EQ(runs, 2);
  EXPECT_TRUE(is_there("a") && is_there("b"));
}

TEST_F(PostgresTest, AFrozenTransactionIsUndoneAndFindsOutWhenItGoesOn) {
  ASSERT_TRUE(db->begin(Access::kWrite));
  ASSERT_TRUE(add("a"));
  const auto mine = "SELECT count(*) FROM pg_stat_activity WHERE pid = " +
                    std::to_string(db->query("SELECT pg_backend_pid()")->at(0).integer(0));
  ASSERT_TRUE(db->execute("SET LOCAL idle_in_transaction_session_timeout = 20"));
  while (ask_postgres(shared_postgres(), mine) != "0") std::this_thread::yield();
  EXPECT_EQ(code_of(db->commit()), ErrorCode::kStorage);
  EXPECT_TRUE(db->may_rerun());
  EXPECT_FALSE(is_there("a"));
}

TEST_F(PostgresTest, ALockHeldForTooLongIsNamed) {
  ASSERT_TRUE(add("a"));
  const auto holder = open_uri(uri);
  ASSERT_TRUE(holder->begin(Access::kWrite));
  ASSERT_TRUE(holder->execute("UPDATE projects SET name = 'y'"));
  db = open_uri(uri, {.location = location_of(uri), .lock_ms = 20});
  ASSERT_TRUE(db->begin(Access::kWrite));
  const auto refused = db->execute("UPDATE projects SET name = 'z'");
  EXPECT_EQ(code_of(refused), ErrorCode::kStorage);
  EXPECT_NE(refused.error().message.find("locked"), std::string::npos) << refused.error().message;
  EXPECT_FALSE(db->may_rerun());
}

TEST_F(PostgresTest, AStatementThatTakesTooLongIsStoppedByName) {
  ASSERT_TRUE(db->execute("SET statement_timeout = 20"));
  const auto slow = db->query("SELECT pg_sleep(60)::text");
  EXPECT_EQ(code_of(slow), ErrorCode::kStorage);
  EXPECT_NE(slow.error().message.find("too long"), std::string::npos) << slow.error().message;
}

TEST_F(PostgresTest, TextThatPostgresCannotHoldIsRefusedByName) {
  for (const std::string& text : {std::string("a\0b", 3), std::string("\xff\xfe")})
    EXPECT_EQ(code_of(add(text)), ErrorCode::kInvalidArgument);
}

TEST_F(PostgresTest, AKeyTakenAfterTheViewWasMayBeRunAgainAndOneSeenMayNot) {
  ASSERT_TRUE(db->begin(Access::kWrite));
  ASSERT_TRUE(projects_table::list(*db)->empty());
  ask_postgres(uri, "INSERT INTO projects VALUES ('a', 'theirs', 1)");
  EXPECT_EQ(code_of(add("a")), ErrorCode::kConflict);
  EXPECT_TRUE(db->may_rerun());
  db->rollback();
  ASSERT_TRUE(db->begin(Access::kWrite));
  EXPECT_EQ(code_of(add("a")), ErrorCode::kConflict);
  EXPECT_FALSE(db->may_rerun());
}

TEST_F(PostgresTest, WhoeverIsAloneWaitsForWritersAndKeepsNewOnesOut) {
  const auto other = open_uri(uri, {.location = location_of(uri), .lock_ms = 20, .alone_ms = 20});
  ASSERT_TRUE(db->begin(Access::kWrite));
  EXPECT_EQ(code_of(other->begin(Access::kAlone)), ErrorCode::kStorage);
  db->rollback();
  ASSERT_TRUE(db->begin(Access::kAlone));
  EXPECT_EQ(code_of(other->begin(Access::kWrite)), ErrorCode::kStorage);
  EXPECT_EQ(code_of(other->begin(Access::kAlone)), ErrorCode::kStorage);
  EXPECT_TRUE(other->begin(Access::kRead)) << "reading goes on";
}

// ---- a server that goes ----

TEST(PostgresServerTest, AServerThatIsKilledIsNamedAndUsedAgainWhenItIsBack) {
  PostgresCluster server;
  const auto uri = new_postgres_schema(server.uri());
  Store store(open_uri(uri));
  const auto add = [&store](const std::string& id) {
    return store.transact_blocking([id](Database& db) -> Result<void> {
      PATCHBAY_TRY(db.execute("CREATE TABLE IF NOT EXISTS t (id TEXT)"));
      PATCHBAY_TRY(db.execute("INSERT INTO t VALUES (?)", {id}));
      return {};
    });
  };
  ASSERT_TRUE(add("a"));
  server.stop(SIGKILL);
  for (int i = 0; i < 20; ++i) {
    const auto refused = add("lost");
    ASSERT_EQ(code_of(refused), ErrorCode::kStorage);
    EXPECT_NE(refused.error().message.find("can't be reached"), std::string::npos)
        << refused.error().message;
  }
  server.start();
  while (!add("b")) std::this_thread::yield();
  EXPECT_EQ(ask_postgres(uri, "SELECT string_agg(id, ' ' ORDER BY id) FROM t"), "a b");
}

// ---- commits without an answer ----

struct CutCommitTest : testing::Test {
  TestFolder folder;
  std::string uri = new_postgres_schema();
  PostgresProxy proxy{folder.path(), server_folder()};
  std::unique_ptr<Database> db;

  CutCommitTest() {
    EXPECT_TRUE(migrate(*open_uri(uri)));
    const auto location = location_of(through_proxy());
    db = open_uri(through_proxy(), {.location = location, .settle_ms = 300});
  }
  static std::string server_folder() {
    return shared_postgres().substr(shared_postgres().find("host=") + 5);
  }
  [[nodiscard]] std::string through_proxy() const {
    auto out = uri;
    return out.replace(out.find(server_folder()), server_folder().size(), folder.path());
  }
  [[nodiscard]] bool is_there() const {
    return ask_postgres(uri, "SELECT count(*) FROM projects") == "1";
  }
  [[nodiscard]] Result<void> begin_change() const {
    PATCHBAY_TRY(db->begin(Access::kWrite));
    return projects_table::insert(*db, {"a", "x", 1});
  }
};

TEST_F(CutCommitTest, ACommitThatTheServerDidIsASuccessThoughItsAnswerWasLost) {
  ASSERT_TRUE(begin_change());
  proxy.cut(PostgresProxy::Cut::kAfterCommit);
  const auto done = db->commit();
  EXPECT_TRUE(done) << done.error().message;
  EXPECT_TRUE(is_there());
}

TEST_F(CutCommitTest, ACommitThatNeverReachedTheServerIsAFailureThatMayBeRunAgain) {
  ASSERT_TRUE(begin_change());
  proxy.cut(PostgresProxy::Cut::kBeforeCommit);
  EXPECT_EQ(code_of(db->commit()), ErrorCode::kStorage);
  EXPECT_TRUE(db->may_rerun());
  EXPECT_FALSE(is_there());
  ASSERT_TRUE(begin_change());
  EXPECT_TRUE(db->commit());
  EXPECT_TRUE(is_there());
}

TEST_F(CutCommitTest, WhenTheServerCannotBeAskedTheOutcomeIsSaidToBeUnknown) {
  for (const auto when : {PostgresProxy::Cut::kBeforeCommit, PostgresProxy::Cut::kAfterCommit}) {
    ASSERT_TRUE(begin_change());
    proxy.cut(when, true);
    EXPECT_EQ(code_of(db->commit()), ErrorCode::kOutcomeUnknown);
    EXPECT_FALSE(db->may_rerun()) << "it might be done twice";
    EXPECT_FALSE(db->in_transaction());
    proxy.refuse(false);
    while (!db->begin(Access::kRead)) std::this_thread::yield();
  }
  EXPECT_TRUE(is_there());
}

TEST_F(CutCommitTest, AStoreReportsWhatTheServerDidNotWhatItHeard) {
  Store store(std::move(db));
  const auto add = [&store](const std::string& id) {
    return store.transact_blocking(
        [id](Database& mine) { return projects_table::insert(mine, {id, "x", 1}); });
  };
  proxy.cut(PostgresProxy::Cut::kAfterCommit);
  EXPECT_TRUE(add("a"));
  proxy.cut(PostgresProxy::Cut::kBeforeCommit);
  EXPECT_TRUE(add("b"));
  proxy.cut(PostgresProxy::Cut::kAfterCommit, true);
  EXPECT_EQ(code_of(add("c")), ErrorCode::kOutcomeUnknown);
  EXPECT_EQ(ask_postgres(uri, "SELECT string_agg(id, ' ' ORDER BY id) FROM projects"), "a b c");
}

// ---- what is opened ----

TEST(PostgresOpenTest, AnotherProgramsTablesAreLeftAlone) {
  const auto uri = new_postgres_schema();
  ask_postgres(uri, "CREATE TABLE cookies (id TEXT)");
  const auto error = open_error(uri);
  EXPECT_EQ(error.code, ErrorCode::kStorage);
  EXPECT_NE(error.message.find("another program"), std::string::npos) << error.message;
  EXPECT_EQ(ask_postgres(uri, "SELECT count(*) FROM pg_tables WHERE schemaname = current_schema()"),
            "1");
}

TEST(PostgresOpenTest, ASchemaThatIsNotThereIsNamed) {
  const auto error = open_error(shared_postgres() + "&options=-c%20search_path%3Dnowhere");
  EXPECT_EQ(error.code, ErrorCode::kConfiguration);
  EXPECT_NE(error.message.find("CREATE SCHEMA"), std::string::npos) << error.message;
}

TEST(PostgresOpenTest, ADatabaseThatIsNotInUtf8IsRefused) {
  ask_postgres(shared_postgres(),
               "CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0");
  auto uri = shared_postgres();
  const auto error = open_error(uri.replace(uri.find("/postgres?"), 10, "/latin?"));
  EXPECT_EQ(error.code, ErrorCode::kConfiguration);
  EXPECT_NE(error.message.find("UTF-8"), std::string::npos) << error.message;
  ask_postgres(shared_postgres(), "DROP DATABASE latin");
}

TEST(PostgresOpenTest, WhoeverCannotBeReachedIsNamedWithoutThePassword) {
  const auto error =
      open_error("postgresql://ada:hunter2-secret@127.0.0.1:1/hub?connect_timeout=2");
  EXPECT_EQ(error.code, ErrorCode::kStorage);
  EXPECT_NE(error.message.find("127.0.0.1"), std::string::npos) << error.message;
  EXPECT_EQ(error.message.find("hunter2"), std::string::npos) << error.message;
}

TEST(StoreLocationTest, APathIsAFileAndAUriIsPostgres) {
  EXPECT_EQ(StoreLocation::parse(SecretString("data/hub.db"))->path(), "data/hub.db");
  const auto there = location_of("postgres://ada:hunter2@db.example:5433/hub?sslmode=verify-full");
  EXPECT_TRUE(there.is_postgres());
  EXPECT_EQ(there.shown(), "PostgreSQL database hub at db.example:5433");
  for (const auto* nothing : {"", "a\nb\0"})
    if (*nothing == '\0') EXPECT_FALSE(StoreLocation::parse(SecretString(nothing)));
}

TEST(StoreLocationTest, OnlyWhatStaysOnThisMachineIsLocal) {
  const auto is_local = [](const std::string& hosts) {
    return location_of("postgresql://" + hosts + "/hub").is_local();
  };
  EXPECT_TRUE(is_local(""));
  EXPECT_TRUE(is_local("%2Frun%2Fpostgresql"));
  EXPECT_TRUE(is_local("localhost,127.0.0.2,[::1]"));
  EXPECT_FALSE(is_local("db.example"));
  EXPECT_FALSE(is_local("localhost,db.example"));
  EXPECT_FALSE(is_local("127.0.0.1.example.com"));
  EXPECT_FALSE(is_local("localhost.example.com"));
}

TEST(StoreLocationTest, AnAddressThatCannotBeUnderstoodIsNotQuoted) {
  for (const auto* uri : {"postgresql://ada:pa@hunter2@db/hub", "postgresql://ada:hunter2/x@db/hub",
                          "postgresql://ada:hunter2%zz@db/hub", "postgresql://ada:x@db:hunter2/hub",
                          "postgresql://ada:x@db/hub?hunter2=1", "postgresql://ada:hunter2[@db/hub",
                          "postgresql://[hunter2/hub"}) {
    const auto parsed = StoreLocation::parse(SecretString(uri));
    if (parsed) {
      EXPECT_EQ(parsed->shown().find("hunter2"), std::string::npos) << parsed->shown();
      continue;
    }
    EXPECT_EQ(parsed.error().code, ErrorCode::kConfiguration);
    EXPECT_EQ(parsed.error().message.find("hunter2"), std::string::npos) << parsed.error().message;
  }
}

TEST(StoreLocationTest, AFileThatOthersCanReadIsRefused) {
  const TestFolder folder;
  const auto path = folder.file("address");
  std::ofstream(path) << "postgresql://ada:hunter2@db.example/hub\n";
  ::chmod(path.c_str(), 0640);
  const auto refused = StoreLocation::read_file(path);
  EXPECT_EQ(code_of(refused), ErrorCode::kConfiguration);
  EXPECT_NE(refused.error().message.find("chmod 600"), std::string::npos);
  ::chmod(path.c_str(), 0600);
  EXPECT_EQ(StoreLocation::read_file(path)->shown(), "PostgreSQL database hub at db.example");
  EXPECT_EQ(code_of(StoreLocation::read_file(folder.path())), ErrorCode::kConfiguration);
}

}  // namespace
}  // namespace patchbay::store
