// Rows whose time is over go, and no others.
#include "actions_test_support.h"
#include "store/connect_sessions_table.h"
#include "store/idempotency_table.h"
#include "store/request_logs_table.h"
#include "upkeep/expiry.h"

namespace patchbay::upkeep {
namespace {

constexpr std::int64_t kDay = 24 * 3'600'000LL;

struct ExpiryTest : testing::Test {
  test::Hub hub{"[]"};
  Expiry expiry{hub.loops, hub.store(), hub.clock, {}};

  void add(const std::string& id, std::int64_t at) {
    hub.change([&](store::Database& db) -> Result<> {
      store::IdempotencyRecord answer;
      answer.id = id;
      answer.project_id = "prj_1";
      answer.created = at;
      PATCHBAY_TRY(store::idempotency_table::claim(db, answer, 0));
      store::RequestLog log;
      log.id = id;
      log.project_id = "prj_1";
      log.started = at;
      log.steps = {{"stp_" + id, 1, "GET", "h", "/", 200, "", at, 1}};
      PATCHBAY_TRY(store::request_logs_table::insert(db, log));
      store::ConnectSession session;
      session.id = session.token_hash = id;
      session.project_id = "prj_1";
      session.expires = at;
      PATCHBAY_TRY(store::connect_sessions_table::insert(db, session));
      return {};
    });
  }
  std::int64_t rows(const std::string& table) {
    std::int64_t count = -1;
    hub.change([&](store::Database& db) -> Result<> {
      PATCHBAY_TRY_ASSIGN(const auto found, db.query("SELECT count(*) FROM " + table));
      count = found.at(0).integer(0);
      return {};
    });
    return count;
  }
};

TEST_F(ExpiryTest, EachKindHasItsOwnTime) {
  const auto now = hub.clock.unix_ms();
  add("fresh", now);
  add("two_days", now - 2 * kDay);
  add("old", now - 31 * kDay);
  hub.loops.block_on(expiry.run_once());
  EXPECT_EQ(rows("idempotency_records"), 1);
  EXPECT_EQ(rows("request_logs"), 2);
  EXPECT_EQ(rows("step_logs"), 2) << "steps go with their request";
  EXPECT_EQ(rows("connect_sessions"), 2);
}

}  // namespace
}  // namespace patchbay::upkeep
