#pragma once
// Finding events in an audit folder: for somebody who has to know, now, who read what. Reads the
// files as they are and does not verify them; lines that are no events are passed over.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "audit/audit_log.h"
#include "base/result.h"

namespace patchbay::audit {

struct AuditQuery {
  static constexpr std::size_t kMostLines = 10'000;
  std::string project_id{};  // empty: any; so with the others
  std::string account_id{};
  std::string kind{};     // "access_token.read", or "access_token." for all that begin so
  std::string since{};    // ISO 8601 UTC, or its beginning: "2026-11-26T03"
  std::string until{};    // before this
  std::size_t last = 50;  // the newest that match; at most kMostLines
};

struct FoundEvent {
  std::string time;  // ISO 8601 UTC
  AuditEvent event;
  std::string line;       // as written, without line break
  std::size_t order = 0;  // among all that match, by file and line
};

// A line as an event; nothing when it is none.
std::optional<FoundEvent> read_audit_event(std::string_view line);
// Whether an event's kind is what AuditQuery::kind asks for.
bool is_of_kind(std::string_view kind, std::string_view wanted);

// Oldest first, over all files. Memory grows with `last` alone. kStorage.
Result<std::vector<FoundEvent>> find_audit_events(const std::string& folder,
                                                  const AuditQuery& query);

}  // namespace patchbay::audit
