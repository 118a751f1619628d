#pragma once
// What to say of a command that is none.
#include <CLI/CLI.hpp>
#include <string>

namespace patchbay::cli {

// For a command line that the parser refused: the word that stands where a command should, and the
// command that was probably meant. Empty: it was refused for something else.
std::string unknown_command(const CLI::App& program);

}  // namespace patchbay::cli
