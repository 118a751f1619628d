#pragma once
// A hub that runs everything that `serve` runs, and does what it is told on standard input, one
// order a line, one answer a line:
//
//   token ACCOUNT     the access token "main", or "error CODE MESSAGE"
//   refresh ACCOUNT   "done" or "error ..."
//   suspend ACCOUNT   the same
//   unlink ACCOUNT    the same
#include "cli/hub.h"

namespace patchbay::integration {

// Says "ready" first. Returns when the input ends.
Result<> obey(cli::Hub& hub);

}  // namespace patchbay::integration
