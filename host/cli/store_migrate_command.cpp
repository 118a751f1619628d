// What an upgrade does to the database, seen and done before the new hub starts.
#include "cli/store_migrate_command.h"

#include <iostream>

#include "base/clock.h"
#include "base/json.h"
#include "cli/options.h"
#include "store/migrate_store.h"
#include "store/migrations.h"
#include "store/store_backup.h"

namespace patchbay::cli {
namespace {

struct MigrateOptions {
  CommonOptions common;
  std::string backup;
  bool no_backup = false;
  bool dry_run = false;
  bool json = false;
};

struct Migrated {
  std::string database;
  std::int64_t found = 0;
  std::int64_t reached = 0;
};

int used_wrongly(const Error& error) {
  (void)report(error);
  return 2;
}

Result<> make_backup(const MigrateOptions& options, const store::StoreLocation& from) {
  if (options.backup.empty()) return {};
  PATCHBAY_TRY(store::backup_store(from, options.backup, SystemClock().unix_ms(), {}));
  if (!options.json) std::cout << "Backup written to " << options.backup << " and verified.\n";
  return {};
}

Result<> bring_up_to_date(const MigrateOptions& options, const store::StoreLocation& location,
                          Migrated& migrated) {
  PATCHBAY_TRY(store::require_unused(location));
  if (migrated.found > 0) PATCHBAY_TRY(make_backup(options, location));
  return store::migrate_store(location, [&](std::int64_t version) {
    migrated.reached = version;
    if (!options.json) std::cout << "schema version " << version << "\n" << std::flush;
  });
}

void print_json(const MigrateOptions& options, const Migrated& migrated, const Error* failed) {
  json::Writer out;
  out.begin_object()
      .member("database", migrated.database)
      .member("found", migrated.found)
      .member("version", migrated.reached)
      .member("latest", store::latest_schema_version())
      .member("dry_run", options.dry_run)
      .member("backup", options.backup)
      .member("error", failed == nullptr ? std::string() : failed->message)
      .end_object();
  std::cout << out.take() << "\n";
}

int told(const MigrateOptions& options, const Migrated& migrated) {
  const auto latest = store::latest_schema_version();
  if (options.json) {
    print_json(options, migrated, nullptr);
  } else if (migrated.found == latest) {
    std::cout << migrated.database << " has schema version " << latest
              << ", which is this program's. Nothing to do.\n";
  } else if (options.dry_run) {
    std::cout << migrated.database << " has schema version " << migrated.found << " and would get "
              << latest << ". Nothing was changed.\n";
  } else {
    std::cout << migrated.database << " went from schema version " << migrated.found << " to "
              << latest << ". Start the hubs of this version on it.\n";
  }
  return 0;
}

int migrate(const MigrateOptions& options) {
  auto named = options.common.store_location();
  if (!named) return report(named.error());
  const auto location =
      *named ? **std::move(named) : store::StoreLocation::file(database_path(options.common.data));
  const auto found = store::find_schema_version(location);
  Migrated migrated{.database = location.shown()};
  const auto failed = [&](const Error& error) {
    if (options.json) print_json(options, migrated, &error);
    return report(error);
  };
  if (!found) return failed(found.error());
  migrated.found = migrated.reached = *found;
  if (options.dry_run || *found == store::latest_schema_version()) return told(options, migrated);
  if (*found > 0 && options.backup.empty() && !options.no_backup)
    return used_wrongly(make_error(
        ErrorCode::kInvalidArgument,
        "The way back to the version before is a backup: say where it goes with --backup FILE, or "
        "--no-backup if you have one"));
  if (const auto done = bring_up_to_date(options, location, migrated); !done)
    return failed(done.error());
  return told(options, migrated);
}

}  // namespace

void add_store_migrate(CLI::App& store, Run& run) {
  auto* command = store.add_subcommand(
      "migrate",
      "Bring the database's schema up to date, as a hub does when it starts, and see it done.\n"
      "Every hub on it must be stopped. Needs no key. Killed in the middle, it is run again.\n"
      "  patchbay store migrate --dry-run\n"
      "  patchbay store migrate --backup /backups/before-the-upgrade.db\n"
      "Exit code: 0 up to date (or would be), 1 failed or made by a newer Patchbay, 2 used "
      "wrongly.");
  auto options = std::make_shared<MigrateOptions>();
  options->common.add_data_to(*command);
  auto* backup =
      command
          ->add_option("--backup", options->backup, "Back the database up into this new file first")
          ->type_name("FILE");
  command->add_flag("--no-backup", options->no_backup, "Without one: there is a backup already")
      ->excludes(backup);
  command->add_flag("--dry-run", options->dry_run,
                    "Say which version is there and which it would get; hubs may run");
  command->add_flag("--json", options->json, "Print JSON");
  command->callback([&run, options] { run = [options] { return migrate(*options); }; });
}

}  // namespace patchbay::cli
