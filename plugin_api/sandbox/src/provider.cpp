#include "patchbay/sandbox/provider.h"

namespace patchbay::sandbox {

Response Provider::not_found(const Request& request,
                             const std::vector<std::string>& other_methods) {
  const bool other_method = !other_methods.empty();
  return json_response(
      other_method ? 405 : 404,
      json::object{{"error", other_method ? request.method + " is not offered at " + request.path
                                          : "there is nothing at " + request.path}});
}

std::optional<std::string> Provider::set_options(const json::object& changes) {
  if (changes.empty()) return std::nullopt;
  return "this sandbox has no options";
}

}  // namespace patchbay::sandbox
