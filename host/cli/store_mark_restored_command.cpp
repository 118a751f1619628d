// For databases that something else has restored (pg_dump, a snapshot): makes their tokens safe.
#include "cli/store_mark_restored_command.h"

#include <iostream>

#include "cli/options.h"
#include "store/migrations.h"
#include "store/open_store.h"
#include "store/restore_marks.h"
#include "store/store_in_use.h"

namespace patchbay::cli {
namespace {

Result<> mark(store::Database& db) {
  PATCHBAY_TRY(store::migrate(db));
  PATCHBAY_TRY(db.begin(store::Access::kWrite));
  auto marked = store::mark_restored(db, SystemClock().unix_ms());
  if (marked) return db.commit();
  db.rollback();
  return marked;
}

Result<> mark_restored(const CommonOptions& options) {
  PATCHBAY_TRY_ASSIGN(const auto named, options.store_location());
  if (!named)
    return make_error(ErrorCode::kInvalidArgument,
                      "Name the restored database with --store or --store-file. Backups of "
                      "`patchbay store backup` are put back with `patchbay store restore`.");
  PATCHBAY_TRY_ASSIGN(const bool used, store::is_in_use(*named));
  if (used)
    return make_error(ErrorCode::kConflict,
                      named->shown() + " is in use. Stop every hub on it first.");
  PATCHBAY_TRY_ASSIGN(const auto db, store::open_database(*named));
  PATCHBAY_TRY(mark(*db));
  std::cout << named->shown()
            << " counts as restored.\n"
               "Its access tokens are not used: each account gets a new one when it is needed.\n"
               "Accounts with rotating refresh tokens have to be reconnected.\n"
               "Operator sessions, sign-in links and connect links have ended.\n"
               "What was taken away since the backup is there again: withdraw API keys and "
               "connector approvals, and suspend or unlink accounts, before you start a hub.\n";
  return {};
}

}  // namespace

void add_store_mark_restored(CLI::App& store, Run& run) {
  auto* command = store.add_subcommand(
      "mark-restored",
      "Say that a database was restored by other means, before any hub starts on it: no token in\n"
      "it is used any more, because providers may have replaced it since.\n"
      "  pg_restore --dbname=postgresql://hub@db.example/patchbay patchbay.dump\n"
      "  patchbay store mark-restored --store-file /etc/patchbay/store");
  auto options = std::make_shared<CommonOptions>();
  options->add_data_to(*command);
  command->callback([&run, options] {
    run = [options] {
      const auto done = mark_restored(*options);
      return done ? 0 : report(done.error());
    };
  });
}

}  // namespace patchbay::cli
