#pragma once
// What completes the command line in a shell: a script that shell reads.
#include <string>

#include "cli/command_outline.h"

namespace patchbay::cli {

std::string bash_completion(const OutlinedCommand& program);
std::string zsh_completion(const OutlinedCommand& program);
std::string fish_completion(const OutlinedCommand& program);

}  // namespace patchbay::cli
