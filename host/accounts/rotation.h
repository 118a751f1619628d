#pragma once
// When a rotating refresh token may be presented. It is good for one use: a provider that sees it a
// second time takes it for stolen and ends the whole grant. So each presentation is written down
// before the provider is called (store/refresh_leases_table.h), and is not repeated when nobody
// knows what became of it: the connection broke after the first byte, the process died, another
// instance took over. The one exception is a manifest that declares for how long a spent token
// still works (rotation_grace_s): then it is presented once more, within that time.
#include <chrono>
#include <cstdint>
#include <optional>

#include "store/refresh_leases_table.h"

namespace patchbay::accounts {

struct Presentation {
  bool allowed = false;
  // Set: it must have reached the provider within this time.
  std::optional<std::chrono::milliseconds> within;
};

// `now_ms` by the clock that `presented_at` was taken from.
Presentation may_present(const store::RefreshLease& lease, std::optional<std::uint32_t> grace_s,
                         std::int64_t now_ms);

}  // namespace patchbay::accounts
