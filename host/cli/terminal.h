#pragma once
// Asking a person at a terminal.
#include <string>

#include "base/result.h"
#include "base/secret.h"

namespace patchbay::cli {

// Prints the question on the terminal and reads a line; kInvalidArgument when there is no terminal
// and standard input has ended.
Result<std::string> ask(const std::string& question);
// The same without showing what is typed.
Result<SecretString> ask_secret(const std::string& question);

}  // namespace patchbay::cli
