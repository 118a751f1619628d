#pragma once

#include <stdexcept>

namespace patchbay::sandbox {

/// What the kit throws when a sandbox cannot be built or started, or is asked for something that
/// does not exist: it says what happened and what to do. The kit serves tests and a developer's
/// program, so it uses exceptions; requests from the network never raise one past the server.
class SandboxError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace patchbay::sandbox
