// patchbay completion, patchbay man: what packages install beside the program, made from the
// command line itself.
#include <iostream>

#include "cli/command_outline.h"
#include "cli/commands.h"
#include "cli/completion.h"
#include "cli/manual.h"

namespace patchbay::cli {

void add_completion_command(CLI::App& app, Run& run) {
  auto* command = app.add_subcommand(
      "completion",
      "Print what completes patchbay's commands and options in your shell. Packages install it;\n"
      "else:\n"
      "  source <(patchbay completion bash)");
  auto shell = std::make_shared<std::string>();
  command->add_option("shell", *shell, "Which shell")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  command->callback([&app, &run, shell] {
    run = [&app, shell] {
      const auto program = outline(app);
      std::cout << (*shell == "bash"  ? bash_completion(program)
                    : *shell == "zsh" ? zsh_completion(program)
                                      : fish_completion(program));
      return std::cout.flush() ? 0 : 1;
    };
  });
}

void add_man_command(CLI::App& app, Run& run) {
  auto* command = app.add_subcommand("man",
                                     "Print the manual page. Packages install it; else:\n"
                                     "  patchbay man | man -l -");
  command->callback([&app, &run] {
    run = [&app] {
      std::cout << manual_page(outline(app), PATCHBAY_VERSION);
      return std::cout.flush() ? 0 : 1;
    };
  });
}

}  // namespace patchbay::cli
