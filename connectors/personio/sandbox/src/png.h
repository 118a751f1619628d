#pragma once

#include <array>
#include <cstdint>
#include <string>

namespace patchbay::personio_sandbox {

/// A square PNG of one colour (red, green, blue), `width` pixels wide: as many bytes as width².
/// Source: the PNG specification, third edition; RFC 1950 and RFC 1951, stored blocks.
std::string one_colour_png(std::uint32_t width, std::array<std::uint8_t, 3> colour);

}  // namespace patchbay::personio_sandbox
