#pragma once
// Projects are the tenants: every other row names the project it belongs to.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "store/database.h"

namespace patchbay::store {

struct Project {
  std::string id;
  std::string name;
  std::int64_t created = 0;  // unix ms
};

namespace projects_table {

Result<void> insert(Database& db, const Project& project);
// kNotFound.
Result<void> rename(Database& db, std::string_view id, std::string_view name);
Result<std::optional<Project>> find(Database& db, std::string_view id);
Result<std::vector<Project>> list(Database& db);  // oldest first

}  // namespace projects_table
}  // namespace patchbay::store
