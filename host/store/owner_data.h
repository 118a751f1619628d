#pragma once
// What the store holds of one owner beside their accounts: connect links, the log of their
// requests, the history of their accounts.
#include <cstdint>
#include <string_view>

#include "base/result.h"
#include "store/database.h"

namespace patchbay::store::owner_data {

// How many rows of each kind went.
struct Removed {
  std::int64_t connect_sessions = 0;
  std::int64_t request_logs = 0;
  std::int64_t events = 0;
};

// A connect under way finds its link gone when it is about to be stored.
Result<std::int64_t> remove_connect_sessions(Database& db, std::string_view project_id,
                                             std::string_view owner_id);
// The log and the history. Events that a webhook endpoint still waits for stay.
Result<Removed> remove_traces(Database& db, std::string_view project_id, std::string_view owner_id);

}  // namespace patchbay::store::owner_data
