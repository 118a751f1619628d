#include <filesystem>
#include <iostream>

#include "cli/commands.h"
#include "cli/options.h"
#include "store/copy_store.h"
#include "store/open_store.h"
#include "store/store_in_use.h"

namespace patchbay::cli {
namespace {

// "@FILE" names a file that holds the address.
Result<store::StoreLocation> location_of(const std::string& text) {
  if (text.starts_with('@')) return store::StoreLocation::read_file(text.substr(1));
  return store::StoreLocation::parse(SecretString(text));
}

Result<> require_unused(const store::StoreLocation& location) {
  PATCHBAY_TRY_ASSIGN(const bool used, store::is_in_use(location));
  if (!used) return {};
  return make_error(ErrorCode::kConflict,
                    location.shown() + " is in use. Stop every hub on it, then copy.");
}

Result<> require_there(const store::StoreLocation& location) {
  std::error_code error;
  if (location.is_postgres() || std::filesystem::exists(location.path(), error)) return {};
  return make_error(ErrorCode::kNotFound, "There is no database " + location.path() + ".");
}

void show_progress(const std::string& table, std::int64_t rows, std::int64_t /*of_all*/) {
  std::cerr << "\r" << table << ": " << rows << " rows \x1b[K" << std::flush;
}

Result<> copy(const std::string& from_text, const std::string& to_text, bool quiet) {
  PATCHBAY_TRY_ASSIGN(const auto from_location, location_of(from_text));
  PATCHBAY_TRY_ASSIGN(const auto to_location, location_of(to_text));
  PATCHBAY_TRY(require_there(from_location));
  PATCHBAY_TRY(require_unused(from_location));
  PATCHBAY_TRY(require_unused(to_location));
  PATCHBAY_TRY_ASSIGN(const auto from, store::open_database(from_location));
  PATCHBAY_TRY_ASSIGN(const auto to, store::open_database(to_location));
  auto copied = store::copy_store(
      *from, *to, quiet ? store::TableProgress() : store::TableProgress(show_progress));
  if (!quiet) std::cerr << "\r\x1b[K" << std::flush;
  if (!copied) return copied.error();
  std::int64_t rows = 0;
  for (const auto& table : *copied) {
    std::cout << table.name << ": " << table.rows << " rows, " << table.checksum << "\n";
    rows += table.rows;
  }
  std::cout << rows << " rows copied to " << to_location.shown()
            << " and read back the same.\nStart every hub with --store on it, with the key it had; "
               "the source was not changed.\n";
  return {};
}

struct CopyOptions {
  std::string from;
  std::string to;
  bool quiet = false;
};

}  // namespace

void add_store_copy(CLI::App& store, Run& run) {
  auto* command = store.add_subcommand(
      "copy",
      "Copy everything into an empty database of either kind, and compare.\n"
      "Stop every hub on both first. What failed half way leaves the target empty.\n"
      "  patchbay store copy data/patchbay.db @/etc/patchbay/store");
  auto options = std::make_shared<CopyOptions>();
  command
      ->add_option("from", options->from,
                   "SQLite file, postgresql:// address, or @FILE that holds one (chmod 600)")
      ->type_name("FILE")
      ->required();
  command->add_option("to", options->to, "The same, for the empty target")
      ->type_name("FILE")
      ->required();
  command->add_flag("--quiet", options->quiet, "No progress");
  command->callback([&run, options] {
    run = [options] {
      const auto done = copy(options->from, options->to, options->quiet);
      return done ? 0 : report(done.error());
    };
  });
}

}  // namespace patchbay::cli
