// Overwriting and comparing secrets. Any thread. Source: none beyond the C++ standard.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace patchbay::sdk {

// Zeroes memory in a way that the optimiser may not drop.
inline void wipe(void* memory, std::size_t size) noexcept {
  if (size == 0) return;
#if defined(__GNUC__) || defined(__clang__)
  std::memset(memory, 0, size);
  asm volatile("" : : "r"(memory) : "memory");
#else
  volatile unsigned char* byte = static_cast<unsigned char*>(memory);
  while (size-- != 0) *byte++ = 0;
#endif
}

// Compares in a time that depends on the lengths only.
inline bool same_secret(std::string_view a, std::string_view b) noexcept {
  if (a.size() != b.size()) return false;
  unsigned difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    difference |=
        static_cast<unsigned char>(a[i]) ^ static_cast<unsigned>(static_cast<unsigned char>(b[i]));
  }
  return difference == 0;
}

}  // namespace patchbay::sdk
