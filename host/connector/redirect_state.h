#pragma once
#include <cstddef>

namespace patchbay::connector {

// ABI-063: a state that people are sent away with can't be guessed.
inline constexpr std::size_t kShortestRedirectState = 16;

}  // namespace patchbay::connector
