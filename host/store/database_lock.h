#pragma once
// Who holds a database file: every hub and command that opened it (shared), or the one command that
// puts another file in its place (exclusive). A lock on a file of its own beside the database, so
// that it also holds when the database is damaged or absent. The kernel gives it back when the
// process ends, however that comes.
#include <string>

#include "base/fd.h"
#include "base/result.h"

namespace patchbay::store {

class DatabaseLock {
 public:
  // Does not wait. kStorage: somebody replaces the file just now, or left that half done.
  static Result<DatabaseLock> shared(const std::string& database);
  // Does not wait. kConflict: somebody has the database open.
  static Result<DatabaseLock> exclusive(const std::string& database);

 private:
  explicit DatabaseLock(Fd file) : file_(std::move(file)) {}
  Fd file_;
};

// Stands beside the database while another file is put in its place; nobody opens it then.
std::string restore_mark(const std::string& database);

}  // namespace patchbay::store
