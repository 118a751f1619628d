#include "audit/audit_log.h"

#include "base/log.h"

namespace patchbay::audit {

AuditEvent asked_by(const Asker& who, AuditEvent event) {
  event.key_id = who.key_id;
  event.request_id = who.request_id;
  event.peer = who.peer;
  event.actor = who.actor;
  return event;
}

void append_or_complain(AuditLog* audit, const AuditEvent& event) {
  if (audit == nullptr) return;
  const auto written = audit->append(event);
  if (!written)
    log::error("audit", "not_recorded", {{"kind", event.kind}, {"error", written.error().message}});
}

}  // namespace patchbay::audit
