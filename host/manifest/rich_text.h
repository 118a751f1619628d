#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "manifest/texts.h"

namespace patchbay::manifest {

// One run of a text after its inline markup was read. `text` is plain: escape it, wrap it, done.
struct Span {
  enum class Kind { kText, kStrong, kCode, kLink };
  Kind kind = Kind::kText;
  std::string text;
  std::string href;  // only for links; always https://

  bool operator==(const Span&) const = default;
};

// Reads the only markup a manifest text may hold: **bold**, `code` and [label](https://...).
// Nothing nests. Anything else, half-finished markup included, stays literal text. Never fails.
// {placeholders} are filled after the markup was read, so an argument can't bring markup along.
[[nodiscard]] std::vector<Span> parse_rich_text(std::string_view text,
                                                const TextArguments& arguments = {});

// The spans' text without any markup.
[[nodiscard]] std::string plain_text(const std::vector<Span>& spans);

// True for an absolute https link with a host name, no user information, no control characters,
// no blanks and at most 2,048 bytes: what a link in a manifest has to be.
[[nodiscard]] bool is_safe_link(std::string_view url);

}  // namespace patchbay::manifest
