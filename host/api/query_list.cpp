#include "api/query_list.h"

#include <algorithm>

namespace patchbay::api {

std::vector<std::string> query_list(const net::Params& query, std::string_view name) {
  std::vector<std::string> values;
  for (auto text : query.get_all(name)) {
    while (!text.empty()) {
      const auto comma = std::min(text.find(','), text.size());
      if (comma > 0) values.emplace_back(text.substr(0, comma));
      text.remove_prefix(std::min(comma + 1, text.size()));
    }
  }
  return values;
}

}  // namespace patchbay::api
