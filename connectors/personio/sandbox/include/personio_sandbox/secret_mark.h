#pragma once

#include <string_view>

namespace patchbay::personio_sandbox {

/// Stands in every client secret and token of the sandbox, so that one is recognised wherever it
/// turns up: in a log, a dump, a commit.
inline constexpr std::string_view kSecretMark = "sandbox-secret-4f7kQ9-";

}  // namespace patchbay::personio_sandbox
