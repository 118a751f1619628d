#include "cli/actor.h"

#include <pwd.h>
#include <unistd.h>

namespace patchbay::cli {

std::string actor() {
  const auto* user = ::getpwuid(::getuid());
  return "command line (" + (user != nullptr ? user->pw_name : std::to_string(::getuid())) + ")";
}

}  // namespace patchbay::cli
