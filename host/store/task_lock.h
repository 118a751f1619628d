#pragma once
// Work on a store that one process at a time may do, while hubs serve from it: an import, which
// looks whether an account is there before it makes one. Given back when the process ends, however
// that comes: a lock on a file beside a SQLite database, an advisory lock in PostgreSQL, of a
// connection of its own.
#include <memory>
#include <optional>
#include <string_view>

#include "base/result.h"
#include "store/database.h"
#include "store/database_lock.h"
#include "store/store_location.h"

namespace patchbay::store {

class TaskLock {
 public:
  // `task` is a word, "import", that tells it from others. Does not wait. kConflict: another
  // process does it. kStorage.
  static Result<TaskLock> take(const StoreLocation& location, std::string_view task);

  // kConflict: the connection that held it was lost, so that another process may have begun. Asks
  // the server; for a file it costs nothing.
  [[nodiscard]] Result<> check() const;

 private:
  TaskLock() = default;
  std::optional<DatabaseLock> file_;
  std::unique_ptr<Database> session_;
};

}  // namespace patchbay::store
