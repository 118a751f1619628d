#include "machine.h"

#include <new>
#include <utility>

namespace patchbay::durability {
namespace {

using store::Access;
using store::Database;

// Often enough that a run meets many checkpoints.
constexpr const char* kCheckpointEvery = "PRAGMA wal_autocheckpoint = 25";

Result<> in_transaction(Database& db, const Step& step) {
  PATCHBAY_TRY(db.begin(Access::kWrite));
  auto done = step.run(db);
  if (done) done = db.commit();
  if (!done) db.rollback();
  return done;
}

Error out_of_memory() {
  return make_error(ErrorCode::kStorage, std::string(Machine::kOutOfMemory));
}

Step migration() {
  return {"migrate", nullptr};
}

}  // namespace

Machine::Machine(std::uint64_t seed, Synchronous synchronous, Disk disk)
    : synchronous_(synchronous), script_(seed), twin_(store::open_or_fail(":memory:")) {
  if (disk == Disk::kPowerCut) disk_.emplace(seed);
  EXPECT_TRUE(store::migrate_to(*twin_, schema_));
}

Result<std::unique_ptr<Database>> Machine::open_database() const {
  store::SqliteOptions options;
  options.path = folder_.file();
  PATCHBAY_TRY_ASSIGN(auto database, store::open_sqlite(options));
  PATCHBAY_TRY(database->query(kCheckpointEvery));
  if (synchronous_ == Synchronous::kNormal)
    PATCHBAY_TRY(database->query("PRAGMA synchronous = NORMAL"));
  return database;
}

// Memory that runs out where no error can be returned is thrown to the caller.
Result<> Machine::open_store() {
  try {
    PATCHBAY_TRY_ASSIGN(auto database, open_database());
    PATCHBAY_TRY(store::migrate_to(*database, schema_));
    store_ = std::make_unique<store::Store>(std::move(database), store::Store::Runs::kCaller);
    return {};
  } catch (const std::bad_alloc&) {
    return out_of_memory();
  }
}

Result<> Machine::use_store(const Step& step) {
  try {
    return store_->transact_blocking(step.run);
  } catch (const std::bad_alloc&) {
    return out_of_memory();
  }
}

Result<> Machine::open() {
  before_();
  auto opened = open_store();
  after_();
  PATCHBAY_TRY(std::move(opened));
  if (has_first_rows_) return {};
  auto done = run(script_.first_rows());
  if (!done) close();
  return done;
}

void Machine::apply_to_twin(const Step& step) {
  if (step.run == nullptr) {
    schema_ = store::latest_schema_version();
    EXPECT_TRUE(store::migrate(*twin_));
    return;
  }
  const auto done = in_transaction(*twin_, step);
  EXPECT_TRUE(done) << step.name << ": " << done.error().message;
  has_first_rows_ = true;
}

Result<> Machine::run(Step step) {
  before_();
  const auto done = use_store(step);
  after_();
  if (done) {
    ++acknowledged_;
    unanswered_.reset();
    apply_to_twin(step);
  } else {
    unanswered_ = std::move(step);
  }
  return done;
}

Result<> Machine::step() {
  return run(script_.next(*twin_));
}

Result<> Machine::migrate() {
  if (schema_ == store::latest_schema_version()) return {};
  close();
  unanswered_ = migration();  // should the power go
  PATCHBAY_TRY_ASSIGN(auto database, open_database());
  PATCHBAY_TRY(store::migrate(*database));
  apply_to_twin(migration());
  unanswered_.reset();
  ++acknowledged_;
  store_ = std::make_unique<store::Store>(std::move(database), store::Store::Runs::kCaller);
  return {};
}

std::string Machine::describe_opened(Database& db) const {
  const auto checked = db.query("PRAGMA integrity_check");
  if (!checked) return "integrity_check failed: " + checked.error().message;
  if (checked->front().text(0) != "ok") return "integrity_check: " + checked->front().text(0);
  const auto references = db.query("PRAGMA foreign_key_check");
  if (!references || !references->empty()) return "a reference leads nowhere";
  return script_.describe(db);
}

std::string Machine::after_power_cut() {
  close();
  disk_->restore_power();
  auto database = open_database();
  if (!database) return "does not open: " + database.error().message;
  if (!has_first_rows_ && store::schema_version(**database).value() == 0)
    EXPECT_TRUE(store::migrate_to(**database, schema_));
  const auto found = describe_opened(**database);
  const auto step = std::exchange(unanswered_, std::nullopt);
  const auto before = script_.describe(*twin_);
  if (found == before) return {};
  if (!step) return "expected\n" + before + "found\n" + found;
  apply_to_twin(*step);
  if (found == script_.describe(*twin_)) return {};
  return "during " + step->name + ", before\n" + before + "found\n" + found;
}

std::string Machine::compare() {
  std::string found;
  const auto read = store_->read_blocking([&](Database& db) -> Result<> {
    found = describe_opened(db);
    return {};
  });
  if (!read) return "can't be read: " + read.error().message;
  const auto expected = script_.describe(*twin_);
  return found == expected ? "" : "expected\n" + expected + "found\n" + found;
}

}  // namespace patchbay::durability
