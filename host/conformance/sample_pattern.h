#pragma once
// Texts that a field's pattern lets through, made from the pattern (RE2's syntax).
#include <optional>
#include <string>
#include <string_view>

namespace patchbay::conformance {

// Which of the many: one number each for whoever types it, how often what may repeat does, and
// which branch is taken where there are several.
struct PatternChoice {
  unsigned person = 0;
  unsigned repeats = 1;
  unsigned branch = 0;
};

// A guess, of printable ASCII where the pattern allows it: whether it matches is for RE2 to say.
// Nothing for syntax that it does not know, and for more than 64 KiB. Any thread.
std::optional<std::string> sample_of(std::string_view pattern, PatternChoice choice);

}  // namespace patchbay::conformance
