#pragma once
// The audit file's format: one JSON object a line, each with the hash of the line before ("prev")
// and, last, its own ("hash": SHA-256 of the line without that member). The first line's "prev" is
// the SHA-256 of the file's name, so files can't be exchanged. Changing, removing or inserting a
// line breaks the chain from there on; cutting off the end shows against a head kept elsewhere.
#include <cstdint>
#include <string>
#include <string_view>

#include "audit/audit_log.h"
#include "base/result.h"

namespace patchbay::audit {

// With its line break. An event that needs more is not recorded.
inline constexpr std::size_t kMaxAuditLine = std::size_t{64} << 10U;

struct AuditHead {
  std::int64_t count = 0;  // lines so far
  std::string hash;        // of the last line; of the file's name before the first
};

AuditHead first_audit_head(std::string_view file_name);

// The next line, with its line break; `head` moves on.
std::string next_audit_line(AuditHead& head, const AuditEvent& event, std::int64_t now_ms);
// The same in place of what `line` held, whose memory is used again.
void write_next_audit_line(AuditHead& head, const AuditEvent& event, std::int64_t now_ms,
                           std::string& line);

// Moves `head` over one line, given without its line break. kProtocol says what does not fit; then
// `head` stays.
Result<> follow_audit_line(AuditHead& head, std::string_view line);

// Reads a file's text and gives its head. kProtocol names the first line that does not fit.
Result<AuditHead> verify_audit(std::string_view file_name, std::string_view text);

}  // namespace patchbay::audit
