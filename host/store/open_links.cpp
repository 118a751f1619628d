#include "store/open_links.h"

#include "store/row_helpers.h"

namespace patchbay::store::open_links {

Result<std::vector<Link>> list(Database& db, std::string_view project_id, std::int64_t now_ms,
                               std::int64_t after) {
  return all_rows(
      db.query("SELECT number, id, owner_id, connector_id, metadata FROM connect_sessions WHERE "
               "project_id = ? AND number > ? AND status = 'open' AND passed_on_by = '' AND "
               "(expires > ? OR EXISTS (SELECT 1 FROM connect_sessions later WHERE "
               "later.passed_on_by = connect_sessions.id AND later.status = 'open' AND "
               "later.expires > ?)) ORDER BY number LIMIT 1000",
               {project_id, after, now_ms, now_ms}),
      [](const Row& row) {
        return Link{.number = row.integer(0),
                    .id = row.text(1),
                    .owner_id = row.text(2),
                    .connector_id = row.text(3),
                    .metadata = row.text(4)};
      });
}

}  // namespace patchbay::store::open_links
