// Counts what operator new hands out in this program. Include it in one source of a program.
#pragma once

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <new>

namespace patchbay::tests {

inline std::atomic<std::uint64_t> allocations{0};

}  // namespace patchbay::tests

// NOLINTBEGIN(misc-definitions-in-headers): of one source, as said above
void* operator new(std::size_t size) {
  patchbay::tests::allocations.fetch_add(1, std::memory_order_relaxed);
  if (void* bytes = std::malloc(size == 0 ? 1 : size)) return bytes;
  throw std::bad_alloc();
}
void operator delete(void* bytes) noexcept {
  std::free(bytes);
}
void operator delete(void* bytes, std::size_t) noexcept {
  std::free(bytes);
}
// NOLINTEND(misc-definitions-in-headers)
