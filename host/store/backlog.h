#pragma once
// What is not as it should be with the work that a store holds: accounts in error, refreshes that
// are late, revocations and webhooks that do not get through. For people who look for a cause.
// Counts whole tables: not for a busy path.
#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "store/database.h"

namespace patchbay::store {

struct Backlog {
  struct Errors {  // accounts of one connector that need somebody, for one reason
    std::string connector_id;
    std::string reason_code;
    std::int64_t accounts = 0;
    std::int64_t last = 0;    // unix ms; when the last of them came to it
    std::string example;      // the account's id
    std::string reason_text;  // of that account
  };
  struct Endpoint {
    std::string id;
    std::string url;
    bool active = true;
    std::int64_t failing_since = 0;  // unix ms
    std::string last_error;
  };
  std::int64_t accounts = 0;
  std::int64_t active = 0;
  std::int64_t suspended = 0;
  std::vector<Errors> errors;           // most accounts first
  std::int64_t late_refreshes = 0;      // by a minute and more
  std::int64_t latest_refresh_due = 0;  // unix ms: the most overdue one
  std::int64_t revocations = 0;         // failed at least once
  std::int64_t oldest_revocation = 0;   // unix ms
  std::string last_revocation_error;    // of that
  std::int64_t stuck_flows = 0;         // untouched for an hour
  std::vector<Endpoint> endpoints;      // of webhooks, that fail
  std::vector<std::string> connectors;  // that accounts or integrations use
};

Result<Backlog> read_backlog(Database& db, std::int64_t now_ms);

}  // namespace patchbay::store
