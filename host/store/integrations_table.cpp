#include "store/integrations_table.h"

#include "store/change_sequence_table.h"
#include "store/row_helpers.h"
#include "store/sealed_columns.h"

namespace patchbay::store::integrations_table {
namespace {

const std::string kSelect =
    "SELECT id, project_id, connector_id, name, auth_method, environment, sealed_setup, "
    "setup_generation, allowed_actions, is_default, active, created FROM integrations ";

Integration from(const Row& row) {
  Integration out;
  out.id = row.text(0);
  out.project_id = row.text(1);
  out.connector_id = row.text(2);
  out.name = row.text(3);
  out.auth_method = row.text(4);
  out.environment = row.text(5);
  out.sealed_setup = row.text(6);
  out.setup_generation = row.integer(7);
  out.allowed_actions = row.optional_text(8);
  out.is_default = row.flag(9);
  out.active = row.flag(10);
  out.created = row.integer(11);
  return out;
}

}  // namespace

Result<void> insert(Database& db, const Integration& it) {
  PATCHBAY_TRY(db.execute(
      "INSERT INTO integrations (id, project_id, connector_id, name, auth_method, environment, "
      "sealed_setup, data_key_id, setup_generation, allowed_actions, is_default, active, created) "
      "VALUES (" +
          placeholders(13) + ")",
      {it.id, it.project_id, it.connector_id, it.name, it.auth_method, it.environment,
       BlobView{it.sealed_setup}, data_key_of(it.sealed_setup), it.setup_generation,
       it.allowed_actions, it.is_default, it.active, it.created}));
  return {};
}

Result<std::optional<Integration>> find(Database& db, std::string_view project_id,
                                        std::string_view id) {
  return first_row(db.query(kSelect + "WHERE project_id = ? AND id = ?", {project_id, id}), from);
}

Result<std::optional<Integration>> find_default(Database& db, std::string_view project_id,
                                                std::string_view connector_id) {
  return first_row(
      db.query(kSelect + "WHERE project_id = ? AND connector_id = ? AND is_default = 1",
               {project_id, connector_id}),
      from);
}

Result<std::vector<Integration>> list(Database& db, std::string_view project_id,
                                      std::string_view connector_id) {
  return all_rows(db.query(kSelect + "WHERE project_id = ? AND (? = '' OR connector_id = ?) "
                                     "ORDER BY created, id",
                           {project_id, connector_id, connector_id}),
                  from);
}

Result<void> update(Database& db, const Integration& it) {
  PATCHBAY_TRY(require_changed(
      db.execute("UPDATE integrations SET name = ?, auth_method = ?, environment = ?, "
                 "sealed_setup = ?, data_key_id = ?, setup_generation = ?, allowed_actions = ?, "
                 "active = ? "
                 "WHERE project_id = ? AND id = ?",
                 {it.name, it.auth_method, it.environment, BlobView{it.sealed_setup},
                  data_key_of(it.sealed_setup), it.setup_generation, it.allowed_actions, it.active,
                  it.project_id, it.id}),
      "integration"));
  PATCHBAY_TRY(change_sequence_table::bump(db));
  return {};
}

Result<void> set_default(Database& db, std::string_view project_id, std::string_view id) {
  PATCHBAY_TRY_ASSIGN(const auto chosen, required(find(db, project_id, id), "integration"));
  PATCHBAY_TRY(
      db.execute("UPDATE integrations SET is_default = 0 "
                 "WHERE project_id = ? AND connector_id = ? AND is_default = 1",
                 {project_id, chosen.connector_id}));
  PATCHBAY_TRY(db.execute("UPDATE integrations SET is_default = 1 WHERE project_id = ? AND id = ?",
                          {project_id, id}));
  return {};
}

}  // namespace patchbay::store::integrations_table
