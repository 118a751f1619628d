#include <iostream>

#include "cli/commands.h"
#include "cli/options.h"
#include "vault/key_source.h"

namespace patchbay::cli {

void add_key_command(CLI::App& app, Run& run) {
  auto* key = app.add_subcommand("key", "Make the key that seals all secrets");
  key->require_subcommand(1);
  auto* create =
      key->add_subcommand("create",
                          "Write a new key to a file that only you can read.\n"
                          "Keep a copy in a safe place: without it the database can't be opened.");
  auto file = std::make_shared<std::string>();
  create->add_option("file", *file, "Where to write it; must not exist yet")->required();
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

}  // namespace patchbay::cli
