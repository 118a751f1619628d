#pragma once
// Decisions about connector files, one for each content (SHA-256): let in, or withdrawn again. For
// the whole installation, not for a project. Each decision raises the change sequence, so that
// other processes look again.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "store/database.h"

namespace patchbay::store {

struct ConnectorApproval {
  std::string sha256;  // hex
  std::string connector_id;
  std::string version;
  std::string manifest;  // JSON, for telling what a later version changes
  std::string signer;    // key id that signed the file, verified; empty: none
  std::string reason;  // why it was let in: "operator", "pinned_hash", "trusted_key", "approve_all"
  std::string actor;   // who, e.g. "page", "command line"
  std::int64_t decided = 0;  // unix ms
  bool withdrawn = false;
};

namespace connector_approvals_table {

// The newest decision about this content; withdrawn ones included.
Result<std::optional<ConnectorApproval>> find(Database& db, std::string_view sha256);
// The newest version of this connector that is let in and is not `but`.
Result<std::optional<ConnectorApproval>> latest(Database& db, std::string_view connector_id,
                                                std::string_view but);
// Ids of all connectors that some version is let in of.
Result<std::vector<std::string>> connector_ids(Database& db);
// A decision replaces the one before about the same content.
Result<void> decide(Database& db, const ConnectorApproval& approval);

}  // namespace connector_approvals_table
}  // namespace patchbay::store
