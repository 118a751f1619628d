// Which connect links are still good.
#include <gtest/gtest.h>

#include "store/connect_sessions_table.h"
#include "store/open_links.h"
#include "store_test_support.h"

namespace patchbay::store {
namespace {

struct OpenLinksTest : TablesTest {
  void add(const std::string& id, std::int64_t expires, const std::string& passed_on_by = {}) {
    ConnectSession made;
    made.id = id;
    made.project_id = "prj_1";
    made.token_hash = "hash of " + id;
    made.owner_id = "owner of " + id;
    made.owner_name = "Example GmbH";
    made.connector_id = "personio";
    made.metadata = R"({"plan":"x"})";
    made.expires = expires;
    made.passed_on_by = passed_on_by;
    ASSERT_TRUE(connect_sessions_table::insert(db, made));
  }
  std::vector<std::string> ids(std::int64_t after = 0) {
    const auto found = open_links::list(db, "prj_1", 150, after);
    EXPECT_TRUE(found) << found.error().message;
    std::vector<std::string> all;
    all.reserve(found->size());
    for (const auto& link : *found) all.push_back(link.id);
    return all;
  }
};

using Ids = std::vector<std::string>;

TEST_P(OpenLinksTest, AreThoseThatNeitherTimeNorAnybodyHasEnded) {
  add("good", 200);
  add("expired", 150);
  add("cancelled", 200);
  add("used", 200);
  ASSERT_TRUE(connect_sessions_table::cancel(db, "cancelled"));
  ASSERT_TRUE(connect_sessions_table::claim(db, "used", "acc_1", 140));
  EXPECT_EQ(ids(), Ids{"good"});
  EXPECT_TRUE(open_links::list(db, "prj_2", 150)->empty());
  const auto link = open_links::list(db, "prj_1", 150)->front();
  EXPECT_EQ(link.owner_id, "owner of good");
  EXPECT_EQ(link.connector_id, "personio");
  EXPECT_EQ(link.metadata, R"({"plan":"x"})");
}

TEST_P(OpenLinksTest, OneThatWasPassedOnIsGoodAsLongAsTheColleagues) {
  add("first", 100);
  EXPECT_EQ(ids(), Ids());
  add("colleague", 200, "first");
  EXPECT_EQ(ids(), Ids{"first"});
  ASSERT_TRUE(connect_sessions_table::cancel(db, "first"));
  EXPECT_EQ(ids(), Ids());
}

TEST_P(OpenLinksTest, ComePageByPage) {
  for (int i = 0; i < 1002; ++i) add("link_" + std::to_string(i), 200);
  const auto page = open_links::list(db, "prj_1", 150);
  ASSERT_EQ(page->size(), 1000U);
  EXPECT_EQ(ids(page->back().number), (Ids{"link_1000", "link_1001"}));
}

INSTANTIATE_TEST_SUITE_P(Every, OpenLinksTest, every_kind, name_of_kind);

}  // namespace
}  // namespace patchbay::store
