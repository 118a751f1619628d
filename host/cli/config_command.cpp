// patchbay config: the configuration file, checked and explained.
#include <iostream>

#include "cli/commands.h"
#include "cli/config_file.h"
#include "cli/options.h"

namespace patchbay::cli {

void add_config_command(CLI::App& app, Run& run) {
  auto* config = app.add_subcommand("config", "Check a configuration file, or print an example");
  config->require_subcommand(1);
  auto* check = config->add_subcommand(
      "check",
      "Read a configuration file as the hub would, and say what is wrong with it.\n"
      "  patchbay config check /etc/patchbay/patchbay.toml");
  auto path = std::make_shared<std::string>();
  check->add_option("file", *path, "The file")->type_name("FILE")->required();
  check->callback([&app, &run, path] {
    run = [&app, path] {
      if (const auto done = apply_config_file(app, *path); !done) return report(done.error());
      std::cout << *path << " is right.\n";
      return 0;
    };
  });
  auto* example = config->add_subcommand(
      "example",
      "Print a file that has every key with what it is for and its default.\n"
      "  patchbay config example > patchbay.toml");
  example->callback([&app, &run] {
    run = [&app] {
      std::cout << config_template(app);
      return 0;
    };
  });
}

}  // namespace patchbay::cli
