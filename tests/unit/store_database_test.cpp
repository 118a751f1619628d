// The contract of Database, for every implementation.
#include <gtest/gtest.h>

#include "store_test_support.h"

namespace patchbay::store {
namespace {

enum class Place : std::uint8_t { kSqliteFile, kSqliteMemory, kPostgres };

struct DatabaseContract : testing::TestWithParam<Place> {
  TestPlace place{GetParam() == Place::kPostgres ? Kind::kPostgres : Kind::kSqlite};
  std::unique_ptr<Database> owned =
      GetParam() == Place::kSqliteMemory ? open_or_fail(":memory:") : place.open();
  Database& db = *owned;

  DatabaseContract() {
    const auto& names = db.dialect();
    const std::string int64(names.int64);
    const std::string text(names.text);
    EXPECT_TRUE(db.execute("CREATE TABLE t (id " + text + " NOT NULL PRIMARY KEY, n " + int64 +
                           ", b " + std::string(names.bytes) + ") " +
                           std::string(names.table_suffix)));
    EXPECT_TRUE(db.execute("CREATE TABLE child (t_id " + text +
                           " NOT NULL REFERENCES t (id) ON DELETE "
                           "CASCADE, n " +
                           int64 + " CHECK (n > 0)) " + std::string(names.table_suffix)));
    EXPECT_TRUE(db.execute("CREATE TABLE counted (seq " + std::string(names.serial_key) +
                           ", v TEXT) " + std::string(names.table_suffix)));
  }
  std::int64_t count() { return db.query("SELECT count(*) FROM t")->front().integer(0); }
  bool add(std::string_view id) {
    return db.execute("INSERT INTO t (id) VALUES (?)", {id}).has_value();
  }
};

TEST_P(DatabaseContract, ValuesOfEveryKindComeBackAsTheyWere) {
  const std::string text = "Grüße\n\"'; DROP TABLE t";
  const std::string bytes("\0\xff\x80 b", 5);
  ASSERT_TRUE(db.execute("INSERT INTO t (id, n, b) VALUES (?, ?, ?)",
                         {text, std::int64_t{-9'007'199'254'740'993}, BlobView{bytes}}));
  ASSERT_TRUE(db.execute("INSERT INTO t (id, n, b) VALUES (?, ?, ?)",
                         {std::string_view(), std::nullopt, BlobView{}}));
  const auto rows = db.query("SELECT id, n, b FROM t ORDER BY n");
  ASSERT_TRUE(rows);
  ASSERT_EQ(rows->size(), 2U);
  const Row& full = rows->at(0).is_null(1) ? rows->at(1) : rows->at(0);
  const Row& empty = rows->at(0).is_null(1) ? rows->at(0) : rows->at(1);
  EXPECT_EQ(full.text(0), text);
  EXPECT_EQ(full.integer(1), -9'007'199'254'740'993);
  EXPECT_EQ(full.text(2), bytes);
  EXPECT_EQ(empty.text(0), "");
  EXPECT_FALSE(empty.is_null(0));
  EXPECT_FALSE(empty.is_null(2));
  EXPECT_EQ(empty.text(2), "");
}

TEST_P(DatabaseContract, ExecuteTellsHowManyRowsChanged) {
  ASSERT_TRUE(add("a") && add("b"));
  EXPECT_EQ(db.execute("UPDATE t SET n = ?", {7}).value(), 2);
  EXPECT_EQ(db.execute("DELETE FROM t WHERE id = ?", {"none"}).value(), 0);
}

TEST_P(DatabaseContract, SerialKeysGrowAndAreReturnedByTheInsert) {
  const auto insert = [this] {
    return db.query("INSERT INTO counted (v) VALUES (?) RETURNING seq", {"x"})->front().integer(0);
  };
  const auto first = insert();
  const auto second = insert();
  EXPECT_GT(second, first);
  ASSERT_TRUE(db.execute("DELETE FROM counted"));
  EXPECT_GT(insert(), second);
}

TEST_P(DatabaseContract, ATakenKeyIsAConflict) {
  ASSERT_TRUE(add("a"));
  EXPECT_EQ(code_of(db.execute("INSERT INTO t (id) VALUES (?)", {"a"})), ErrorCode::kConflict);
}

TEST_P(DatabaseContract, OtherConstraintsAreInvalidArguments) {
  EXPECT_EQ(code_of(db.execute("INSERT INTO child (t_id, n) VALUES (?, ?)", {"none", 1})),
            ErrorCode::kInvalidArgument);
  ASSERT_TRUE(add("a"));
  EXPECT_EQ(code_of(db.execute("INSERT INTO child (t_id, n) VALUES (?, ?)", {"a", 0})),
            ErrorCode::kInvalidArgument);
  EXPECT_EQ(code_of(db.execute("INSERT INTO t (id) VALUES (?)", {std::nullopt})),
            ErrorCode::kInvalidArgument);
}

TEST_P(DatabaseContract, DeletingAParentTakesItsChildren) {
  ASSERT_TRUE(add("a"));
  ASSERT_TRUE(db.execute("INSERT INTO child (t_id, n) VALUES (?, ?)", {"a", 1}));
  ASSERT_TRUE(db.execute("DELETE FROM t WHERE id = ?", {"a"}));
  EXPECT_EQ(db.query("SELECT count(*) FROM child")->front().integer(0), 0);
}

TEST_P(DatabaseContract, RollbackUndoesAndCommitKeeps) {
  ASSERT_TRUE(db.begin(Access::kWrite));
  EXPECT_TRUE(db.in_transaction());
  ASSERT_TRUE(add("gone"));
  db.rollback();
  EXPECT_FALSE(db.in_transaction());
  ASSERT_TRUE(db.begin(Access::kWrite));
  ASSERT_TRUE(add("kept"));
  ASSERT_TRUE(db.commit());
  EXPECT_EQ(count(), 1);
  db.rollback();  // outside a transaction: nothing
  EXPECT_EQ(count(), 1);
}

TEST_P(DatabaseContract, ASavepointUndoesItsPartOnly) {
  ASSERT_TRUE(db.begin(Access::kWrite));
  ASSERT_TRUE(add("a"));
  ASSERT_TRUE(db.execute("SAVEPOINT s"));
  ASSERT_TRUE(add("b"));
  ASSERT_FALSE(add("a"));
  ASSERT_TRUE(db.execute("ROLLBACK TO SAVEPOINT s"));
  ASSERT_TRUE(db.execute("RELEASE SAVEPOINT s"));
  ASSERT_TRUE(db.commit());
  EXPECT_EQ(count(), 1);
}

TEST_P(DatabaseContract, AReadTransactionCannotWrite) {
  ASSERT_TRUE(db.begin(Access::kRead));
  EXPECT_FALSE(add("a"));
  db.rollback();
  EXPECT_EQ(count(), 0);
  EXPECT_TRUE(add("a"));
}

TEST_P(DatabaseContract, BadSqlAndMiscountedValuesAreErrorsAndNoCrash) {
  EXPECT_FALSE(db.query("SELEKT 1"));
  EXPECT_FALSE(db.query("SELECT * FROM nowhere"));
  EXPECT_FALSE(db.query(""));
  EXPECT_FALSE(db.query("SELECT 1; DELETE FROM t"));
  EXPECT_FALSE(db.query("SELECT ?"));
  EXPECT_FALSE(db.query("SELECT 1", {1}));
}

// The operator's to mend, and no fault in a statement.
TEST_P(DatabaseContract, ATableThatIsMissingIsAFaultOfTheStorage) {
  ASSERT_TRUE(db.execute("DROP TABLE counted"));
  for (const auto& failed : {db.query("SELECT v FROM counted").error(),
                             db.execute("INSERT INTO counted (v) VALUES ('x')").error()}) {
    EXPECT_EQ(failed.code, ErrorCode::kStorage) << failed.message;
    EXPECT_NE(failed.message.find("counted"), std::string::npos) << failed.message;
  }
  EXPECT_EQ(db.query("SELECT nonsense FROM t").error().code, ErrorCode::kInternal);
}

TEST_P(DatabaseContract, AskingARowForTheWrongColumnOrTypeThrows) {
  const auto rows = db.query("SELECT 'x'").value();
  EXPECT_THROW((void)rows[0].integer(0), std::exception);
  EXPECT_THROW((void)rows[0].text(1), std::exception);
}

TEST_P(DatabaseContract, TablesAreFoundByName) {
  EXPECT_TRUE(db.has_table("t").value());
  EXPECT_FALSE(db.has_table("none").value());
}

TEST_P(DatabaseContract, ManyDifferentStatementsDoNotWearItOut) {
  ASSERT_TRUE(add("a"));
  for (int i = 0; i < 400; ++i) {
    const auto rows = db.query("SELECT id, " + std::to_string(i) + " FROM t");
    ASSERT_TRUE(rows);
    EXPECT_EQ(rows->at(0).integer(1), i);
    EXPECT_EQ(count(), 1);
  }
}

TEST_P(DatabaseContract, AStatementAfterAFailedOneInATransactionDoesNotStandOnItsOwn) {
  ASSERT_TRUE(db.begin(Access::kWrite));
  ASSERT_TRUE(add("a"));
  ASSERT_FALSE(add("a"));
  (void)add("b");
  db.rollback();
  EXPECT_EQ(count(), 0);
}

TEST_P(DatabaseContract, QuestionMarksInLiteralsNamesAndCommentsAreNoPlaceholders) {
  ASSERT_TRUE(add("a"));
  const auto rows =
      db.query("SELECT '?', 'it''s ?' AS \"?\", id /* ? */ FROM t -- ?\n WHERE id = ?", {"a"});
  ASSERT_TRUE(rows) << rows.error().message;
  EXPECT_EQ(rows->at(0).text(0), "?");
  EXPECT_EQ(rows->at(0).text(1), "it's ?");
}

TEST_P(DatabaseContract, TextSortsByItsBytes) {
  for (const auto* id : {"b", "B", "a", "_", "Z", "z", "ä"}) ASSERT_TRUE(add(id));
  std::string all;
  const auto sorted = db.query("SELECT id FROM t ORDER BY id");
  for (const auto& row : sorted.value()) all += row.text(0);
  EXPECT_EQ(all, "BZ_abzä");
}

TEST_P(DatabaseContract, AValueThatIsTooLargeIsRefusedByName) {
  const std::string large((16 << 20) + 1, 'x');
  EXPECT_EQ(code_of(db.execute("INSERT INTO t (id) VALUES (?)", {large})), ErrorCode::kTooLarge);
  EXPECT_TRUE(add("a"));
}

TEST_P(DatabaseContract, ErrorsQuoteNoValue) {
  ASSERT_TRUE(add("hunter2"));
  const auto taken = db.execute("INSERT INTO t (id) VALUES (?)", {"hunter2"});
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().message.find("hunter2"), std::string::npos) << taken.error().message;
  const auto wrong = db.execute("INSERT INTO t (id, n) VALUES (?, ?)", {"b", "hunter2"});
  if (!wrong) EXPECT_EQ(wrong.error().message.find("hunter2"), std::string::npos);
}

TEST_P(DatabaseContract, ClaimingLeavesOutWhatAnotherTransactionHasClaimed) {
  ASSERT_TRUE(add("a") && add("b"));
  const auto claim = [](Database& by) {
    return by.query("SELECT id FROM t ORDER BY id LIMIT 1 " +
                    std::string(by.dialect().skip_locked));
  };
  ASSERT_TRUE(db.begin(Access::kWrite));
  EXPECT_EQ(claim(db)->at(0).text(0), "a");
  if (GetParam() == Place::kPostgres) {
    const auto other = place.open();
    ASSERT_TRUE(other->begin(Access::kWrite));
    EXPECT_EQ(claim(*other)->at(0).text(0), "b");
  }
  db.rollback();
}

TEST_P(DatabaseContract, ANewTablesSerialKeyGoesOnWhereAnotherStopped) {
  const auto last = [this] {
    return db.query(db.dialect().serial_last, {"counted", "seq"}).value().at(0).integer(0);
  };
  EXPECT_EQ(last(), 0);
  ASSERT_TRUE(db.query(db.dialect().serial_continue, {"counted", "seq", 41}));
  EXPECT_EQ(db.query("INSERT INTO counted (v) VALUES (?) RETURNING seq", {"x"})->at(0).integer(0),
            42);
  EXPECT_EQ(last(), 42);
}

TEST_P(DatabaseContract, TheCatalogueTellsColumnsAndReferences) {
  std::string columns;
  const auto listed = db.query(db.dialect().list_columns);
  ASSERT_TRUE(listed) << listed.error().message;
  for (const auto& row : *listed)
    columns += row.text(0) + "." + row.text(1) + (row.flag(2) ? " bytes" : "") +
               (row.flag(3) ? " serial" : "") + " " + std::to_string(row.integer(4)) + "\n";
  EXPECT_EQ(columns,
            "child.t_id 0\nchild.n 0\ncounted.seq serial 1\ncounted.v 0\nt.id 1\nt.n 0\n"
            "t.b bytes 0\n");
  const auto references = db.query(db.dialect().list_references);
  ASSERT_TRUE(references) << references.error().message;
  ASSERT_EQ(references->size(), 1U);
  EXPECT_EQ(references->at(0).text(0), "child");
  EXPECT_EQ(references->at(0).text(1), "t");
}

INSTANTIATE_TEST_SUITE_P(Every, DatabaseContract,
                         testing::Values(Place::kSqliteFile, Place::kSqliteMemory,
                                         Place::kPostgres),
                         [](const testing::TestParamInfo<Place>& chosen) {
                           switch (chosen.param) {
                             case Place::kSqliteFile:
                               return "SqliteFile";
                             case Place::kSqliteMemory:
                               return "SqliteMemory";
                             case Place::kPostgres:
                               break;
                           }
                           return "Postgres";
                         });

}  // namespace
}  // namespace patchbay::store
