// patchbay store: backup, verify, restore; the others have files of their own.
#include <unistd.h>

#include <iostream>

#include "base/iso_time.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "cli/store_mark_restored_command.h"
#include "cli/store_migrate_command.h"
#include "store/store_backup.h"
#include "store/verify_database.h"

namespace patchbay::cli {
namespace {

struct StoreOptions {
  CommonOptions common;
  std::string file;
  bool without_key = false;

  void add_key(CLI::App& command) {
    common.main_key.add_to(command, "", "the key that seals everything (default: DATA/key)");
    auto* none = command.add_flag("--without-key", without_key,
                                  "Do not open the sealed values; checks less");
    for (const char* other : {"--key-file", "--key-env", "--key-credential"})
      none->excludes(command.get_option(other));
  }
  // Nothing when the key is not wanted.
  [[nodiscard]] Result<std::optional<vault::KeyEncryptionKey>> key() const {
    if (without_key) return std::optional<vault::KeyEncryptionKey>();
    const auto source = common.main_key.source().value_or(vault::KeyFile{common.data + "/key"});
    PATCHBAY_TRY_ASSIGN(auto loaded, vault::load_key(source));
    return std::optional(std::move(loaded));
  }
  [[nodiscard]] Result<store::StoreLocation> location() const {
    PATCHBAY_TRY_ASSIGN(auto named, common.store_location());
    return named ? *std::move(named) : store::StoreLocation::file(database_path(common.data));
  }
};

// One line that is written over, on a terminal; nothing elsewhere.
store::CopyProgress progress_line(const char* what) {
  if (::isatty(STDERR_FILENO) == 0) return {};
  return [what](std::int64_t done, std::int64_t all) {
    std::cerr << "\r" << what << " " << (all == 0 ? 100 : done * 100 / all) << " %"
              << (done == all ? "\n" : "") << std::flush;
  };
}

void print_facts(const store::DatabaseFacts& facts) {
  std::cout << "  schema version " << facts.schema_version << ", " << facts.accounts
            << " accounts\n";
  if (facts.backup_taken != 0) std::cout << "  taken " << iso_time(facts.backup_taken) << "\n";
  if (facts.opened > 0) std::cout << "  " << facts.opened << " sealed values open with the key\n";
}

Result<> write_backup(const StoreOptions& options) {
  PATCHBAY_TRY_ASSIGN(const auto from, options.location());
  return store::backup_store(from, options.file, SystemClock().unix_ms(), progress_line("copying"));
}

int backup(const StoreOptions& options) {
  const auto done = write_backup(options);
  if (!done) return report(done.error());
  std::cout
      << "Backup written to " << options.file << " and verified.\n"
      << "It opens with the key that the hub has now, which is not in it: keep both, apart.\n";
  return 0;
}

int verify(const StoreOptions& options) {
  const auto key = options.key();
  if (!key) {
    std::cerr << "Without the key only the file itself can be verified: --without-key\n";
    return report(key.error());
  }
  const auto facts = store::verify_sqlite(options.file, *key ? &**key : nullptr);
  if (!facts) return report(facts.error());
  std::cout << options.file << " is whole.\n";
  print_facts(*facts);
  if (!*key) std::cout << "  sealed values were not opened (--without-key)\n";
  return 0;
}

void print_carried(const store::CarriedOver& carried) {
  std::cout << "Taken from the database before, so that it stays so:\n"
            << "  " << carried.unlinked << " accounts unlinked, " << carried.suspended
            << " suspended\n"
            << "  " << carried.withdrawn_keys << " API keys and " << carried.withdrawn_approvals
            << " connector approvals withdrawn\n"
            << "  " << carried.revocations << " revocations still to be told to providers\n";
}

void print_unknown(const store::Restored& restored) {
  std::cout << "Not known is what happened since the backup";
  if (!restored.why_not_carried.empty()) std::cout << " (" << restored.why_not_carried << ")";
  std::cout << ".\nBefore you start the hub, think of what was taken away since:\n"
               "  API keys that were withdrawn are valid again; withdraw them anew\n"
               "  accounts that were unlinked or suspended are active again\n"
               "  connector approvals that were withdrawn hold again\n";
}

Result<store::Restored> put_back(const StoreOptions& options) {
  PATCHBAY_TRY_ASSIGN(const auto key, options.key());
  PATCHBAY_TRY_ASSIGN(const auto into, options.location());
  return store::restore_store({.backup = options.file,
                               .database = into,
                               .folder = options.common.data,
                               .key = key ? &*key : nullptr,
                               .now_ms = SystemClock().unix_ms()},
                              progress_line("copying"));
}

int restore(const StoreOptions& options) {
  const auto done = put_back(options);
  if (!done) return report(done.error());
  std::cout << "Restored from " << options.file << ".\n";
  print_facts(done->facts);
  if (!done->aside.empty())
    std::cout << "The database before lies in " << done->aside
              << "; remove it when you no longer need it.\n";
  if (done->carried) {
    print_carried(*done->carried);
  } else {
    print_unknown(*done);
  }
  std::cout
      << "Gone is what was made since: accounts, API keys and sessions.\n"
         "Operator sessions, sign-in links and connect links have ended.\n"
         "Restored access tokens are not used: each account gets a new one when it is needed.\n"
         "Accounts with rotating refresh tokens have to be reconnected.\n";
  return 0;
}

void add_backup(CLI::App& store, Run& run) {
  auto* command = store.add_subcommand(
      "backup",
      "Copy the database into a new file while hubs serve, and verify the copy. The file is a\n"
      "SQLite database, whatever kind it came from, and can be put back into either kind.\n"
      "  patchbay store backup /backups/patchbay-$(date +%F).db\n"
      "  patchbay store backup --store-file /etc/patchbay/store /backups/patchbay.db");
  auto options = std::make_shared<StoreOptions>();
  options->common.add_data_to(*command);
  command->add_option("file", options->file, "Where to write it; must not exist yet")
      ->type_name("FILE")
      ->required();
  command->callback([&run, options] { run = [options] { return backup(*options); }; });
}

void add_verify(CLI::App& store, Run& run) {
  auto* command = store.add_subcommand(
      "verify",
      "Check a backup: every page, every reference, the schema, and that every sealed value\n"
      "opens with the key. Changes nothing.");
  auto options = std::make_shared<StoreOptions>();
  options->common.add_data_to(*command);
  options->add_key(*command);
  command->add_option("file", options->file, "The backup, or a database")
      ->type_name("FILE")
      ->required();
  command->callback([&run, options] { run = [options] { return verify(*options); }; });
}

void add_restore(CLI::App& store, Run& run) {
  auto* command = store.add_subcommand(
      "restore",
      "Put a backup in the place of the database. Every hub on it must be stopped. What the\n"
      "database held stays: as a file beside it or, from PostgreSQL, as a backup in the folder\n"
      "DATA. What it still knows to be taken away (accounts unlinked, keys withdrawn) stays taken\n"
      "away; restored tokens are never used.\n"
      "  patchbay store restore /backups/patchbay.db\n"
      "  patchbay store restore --store-file /etc/patchbay/store /backups/patchbay.db");
  auto options = std::make_shared<StoreOptions>();
  options->common.add_data_to(*command);
  options->add_key(*command);
  command->add_option("file", options->file, "The backup")->type_name("FILE")->required();
  command->callback([&run, options] { run = [options] { return restore(*options); }; });
}

}  // namespace

void add_store_command(CLI::App& app, Run& run) {
  auto* store =
      app.add_subcommand("store", "Back up the database, verify, restore, migrate and copy it");
  store->require_subcommand(1);
  add_backup(*store, run);
  add_verify(*store, run);
  add_restore(*store, run);
  add_store_migrate(*store, run);
  add_store_copy(*store, run);
  add_store_mark_restored(*store, run);
}

}  // namespace patchbay::cli
