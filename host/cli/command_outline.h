#pragma once
// The command line's own description as plain data: what completion and manual are made from, so
// that neither can say anything else than --help.
#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace patchbay::cli {

enum class ValueKind : std::uint8_t { kNone, kText, kFixed, kFile, kFolder };

struct OutlinedOption {
  std::vector<std::string> names;  // "--json"; of an argument without dashes, its name alone
  ValueKind value = ValueKind::kNone;
  std::string value_name;            // "FILE", "TEXT"; empty: it takes none
  std::vector<std::string> choices;  // of kFixed
  std::string description;
  std::string default_value;  // empty: none, or none to show
  std::string variable;       // of the environment; empty: none
  bool positional = false;
  bool required = false;
};

struct OutlinedCommand {
  std::string path;         // "patchbay accounts show"
  std::string name;         // "show"
  std::string description;  // as --help prints it: examples stand on lines that are moved in
  std::vector<OutlinedOption> options;
  std::vector<OutlinedCommand> commands;
};

// Of the program, all of whose commands were added. What --help hides is left out.
OutlinedCommand outline(const CLI::App& program);

// The beginning of a description: its first sentence, or what stands before a colon or semicolon.
std::string summary(const std::string& description);

// The command and all below it, each before those below it; they live as long as `root`.
std::vector<const OutlinedCommand*> all_commands(const OutlinedCommand& root);

}  // namespace patchbay::cli
