#include "store/projects_table.h"

#include "store/row_helpers.h"

namespace patchbay::store::projects_table {
namespace {

Project from(const Row& row) {
  return {row.text(0), row.text(1), row.integer(2)};
}

}  // namespace

Result<void> insert(Database& db, const Project& project) {
  PATCHBAY_TRY(db.execute("INSERT INTO projects (id, name, created) VALUES (?, ?, ?)",
                          {project.id, project.name, project.created}));
  return {};
}

Result<void> rename(Database& db, std::string_view id, std::string_view name) {
  return require_changed(db.execute("UPDATE projects SET name = ? WHERE id = ?", {name, id}),
                         "project");
}

Result<std::optional<Project>> find(Database& db, std::string_view id) {
  return first_row(db.query("SELECT id, name, created FROM projects WHERE id = ?", {id}), from);
}

Result<std::vector<Project>> list(Database& db) {
  return all_rows(db.query("SELECT id, name, created FROM projects ORDER BY created, id"), from);
}

}  // namespace patchbay::store::projects_table
