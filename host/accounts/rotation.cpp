#include "accounts/rotation.h"

#include "base/planted_bug.h"

namespace patchbay::accounts {

Presentation may_present(const store::RefreshLease& lease, std::optional<std::uint32_t> grace_s,
                         std::int64_t now_ms) {
  if (lease.presented == 0 || PATCHBAY_PLANTED_BUG(14)) return {.allowed = true, .within = {}};
  if (lease.presented > 1 || !grace_s) return {};
  const std::chrono::milliseconds grace = std::chrono::seconds(*grace_s);
  const std::chrono::milliseconds passed(now_ms - lease.presented_at);
  // A clock that was set back says nothing about how long it has been.
  if (passed.count() < 0 || passed >= grace) return {};
  return {.allowed = true, .within = grace - passed};
}

}  // namespace patchbay::accounts
