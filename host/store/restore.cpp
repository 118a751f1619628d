#include "store/restore.h"

#include <memory>

#include "store/migrations.h"
#include "store/sqlite_backup.h"
#include "store/sqlite_database.h"

namespace patchbay::store {
namespace {

Result<std::unique_ptr<Database>> open_alone(const std::string& path) {
  SqliteOptions options;
  options.path = path;
  options.use = SqliteUse::kAlone;
  PATCHBAY_TRY_ASSIGN(auto database, open_sqlite(options));
  PATCHBAY_TRY(migrate(*database));
  return database;
}

// A copy of the database that is to be replaced, brought to the newest schema, so that it is read
// alike whatever wrote it and stays as it is itself.
class ReplacedCopy {
 public:
  explicit ReplacedCopy(const std::string& database) : path_(database + ".replaced") {
    remove_database_file(path_);
  }
  ReplacedCopy(const ReplacedCopy&) = delete;
  ReplacedCopy& operator=(const ReplacedCopy&) = delete;
  ~ReplacedCopy() { remove_database_file(path_); }

  Result<std::unique_ptr<Database>> open(const std::string& database) const {
    PATCHBAY_TRY(verify_sqlite(database, nullptr));
    PATCHBAY_TRY(copy_sqlite(database, path_, {}));
    return open_alone(path_);
  }

 private:
  std::string path_;
};

// The old database's knowledge, or why there is none.
Result<> ask_replaced(const RestoredFile& from, Database& fresh, Restored& out) {
  if (!file_exists(from.replaced)) return {};
  const ReplacedCopy copy(from.replaced);
  const auto replaced = copy.open(from.replaced);
  if (!replaced) {
    out.why_not_carried = replaced.error().message;
    return {};
  }
  PATCHBAY_TRY_ASSIGN(const bool same, same_installation(**replaced, fresh));
  if (!same) {
    out.why_not_carried = "The database that was replaced belongs to another installation.";
    return {};
  }
  PATCHBAY_TRY_ASSIGN(out.carried, carry_over(**replaced, fresh, from.now_ms));
  return {};
}

Result<> mark(const RestoredFile& from, Database& fresh, Restored& out) {
  PATCHBAY_TRY(fresh.begin(Access::kWrite));
  Result<> done = mark_restored(fresh, from.now_ms);
  if (done) done = ask_replaced(from, fresh, out);
  if (done) done = fresh.commit();
  if (!done) fresh.rollback();
  return done;
}

Result<> make(const RestoredFile& from, const std::string& to, Restored& out,
              const CopyProgress& progress) {
  PATCHBAY_TRY(copy_sqlite(from.backup, to, progress));
  {
    PATCHBAY_TRY_ASSIGN(const auto fresh, open_alone(to));
    PATCHBAY_TRY(mark(from, *fresh, out));
  }
  PATCHBAY_TRY(verify_sqlite(to, from.key));
  return sync_to_disk(to);
}

}  // namespace

Result<> make_restored(const RestoredFile& from, const std::string& to, Restored& out,
                       const CopyProgress& progress) {
  remove_database_file(to);
  auto made = make(from, to, out, progress);
  if (!made) remove_database_file(to);
  return made;
}

}  // namespace patchbay::store
