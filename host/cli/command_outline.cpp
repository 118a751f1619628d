#include "cli/command_outline.h"

#include <algorithm>
#include <sstream>
#include <string_view>

namespace patchbay::cli {
namespace {

// "{json,text}", as CLI::IsMember describes itself behind the type's name.
std::vector<std::string> choices_in(const std::string& type) {
  std::vector<std::string> choices;
  const auto begin = type.find('{');
  const auto end = type.find('}');
  if (begin == std::string::npos || end == std::string::npos || end < begin) return choices;
  std::istringstream list(type.substr(begin + 1, end - begin - 1));
  for (std::string one; std::getline(list, one, ',');) choices.push_back(one);
  return choices;
}

ValueKind kind_of(const OutlinedOption& option) {
  if (option.value_name.empty()) return ValueKind::kNone;
  if (!option.choices.empty()) return ValueKind::kFixed;
  if (option.value_name == "FILE") return ValueKind::kFile;
  return option.value_name == "FOLDER" ? ValueKind::kFolder : ValueKind::kText;
}

OutlinedOption outline_option(const CLI::Option& option) {
  OutlinedOption out;
  out.positional = option.get_positional();
  for (const auto& name : option.get_lnames()) out.names.push_back("--" + name);
  for (const auto& name : option.get_snames()) out.names.push_back("-" + name);
  if (out.names.empty()) out.names.push_back(option.get_name(true));
  if (option.get_items_expected_max() > 0) {
    const auto type = option.get_type_name();
    out.value_name = type.substr(0, type.find(':'));
    if (out.value_name.empty()) out.value_name = "TEXT";
    out.choices = choices_in(type);
    out.default_value = option.get_default_str();
  }
  out.value = kind_of(out);
  out.description = option.get_description();
  out.variable = option.get_envname();
  out.required = option.get_required();
  return out;
}

OutlinedCommand outline_below(const CLI::App& app, const std::string& above) {
  OutlinedCommand out;
  out.name = app.get_name();
  out.path = above.empty() ? out.name : above + " " + out.name;
  out.description = app.get_description();
  for (const auto* option : app.get_options())
    if (!option->get_group().empty()) out.options.push_back(outline_option(*option));
  for (const auto* command : app.get_subcommands([](const CLI::App*) { return true; }))
    if (!command->get_group().empty()) out.commands.push_back(outline_below(*command, out.path));
  return out;
}

}  // namespace

OutlinedCommand outline(const CLI::App& program) {
  return outline_below(program, "");
}

std::string summary(const std::string& description) {
  std::string text = description.substr(0, description.find("\n  "));
  std::ranges::replace(text, '\n', ' ');
  std::size_t end = text.size();
  for (const std::string_view stop : {". ", "; ", ": ", " ("}) end = std::min(end, text.find(stop));
  text.resize(end);
  while (!text.empty() && (text.back() == '.' || text.back() == ':')) text.pop_back();
  return text;
}

std::vector<const OutlinedCommand*> all_commands(const OutlinedCommand& root) {
  std::vector<const OutlinedCommand*> all{&root};
  for (const auto& command : root.commands) {
    const auto below = all_commands(command);
    all.insert(all.end(), below.begin(), below.end());
  }
  return all;
}

}  // namespace patchbay::cli
