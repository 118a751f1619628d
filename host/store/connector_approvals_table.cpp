#include "store/connector_approvals_table.h"

#include "store/change_sequence_table.h"
#include "store/row_helpers.h"

namespace patchbay::store::connector_approvals_table {
namespace {

const std::string kSelect =
    "SELECT sha256, connector_id, version, manifest, signer, reason, actor, decided, withdrawn "
    "FROM connector_approvals ";

ConnectorApproval from(const Row& row) {
  return {row.text(0), row.text(1), row.text(2),    row.text(3),        row.text(4),
          row.text(5), row.text(6), row.integer(7), row.integer(8) != 0};
}

}  // namespace

Result<std::optional<ConnectorApproval>> find(Database& db, std::string_view sha256) {
  return first_row(db.query(kSelect + "WHERE sha256 = ?", {sha256}), from);
}

Result<std::optional<ConnectorApproval>> latest(Database& db, std::string_view connector_id,
                                                std::string_view but) {
  return first_row(db.query(kSelect + "WHERE connector_id = ? AND sha256 <> ? AND withdrawn = 0 "
                                      "ORDER BY decided DESC, sha256 LIMIT 1",
                            {connector_id, but}),
                   from);
}

Result<std::vector<std::string>> connector_ids(Database& db) {
  return all_rows(
      db.query("SELECT DISTINCT connector_id FROM connector_approvals WHERE withdrawn = 0 "
               "ORDER BY connector_id"),
      [](const Row& row) { return std::string(row.text(0)); });
}

Result<void> decide(Database& db, const ConnectorApproval& a) {
  PATCHBAY_TRY(db.execute("DELETE FROM connector_approvals WHERE sha256 = ?", {a.sha256}));
  PATCHBAY_TRY(db.execute(
      "INSERT INTO connector_approvals (sha256, connector_id, version, manifest, signer, reason, "
      "actor, decided, withdrawn) VALUES (" +
          placeholders(9) + ")",
      {a.sha256, a.connector_id, a.version, a.manifest, a.signer, a.reason, a.actor, a.decided,
       std::int64_t{a.withdrawn ? 1 : 0}}));
  PATCHBAY_TRY(change_sequence_table::bump(db));
  return {};
}

}  // namespace patchbay::store::connector_approvals_table
