#include "store/owner_data.h"

#include <string>

#include "base/json.h"

namespace patchbay::store::owner_data {
namespace {

// As accounts/account_events.h writes it.
std::string owner_member(std::string_view owner_id) {
  json::Writer out;
  out.begin_object().member("origin_owner_id", owner_id);
  const std::string object = out.end_object().take();
  return object.substr(1, object.size() - 2);
}

}  // namespace

Result<std::int64_t> remove_connect_sessions(Database& db, std::string_view project_id,
                                             std::string_view owner_id) {
  return db.execute("DELETE FROM connect_sessions WHERE project_id = ? AND owner_id = ?",
                    {project_id, owner_id});
}

// Not LIKE: SQLite's does not tell upper from lower case.
Result<Removed> remove_traces(Database& db, std::string_view project_id,
                              std::string_view owner_id) {
  Removed removed;
  PATCHBAY_TRY_ASSIGN(removed.request_logs,
                      db.execute("DELETE FROM request_logs WHERE project_id = ? AND owner_id = ?",
                                 {project_id, owner_id}));
  const std::string member = owner_member(owner_id);
  PATCHBAY_TRY(
      db.execute("DELETE FROM webhook_deliveries WHERE state <> 0 AND event_seq IN (SELECT seq "
                 "FROM events WHERE project_id = ? AND replace(payload, ?, '') <> payload)",
                 {project_id, member}));
  PATCHBAY_TRY_ASSIGN(
      removed.events,
      db.execute("DELETE FROM events WHERE project_id = ? AND replace(payload, ?, '') <> payload "
                 "AND NOT EXISTS (SELECT 1 FROM webhook_deliveries d WHERE d.event_seq = "
                 "events.seq)",
                 {project_id, member}));
  return removed;
}

}  // namespace patchbay::store::owner_data
