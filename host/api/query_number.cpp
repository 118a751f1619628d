#include "api/query_number.h"

#include <charconv>
#include <string>

namespace patchbay::api {

Result<std::int64_t> query_number(const net::Params& query, std::string_view name,
                                  std::int64_t otherwise, std::int64_t least, std::int64_t most) {
  const std::string_view text = query.get(name).value_or("");
  if (text.empty()) return otherwise;
  std::int64_t value = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failed != std::errc{} || end != text.data() + text.size() || value < least || value > most)
    return make_error(ErrorCode::kInvalidArgument,
                      "\"" + std::string(name) + "\" must be a whole number from " +
                          std::to_string(least) + " to " + std::to_string(most) + ".",
                      std::string(name));
  return value;
}

}  // namespace patchbay::api
