// The manifest inside this library. Any thread.
#pragma once

#include <string_view>

namespace patchbay::sdk {

// The bytes that patchbay_add_connector() embedded: what patchbay_connector::manifest hands out.
// Static storage.
std::string_view embedded_manifest() noexcept;

}  // namespace patchbay::sdk
