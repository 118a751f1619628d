#pragma once

#include <string>
#include <string_view>

namespace patchbay::sandbox {

/// 32 bytes. Throws SandboxError when OpenSSL fails.
std::string sha256(std::string_view bytes);

}  // namespace patchbay::sandbox
