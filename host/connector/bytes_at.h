#pragma once
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>

namespace patchbay::connector {

// A structure at an offset of bytes that may be anything, copied: a file aligns nothing.
template <class T>
std::optional<T> at(std::string_view bytes, std::uint64_t offset) {
  if (offset > bytes.size() || bytes.size() - offset < sizeof(T)) return std::nullopt;
  T out;
  std::memcpy(&out, bytes.data() + offset, sizeof out);
  return out;
}

}  // namespace patchbay::connector
