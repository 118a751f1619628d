#include <iomanip>
#include <iostream>

#include "base/iso_time.h"
#include "base/json.h"
#include "cli/commands.h"
#include "cli/key_rotate_command.h"
#include "cli/options.h"
#include "cli/store_access.h"
#include "store/key_report.h"
#include "vault/key_source.h"

namespace patchbay::cli {
namespace {

using store::KeyReport;

Result<KeyReport> read_keys(const CommonOptions& common) {
  PATCHBAY_TRY_ASSIGN(const auto store, open_store_alone(common));
  return store->read_blocking(KeyReport::read);
}

void print_json(const KeyReport& table) {
  json::Writer out;
  out.begin_object().key("data_keys").begin_array();
  for (const auto& key : table.keys) {
    out.begin_object()
        .member("id", key.id)
        .member("state", to_string(table.state(key)))
        .member("key", key.kek_id)
        .member("created", iso_time(key.created))
        .member("records", table.records(key.id));
    if (key.retired != 0) out.member("retired", iso_time(key.retired));
    out.end_object();
  }
  out.end_array().member("records_without_key", table.records("")).end_object();
  std::cout << out.take() << "\n";
}

void print_table(const KeyReport& table) {
  const auto row = [](const std::string& id, const std::string& state, const std::string& kek,
                      const std::string& created, const std::string& records) {
    std::cout << std::left << std::setw(25) << id << std::setw(10) << state << std::setw(10) << kek
              << std::setw(26) << created << records << "\n";
  };
  row("DATA KEY", "STATE", "KEY", "CREATED", "RECORDS");
  for (const auto& key : table.keys)
    row(key.id, std::string(to_string(table.state(key))), key.kek_id, iso_time(key.created),
        std::to_string(table.records(key.id)));
  if (const auto unnamed = table.records(""); unnamed > 0)
    std::cout << unnamed << " records were sealed by an earlier release and do not say with which "
              << "key; `patchbay key rotate` fills that in.\n";
  for (const auto& key : table.keys)
    if (table.state(key) == store::KeyState::kRotating)
      std::cout << "A rotation is under way or was interrupted; `patchbay key rotate` finishes "
                   "it.\n";
}

int list(const CommonOptions& common, bool as_json) {
  const auto table = read_keys(common);
  if (!table) return report(table.error());
  if (as_json) {
    print_json(*table);
  } else {
    print_table(*table);
  }
  return 0;
}

void add_create(CLI::App& key, Run& run) {
  auto* create =
      key.add_subcommand("create",
                         "Write a new key to a file that only you can read.\n"
                         "Keep a copy in a safe place: without it the database can't be opened.");
  auto file = std::make_shared<std::string>();
  create->add_option("file", *file, "Where to write it; must not exist yet")
      ->type_name("FILE")
      ->required();
  create->callback([&run, file] {
    run = [file] {
      OsRandom random;
      const auto id = vault::create_key_file(*file, random);
      if (!id) return report(id.error());
      std::cout << "Key " << *id << " written to " << *file << "\n";
      return 0;
    };
  });
}

void add_list(CLI::App& key, Run& run) {
  auto* command = key.add_subcommand(
      "list", "Show the data keys: which one seals, their age, and how many records need each");
  command->alias("status");
  auto common = std::make_shared<CommonOptions>();
  auto as_json = std::make_shared<bool>(false);
  common->add_data_to(*command);
  command->add_flag("--json", *as_json, "For programs");
  command->callback(
      [&run, common, as_json] { run = [common, as_json] { return list(*common, *as_json); }; });
}

}  // namespace

void add_key_command(CLI::App& app, Run& run) {
  auto* key = app.add_subcommand("key", "Make, change and list the keys that seal all secrets");
  key->require_subcommand(1);
  add_create(*key, run);
  add_key_rotate_command(*key, run);
  add_list(*key, run);
}

}  // namespace patchbay::cli
