#include "audit/audit_log.h"

#include "base/log.h"

namespace patchbay::audit {

void append_or_complain(AuditLog* audit, const AuditEvent& event) {
  if (audit == nullptr) return;
  const auto written = audit->append(event);
  if (!written)
    log::error("audit", "not_recorded", {{"kind", event.kind}, {"error", written.error().message}});
}

}  // namespace patchbay::audit
