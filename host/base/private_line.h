#pragma once
// A secret in the first line of a file that nobody but its owner may read.
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret.h"

namespace patchbay {

// Without its line break; at most kLongestPrivateLine bytes. kConfiguration, saying what to do:
// `what` stands there ("the store's address"), and is a `risk` for who else reads it ("may hold a
// password").
inline constexpr std::size_t kLongestPrivateLine = 4096;
Result<SecretString> read_private_line(const std::string& path, std::string_view what,
                                       std::string_view risk);

}  // namespace patchbay
