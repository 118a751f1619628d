#include "store/sqlite_restore.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "store/database_lock.h"
#include "store/migrations.h"
#include "store/sqlite_database.h"

namespace patchbay::store {
namespace {

bool exists(const std::string& path) {
  return ::access(path.c_str(), F_OK) == 0;
}

Result<std::unique_ptr<Database>> open_alone(const std::string& path) {
  SqliteOptions options;
  options.path = path;
  options.use = SqliteUse::kAlone;
  PATCHBAY_TRY_ASSIGN(auto database, open_sqlite(options));
  PATCHBAY_TRY(migrate(*database));
  return database;
}

// A file of our own making, from this run or one that was cut short.
void remove_copy(const std::string& path) {
  for (const auto* suffix : {"", "-journal"}) ::unlink((path + suffix).c_str());
}

// A copy of the database that is to be replaced, brought to the newest schema, so that it is read
// alike whatever wrote it and stays as it is itself.
class ReplacedCopy {
 public:
  explicit ReplacedCopy(const std::string& database) : path_(database + ".replaced") {
    remove_copy(path_);
  }
  ReplacedCopy(const ReplacedCopy&) = delete;
  ReplacedCopy& operator=(const ReplacedCopy&) = delete;
  ~ReplacedCopy() { remove_copy(path_); }

  Result<std::unique_ptr<Database>> open(const std::string& database) const {
    PATCHBAY_TRY(verify_sqlite(database, nullptr));
    PATCHBAY_TRY(copy_sqlite(database, path_, {}));
    return open_alone(path_);
  }

 private:
  std::string path_;
};

// The old database's knowledge, or why there is none.
Result<> ask_replaced(const Restore& restore, Database& fresh, Restored& out) {
  if (!exists(restore.database)) return {};
  const ReplacedCopy copy(restore.database);
  const auto replaced = copy.open(restore.database);
  if (!replaced) {
    out.why_not_carried = replaced.error().message;
    return {};
  }
  PATCHBAY_TRY_ASSIGN(const bool same, same_installation(**replaced, fresh));
  if (!same) {
    out.why_not_carried = "The database that was replaced belongs to another installation.";
    return {};
  }
  PATCHBAY_TRY_ASSIGN(out.carried, carry_over(**replaced, fresh, restore.now_ms));
  return {};
}

Result<> mark(const Restore& restore, Database& fresh, Restored& out) {
  PATCHBAY_TRY(fresh.begin(Access::kWrite));
  Result<> done = mark_restored(fresh, restore.now_ms);
  if (done) done = ask_replaced(restore, fresh, out);
  if (done) done = fresh.commit();
  if (!done) fresh.rollback();
  return done;
}

// The backup, marked and verified, on the disk under `path`.
Result<> make_fresh(const Restore& restore, const std::string& path, Restored& out,
                    const CopyProgress& progress) {
  remove_copy(path);
  PATCHBAY_TRY(copy_sqlite(restore.backup, path, progress));
  {
    PATCHBAY_TRY_ASSIGN(const auto fresh, open_alone(path));
    PATCHBAY_TRY(mark(restore, *fresh, out));
  }
  PATCHBAY_TRY(verify_sqlite(path, restore.key));
  return sync_to_disk(path);
}

Error cannot_move(const std::string& from, const std::string& to) {
  return make_error(ErrorCode::kStorage, "The file " + from + " cannot be put at " + to + " (" +
                                             std::strerror(errno) +
                                             "). Check the folder's rights and the free space.");
}

Result<> rename_file(const std::string& from, const std::string& to) {
  return std::rename(from.c_str(), to.c_str()) == 0 ? Result<>() : cannot_move(from, to);
}

std::string free_name(const std::string& database, std::int64_t now_ms) {
  const std::string base = database + ".before-restore-" + std::to_string(now_ms / 1000);
  std::string name = base;
  for (int i = 1; exists(name); ++i) name = base + "-" + std::to_string(i);
  return name;
}

// A second name for the file: the first one stays until the new file takes it.
Result<> put_aside(const std::string& database, const std::string& aside) {
  for (const std::string suffix : {"", "-wal"}) {
    const std::string from = database + suffix;
    if (!exists(from)) continue;
    if (::link(from.c_str(), (aside + suffix).c_str()) != 0) return cannot_move(from, aside);
  }
  return sync_to_disk(folder_of(database));
}

Result<> swap_in(const std::string& fresh, const Restore& restore, Restored& out) {
  const std::string& database = restore.database;
  if (exists(database)) {
    out.aside = free_name(database, restore.now_ms);
    PATCHBAY_TRY(put_aside(database, out.aside));
  }
  const std::string mark = restore_mark(database);
  PATCHBAY_TRY(rename_file(fresh, mark));
  PATCHBAY_TRY(sync_to_disk(folder_of(database)));
  // The old write-ahead log would be taken for the new file's.
  for (const auto* suffix : {"-wal", "-shm"}) ::unlink((database + suffix).c_str());
  PATCHBAY_TRY(sync_to_disk(folder_of(database)));
  PATCHBAY_TRY(rename_file(mark, database));
  return sync_to_disk(folder_of(database));
}

}  // namespace

Result<Restored> restore_sqlite(const Restore& restore, const CopyProgress& progress) {
  Restored out;
  PATCHBAY_TRY_ASSIGN(out.facts, verify_sqlite(restore.backup, restore.key));
  ::mkdir(folder_of(restore.database).c_str(), 0700);  // on a machine that had none
  PATCHBAY_TRY_ASSIGN(const auto lock, DatabaseLock::exclusive(restore.database));
  const std::string fresh = restore.database + ".restored";
  const auto made = make_fresh(restore, fresh, out, progress);
  if (!made) {
    remove_copy(fresh);
    return made.error();
  }
  PATCHBAY_TRY(swap_in(fresh, restore, out));
  return out;
}

}  // namespace patchbay::store
