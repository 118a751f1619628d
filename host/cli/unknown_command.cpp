#include "cli/unknown_command.h"

#include <vector>

#include "api/nearest_name.h"
#include "cli/review_text.h"

namespace patchbay::cli {

std::string unknown_command(const CLI::App& program) {
  const CLI::App* command = &program;
  std::string path = program.get_name();
  while (!command->get_subcommands().empty()) {
    command = command->get_subcommands().front();
    path += " " + command->get_name();
  }
  const auto words = command->remaining();
  if (command->get_require_subcommand_min() == 0 || words.empty() || words.front().starts_with('-'))
    return {};
  const auto known = command->get_subcommands([](const CLI::App*) { return true; });
  std::vector<std::string_view> names;
  names.reserve(known.size());
  for (const auto* one : known) names.push_back(one->get_name());
  const auto nearest = api::nearest_name(words.front(), names);
  return path + " has no command \"" + printable(words.front()) + "\"" +
         (nearest.empty() ? "" : "; did you mean \"" + std::string(nearest) + "\"?") +
         (nearest.empty() ? ". See: " : " See: ") + path + " --help";
}

}  // namespace patchbay::cli
