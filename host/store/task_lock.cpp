#include "store/task_lock.h"

#include <string>

#include "store/open_store.h"
#include "store/row_helpers.h"

namespace patchbay::store {
namespace {

Error is_taken(const StoreLocation& location, std::string_view task) {
  return make_error(ErrorCode::kConflict, "Another " + std::string(task) + " into " +
                                              location.shown() +
                                              " is under way. Wait until it has ended, then run "
                                              "this again; nothing was changed.");
}

}  // namespace

Result<TaskLock> TaskLock::take(const StoreLocation& location, std::string_view task) {
  TaskLock lock;
  if (!location.is_postgres()) {
    auto file = DatabaseLock::exclusive(location.path() + "." + std::string(task));
    if (!file)
      return file.error().code == ErrorCode::kConflict ? is_taken(location, task) : file.error();
    lock.file_.emplace(*std::move(file));
    return lock;
  }
  PATCHBAY_TRY_ASSIGN(lock.session_, open_database(location));
  // Advisory locks are the database's, which may hold the schemas of several stores.
  PATCHBAY_TRY_ASSIGN(
      const auto taken,
      single_integer(lock.session_->query(
          "SELECT CASE WHEN pg_try_advisory_lock(hashtextextended('patchbay ' || ? || ' ' || "
          "current_schema(), 0)) THEN 1::bigint ELSE 0::bigint END",
          {task})));
  if (taken == 0) return is_taken(location, task);
  return lock;
}

Result<> TaskLock::check() const {
  if (!session_) return {};
  PATCHBAY_TRY_ASSIGN(const auto held, single_integer(session_->query(
                                           "SELECT count(*) FROM pg_locks WHERE locktype = "
                                           "'advisory' AND pid = pg_backend_pid()")));
  if (held > 0) return {};
  return make_error(ErrorCode::kConflict,
                    "The connection to the database was lost, and somebody else may do the same "
                    "by now. Run this again.");
}

}  // namespace patchbay::store
