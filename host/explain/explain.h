#pragma once
// Makes an explanation of facts. Pure.
#include "explain/explanation.h"
#include "explain/facts.h"

namespace patchbay::explain {

inline constexpr std::size_t kMostMoments = 40;

// Findings are in the order of Finding; the steps are the first one's.
Explanation explain(const Facts& facts, std::int64_t now_ms);

}  // namespace patchbay::explain
