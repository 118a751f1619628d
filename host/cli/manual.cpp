#include "cli/manual.h"

#include <map>
#include <sstream>

namespace patchbay::cli {
namespace {

// As roff prints it letter by letter: nothing in it is a request or an escape.
std::string plain(const std::string& text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else if (c == '\'') {
      out += "\\(aq";
    } else if (c == '"') {
      out += "\\(dq";
    } else if (c == '`') {
      out += "\\(ga";
    } else {
      out += c;
    }
  }
  return out.starts_with('.') ? "\\&" + out : out;
}

// A description: paragraphs are filled, lines that are moved in stand as they are.
std::string paragraphs(const std::string& text) {
  std::string out;
  bool as_it_is = false;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.empty()) continue;
    const bool moved_in = line.starts_with("  ");
    if (moved_in != as_it_is) out += moved_in ? ".PP\n.nf\n" : ".fi\n.PP\n";
    as_it_is = moved_in;
    out.append(plain(line)).append("\n");
  }
  return as_it_is ? out + ".fi\n" : out;
}

std::string head_of(const OutlinedOption& option) {
  std::string out;
  for (const auto& name : option.names)
    out.append(out.empty() ? "" : ", ").append("\\fB").append(plain(name)).append("\\fR");
  if (option.positional || option.value == ValueKind::kNone) return out;
  std::string value = option.value_name;
  if (option.value == ValueKind::kFixed) {
    value.clear();
    for (const auto& choice : option.choices) value.append(value.empty() ? "" : "|").append(choice);
  }
  return out + " \\fI" + plain(value) + "\\fR";
}

std::string entry(const OutlinedOption& option) {
  std::string out = ".TP\n" + head_of(option) + "\n" + plain(option.description);
  if (option.required) out += " Required.";
  if (!option.default_value.empty()) out += " [" + plain(option.default_value) + "]";
  if (!option.variable.empty()) out += "\nEnvironment: \\fB" + plain(option.variable) + "\\fR.";
  return out + "\n";
}

std::string synopsis(const OutlinedCommand& command) {
  std::string out = "\\fB" + plain(command.path) + "\\fR";
  if (!command.commands.empty()) return out + " \\fICOMMAND\\fR ...";
  bool has_options = false;
  std::string arguments;
  for (const auto& option : command.options) {
    has_options = has_options || !option.positional;
    if (option.positional)
      arguments.append(" \\fI").append(plain(option.names.front())).append("\\fR");
  }
  return out + (has_options ? " [\\fIOPTIONS\\fR]" : "") + arguments;
}

std::string chapter(const OutlinedCommand& command) {
  std::string out = ".SS " + plain(command.path) + "\n" + synopsis(command) + "\n.PP\n" +
                    paragraphs(command.description);
  for (const auto& option : command.options)
    if (option.names.front() != "--help") out += entry(option);
  return out;
}

std::string environment(const std::vector<const OutlinedCommand*>& commands) {
  std::map<std::string, std::string> variables{
      {"PATCHBAY_CONFIG", "Configuration file, as --config names it."}};
  for (const auto* command : commands)
    for (const auto& option : command->options)
      if (!option.variable.empty())
        variables.emplace(option.variable, "In place of " + option.names.front() + ".");
  std::string out = ".SH ENVIRONMENT\n";
  for (const auto& [name, what] : variables)
    out.append(".TP\n\\fB").append(plain(name)).append("\\fR\n").append(plain(what)).append("\n");
  return out;
}

}  // namespace

std::string manual_page(const OutlinedCommand& program, const std::string& version) {
  const auto commands = all_commands(program);
  std::string out = ".TH PATCHBAY 1 \"\" \"Patchbay " + plain(version) +
                    "\" \"User Commands\"\n.nh\n.SH NAME\npatchbay \\- " +
                    "integration hub that connectors are dropped into\n.SH SYNOPSIS\n" +
                    synopsis(program) + "\n.SH DESCRIPTION\n" + paragraphs(program.description) +
                    ".SH OPTIONS\n";
  for (const auto& option : program.options) out += entry(option);
  out += ".SH COMMANDS\nEvery command takes \\fB\\-\\-help\\fR and explains itself.\n";
  for (const auto* command : commands)
    if (command != &program) out += chapter(*command);
  out += environment(commands);
  return out +
         ".SH EXIT STATUS\n.TP\n0\nIt is done.\n.TP\n1\nIt failed; standard error says why.\n"
         ".TP\n2\nWrong usage, or a configuration file that is wrong.\n";
}

}  // namespace patchbay::cli
