#pragma once
#include "net/asio.h"

namespace patchbay::cli {

// Waits for SIGINT or SIGTERM; a second signal ends the process at once.
net::Task<> until_stopped();

}  // namespace patchbay::cli
