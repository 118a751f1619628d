#pragma once
// An audit folder read backwards, a page at a time, for somebody who leafs through it. Bounded
// work: a page reads no more than its share of bytes, whatever lies in the folder, and says where
// to go on. The files are read as they are and not verified (audit_verify.h).
//
// Newest first over all files, by time, file and place. Where the times within a file go back (the
// machine's clock was set), a later page may pass over lines; `patchbay audit show` reads them all.
#include <cstddef>
#include <string>
#include <vector>

#include "audit/audit_query.h"
#include "base/result.h"

namespace patchbay::audit {

struct PageQuery {
  std::string account_id{};  // empty: any; so with the others
  std::string kind{};        // as AuditQuery::kind
  std::string who{};         // a part of the actor's name, or an API key's id
  std::string before{};      // AuditPage::next of the page before; what is none: the newest
  std::size_t rows = 50;
  std::size_t most_bytes = std::size_t{16} << 20U;  // of lines, beside a first look at each file
};

struct AuditPage {
  std::vector<FoundEvent> events;  // newest first
  std::string next;                // PageQuery::before of what is older; empty: nothing is
  std::string stopped_at;          // the time at which most_bytes were read; empty: they were not
};

// kStorage. At most kMostFiles are looked at, those of the youngest processes.
inline constexpr std::size_t kMostFiles = 4'000;
Result<AuditPage> read_audit_page(const std::string& folder, const PageQuery& query);

}  // namespace patchbay::audit
