#pragma once
// The two lists of system calls that a connector's process may make, as seccomp filters through
// libseccomp. Everything else traps (denied_calls.h); calls of a foreign architecture kill.
#include <cstdint>

namespace patchbay::connector::walls {

enum class Stage : std::uint8_t {
  kLoading,  // map the library, run its constructors
  kServing,  // no executable memory any more
};

// Needs no_new_privs and handle_denied_calls(). 0, or an errno.
int install_filter(Stage stage, int socket);

}  // namespace patchbay::connector::walls
