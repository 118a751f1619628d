// The generic connector in a test, with its own manifest or with one that it is given.
#pragma once

#include <string>
#include <string_view>

#include "patchbay/testing/flow_driver.h"

namespace declarative::tests {

using namespace patchbay::testing;

class DeclarativeDriver : public Driver {
 public:
  DeclarativeDriver() : Driver(table()) {}

  static const patchbay_connector* table() {
    return patchbay_connector_query(PATCHBAY_ABI_MAJOR, PATCHBAY_ABI_MINOR, nullptr);
  }
  patchbay_status set_manifest(std::string_view json) {
    constexpr std::string_view kId = PATCHBAY_EXT_MANIFEST_IN;
    const auto* extension = static_cast<const patchbay_manifest_in*>(
        table()->get_extension(instance(), {kId.data(), kId.size()}));
    return extension->set_manifest(instance(), {json.data(), json.size()});
  }
};

inline ReplySpec json(std::uint32_t status, const std::string& body) {
  return {.status = status, .body = body, .headers = {{"content-type", "application/json"}}};
}

}  // namespace declarative::tests
