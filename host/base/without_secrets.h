#pragma once
// What others said, made fit to be kept and shown. Pure.
#include <span>
#include <string>
#include <string_view>

namespace patchbay {

// `text` with each of `secrets` replaced wherever it occurs.
std::string without_secrets(std::string_view text, std::span<const std::string_view> secrets);

}  // namespace patchbay
