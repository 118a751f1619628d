#pragma once
// For messages about a name that nobody knows: the known one that was probably meant.
#include <string_view>
#include <vector>

namespace patchbay::api {

// The known name with the fewest letters inserted, left out or replaced, where that is at most two
// fifths of it. Case and word separators don't count: originOwnerId is near origin_owner_id. Empty:
// none is near. Names above 64 bytes are near nothing.
std::string_view nearest_name(std::string_view name, const std::vector<std::string_view>& known);

}  // namespace patchbay::api
