#include <unistd.h>

#include <iostream>
#include <string>
#include <vector>

#include "base/own_program.h"
#include "cli/commands.h"

namespace patchbay::cli {
namespace {

// Becomes patchbay-check, which explains itself.
int become_check(std::vector<std::string> arguments) {
  const std::string program = own_program("patchbay-check");
  arguments.insert(arguments.begin(), program);
  std::vector<char*> pointers;
  for (auto& argument : arguments) pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  ::execv(program.c_str(), pointers.data());
  std::cerr << "patchbay check: " << program << " can't be started. Install it with patchbay.\n";
  return 2;
}

}  // namespace

void add_check_command(CLI::App& app, Run& run) {
  auto* check =
      app.add_subcommand("check", "Try a connector library against the interface's rules");
  check->prefix_command();
  check->set_help_flag();
  check->callback([&run, check] {
    run = [arguments = check->remaining()] { return become_check(arguments); };
  });
}

}  // namespace patchbay::cli
