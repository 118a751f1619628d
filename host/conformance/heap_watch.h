#pragma once
// Watches the heap while a connector's code runs: what it frees must hold no secret any more
// (ABI-055), and what a flow allocated must be freed when it was released (ABI-056). Works in
// programs that are linked with heap_watch.cpp, which replaces malloc and its kin there; under
// sanitizers, which do that themselves, it sees nothing.
#include <cstdint>

namespace patchbay::conformance {

struct HeapCount {
  std::int64_t live_blocks = 0;         // allocated minus freed
  std::int64_t freed_with_secrets = 0;  // blocks
};

// While one lives, this thread's allocations are counted. Not to be nested.
class HeapWatch {
 public:
  HeapWatch();
  ~HeapWatch();
  HeapWatch(const HeapWatch&) = delete;
  HeapWatch& operator=(const HeapWatch&) = delete;
};

// Of this thread, since its start.
HeapCount heap_count();

}  // namespace patchbay::conformance
