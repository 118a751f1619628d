#pragma once
// The hub's configuration file: the options of `patchbay serve` by their long names, in TOML
// (toml.io), without sections:
//
//   data = "/var/lib/patchbay"
//   store-file = "/etc/patchbay/store"
//   port = 8080
//   embed-origin = ["https://app.example.com"]
//   real = true
//
// Named by `patchbay --config FILE ...` or PATCHBAY_CONFIG. What it says is the default of every
// command's option of that meaning: the environment and flags go over it. Secrets never stand in
// it; options name the files, variables or credentials that hold them.
#include <CLI/CLI.hpp>
#include <map>
#include <string>

#include "base/result.h"

namespace patchbay::cli {

// Adds --config to the program, whose commands were all added.
void add_config_option(CLI::App& app);

// The file that the arguments or else the environment name, if any, made the defaults of the
// program's commands. kConfiguration: it can't be read, or has a key that nobody knows or a value
// that its option does not take; the error names line or key, and for a key the nearest known one.
Result<> apply_config(CLI::App& app, int argc, char** argv);

// After parsing: of options that exclude each other, one that was given puts aside another's value
// that only the file had.
void let_given_win(CLI::App& app);

// One file, as apply_config would.
Result<> apply_config_file(CLI::App& app, const std::string& path);

// What a command's options say, as text by their long names: what was given, else the defaults.
std::map<std::string, std::string> values_of(const CLI::App& command);

// A file with every key as a comment: what it is for, and its default.
std::string config_template(CLI::App& app);

}  // namespace patchbay::cli
