#pragma once
// A hub's day for a process that is killed in the middle of it: first it ends what an earlier kill
// interrupted, then it links, reconnects, refreshes and unlinks, one after another, until it is
// killed. Each act is announced on standard output before it begins and acknowledged after the hub
// did, so that whoever reads along knows what must be there after the kill:
//
//   settled                      waits for a line on standard input before it goes on
//   begin link OWNER             linked OWNER ACCOUNT GENERATION
//   begin refresh ACCOUNT        refreshed ACCOUNT GENERATION
//   begin unlink ACCOUNT         unlinked ACCOUNT
//   failed TEXT
#include <cstdint>
#include <string>

#include "cli/hub.h"

namespace patchbay::integration {

// Comes back only when something fails.
Result<> work_until_killed(cli::Hub& hub, std::uint64_t seed, const std::string& client_id,
                           const std::string& client_secret);

}  // namespace patchbay::integration
