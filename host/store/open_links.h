#pragma once
// Connect links that are still good, page by page: for whoever made many and looks for those.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "store/database.h"

namespace patchbay::store::open_links {

struct Link {
  std::int64_t number = 0;  // as connect sessions are counted
  std::string id;
  std::string owner_id;
  std::string connector_id;  // empty: the end user picks
  std::string metadata;      // JSON object
};

// Open connect sessions of a project, at most 1,000, by number and behind `after`, that are good
// themselves or as what they were passed on as, which ends with them.
Result<std::vector<Link>> list(Database& db, std::string_view project_id, std::int64_t now_ms,
                               std::int64_t after = 0);

}  // namespace patchbay::store::open_links
