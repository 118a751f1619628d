#pragma once
// Audit files whose time is over: each is announced in the log, by name, length and last hash, and
// removed an hour later at the earliest. A file that is gone was removed by the hub if a line says
// so that the store had a head of before; else somebody took it away (audit_verify.h).
//
// An announcement is a line of the chain, so files that were kept elsewhere can be held against it,
// and those that hold earlier announcements are announced in their turn.
//
// Cut short anywhere, a pass is gone on with by the next one: what is announced is on the disk
// before a file goes, and the store forgets a file after it is gone.
#include <atomic>
#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "audit/audit_log.h"
#include "audit/audit_verify.h"
#include "base/result.h"

namespace patchbay::audit {

// How long a file stays after it was announced: whoever verifies the folder meanwhile knows of it.
inline constexpr std::int64_t kAnnouncedForMs = 3'600'000;

AuditEvent announcement_of(const ExpiredFile& file);
// Nothing when the line announces nothing.
std::optional<Announcement> read_announcement(std::string_view line);

struct ExpiryPass {
  static constexpr std::size_t kMostFiles = 64;
  std::string folder;
  std::vector<RecordedHead> heads;  // of this folder's files, read before
  std::int64_t now_ms = 0;
  std::int64_t kept_ms = 0;  // files whose last event is older go
};

struct ExpiryOutcome {
  std::vector<ExpiredFile> to_announce;
  std::vector<std::string> removed;   // and on the disk: the store may forget them
  std::vector<std::string> tampered;  // their time is over, and they stay: somebody has to look
};

// At most kMostFiles a time. Files that a process has open, and those in `passed_over`, are left
// alone. Reads the whole folder when a file's time is over, so not on a loop. kStorage; kCancelled
// once `stop` (may be null) is true.
Result<ExpiryOutcome> expire_files(const ExpiryPass& pass, const std::set<std::string>& passed_over,
                                   const std::atomic<bool>* stop);

}  // namespace patchbay::audit
