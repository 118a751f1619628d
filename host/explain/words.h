#pragma once
// The words of explanations in every language: headlines, causes, steps, moments. English for a
// language that is not there. Immutable; any thread.
#include <span>
#include <string_view>

#include "manifest/texts.h"

namespace patchbay::explain {

struct Word {
  std::string_view language;
  std::string_view id;
  std::string_view text;
};
std::span<const Word> embedded_words();

const manifest::Texts& words();

}  // namespace patchbay::explain
