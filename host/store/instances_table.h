#pragma once
// The instances that serve this database, each with a row of its own. An instance writes its row
// when it begins, when it has seen another change sequence, and now and again to be known as alive;
// each time its beat grows by one. Nobody compares times here: whether an instance lives is told by
// how long its beat has stood still on the observer's own clock (instances/presence.h).
#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "store/database.h"

namespace patchbay::store {

struct InstanceRow {
  std::string id;            // random, new with each start
  std::string process;       // instances/process_mark.h
  std::int64_t started = 0;  // unix ms, for people
  std::int64_t beat = 0;
  std::int64_t sequence = 0;  // it serves nothing from before this change sequence any more
};

namespace instances_table {

// Writes the row, or makes it again if somebody took it away. The row's own beat does not count.
Result<void> beat(Database& db, const InstanceRow& row);
Result<std::vector<InstanceRow>> list(Database& db);
// Unless it has beaten since.
Result<void> remove(Database& db, std::string_view id, std::int64_t beat);
// At its own end.
Result<void> leave(Database& db, std::string_view id);

}  // namespace instances_table
}  // namespace patchbay::store
