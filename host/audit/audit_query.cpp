#include "audit/audit_query.h"

#include <algorithm>
#include <filesystem>
#include <queue>
#include <tuple>

#include "audit/audit_folder.h"
#include "base/json.h"

namespace patchbay::audit {
namespace {

struct Later {
  bool operator()(const FoundEvent& a, const FoundEvent& b) const {
    return std::tie(a.time, a.order) > std::tie(b.time, b.order);
  }
};
// The oldest of those kept on top.
using Newest = std::priority_queue<FoundEvent, std::vector<FoundEvent>, Later>;

// Times are text of one form, so their order is that of the text.
bool matches(const FoundEvent& found, const AuditQuery& query) {
  return (query.project_id.empty() || found.event.project_id == query.project_id) &&
         (query.account_id.empty() || found.event.account_id == query.account_id) &&
         is_of_kind(found.event.kind, query.kind) &&
         (query.since.empty() || found.time >= query.since) &&
         (query.until.empty() || found.time < query.until);
}

}  // namespace

std::optional<FoundEvent> read_audit_event(std::string_view line) {
  const auto document = json::Document::parse(line);
  if (!document) return std::nullopt;
  const auto root = document->root();
  const auto text = [&root](std::string_view name) { return root.get(name).string_or(""); };
  FoundEvent found{text("time"),
                   {.kind = text("kind"),
                    .project_id = text("project"),
                    .account_id = text("account"),
                    .subject = text("subject"),
                    .key_id = text("key"),
                    .request_id = text("request"),
                    .peer = text("peer"),
                    .connector_id = text("connector"),
                    .actor = text("actor")},
                   std::string(line)};
  if (found.time.empty()) return std::nullopt;
  return found;
}

bool is_of_kind(std::string_view kind, std::string_view wanted) {
  return wanted.ends_with('.') ? kind.starts_with(wanted) : wanted.empty() || kind == wanted;
}

Result<std::vector<FoundEvent>> find_audit_events(const std::string& folder,
                                                  const AuditQuery& query) {
  const std::size_t most = std::clamp<std::size_t>(query.last, 1, AuditQuery::kMostLines);
  Newest newest;
  std::size_t order = 0;
  PATCHBAY_TRY_ASSIGN(const auto files, audit_files(folder));
  for (const auto& file : files) {
    const std::string path = std::filesystem::path(folder) / file;
    const auto read = read_audit_lines(path, [&](std::string_view line, bool whole) {
      if (!whole) return true;
      auto found = read_audit_event(line);
      if (!found || !matches(*found, query)) return true;
      found->order = order++;
      newest.push(*std::move(found));
      if (newest.size() > most) newest.pop();
      return true;
    });
    if (!read && std::filesystem::exists(path)) return read.error();  // else its time was over
  }
  std::vector<FoundEvent> events(newest.size());
  for (auto& event : events) {
    event = newest.top();
    newest.pop();
  }
  return events;
}

}  // namespace patchbay::audit
