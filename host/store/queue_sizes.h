#pragma once
// How much work a store holds, for who watches it: accounts by connector and status, and what
// waits. Reads the whole table of accounts, and those that wait: its caller sees to how often.
#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "store/database.h"

namespace patchbay::store {

struct QueueSizes {
  struct Accounts {
    std::string connector_id;
    std::string status;  // active, inactive, error
    std::int64_t count = 0;
  };
  struct Queue {
    std::string connector_id;
    std::int64_t count = 0;
    std::int64_t oldest = 0;  // unix ms; since when the one waits that waits longest
  };
  std::vector<Accounts> accounts;
  std::vector<Queue> refreshes;    // due by now
  std::vector<Queue> revocations;  // all
  Queue deliveries;                // of webhooks, all connectors together
};

// Of at most so many connectors, in the order of their ids.
inline constexpr std::int64_t kMostQueueRows = 200;

Result<QueueSizes> read_queue_sizes(Database& db, std::int64_t now_ms);

}  // namespace patchbay::store
