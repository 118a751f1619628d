#pragma once
// Integrations (connector profiles): how a project uses a connector. At most one per project and
// connector is the default.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "store/database.h"

namespace patchbay::store {

struct Integration {
  std::string id;
  std::string project_id;
  std::string connector_id;
  std::string name;
  std::string auth_method;
  std::string environment;
  // The operator's setup fields; place: "integrations", project, id, "setup", setup_generation;
  // empty: none.
  std::string sealed_setup;
  std::int64_t setup_generation = 0;           // of the sealed setup
  std::optional<std::string> allowed_actions;  // JSON array of action ids; nullopt: reads only
  bool is_default = false;
  bool active = true;
  std::int64_t created = 0;  // unix ms
};

namespace integrations_table {

// A second default for the same project and connector: kConflict.
Result<void> insert(Database& db, const Integration& integration);
Result<std::optional<Integration>> find(Database& db, std::string_view project_id,
                                        std::string_view id);
Result<std::optional<Integration>> find_default(Database& db, std::string_view project_id,
                                                std::string_view connector_id);
// Oldest first; an empty connector id lists all.
Result<std::vector<Integration>> list(Database& db, std::string_view project_id,
                                      std::string_view connector_id = {});
// Everything but id, project, connector, created and is_default. Bumps the change sequence.
// kNotFound.
Result<void> update(Database& db, const Integration& integration);
// Makes this one the default and takes that from the one that had it. kNotFound.
Result<void> set_default(Database& db, std::string_view project_id, std::string_view id);

}  // namespace integrations_table
}  // namespace patchbay::store
