#pragma once
// Memory that runs out at a chosen allocation: of this program's own operator new, of SQLite, of
// OpenSSL. One thread.
#include <cstdint>

namespace patchbay::durability {

enum class Memory : std::uint8_t { kNew, kSqlite, kOpenssl };

// The n-th allocation from now fails, once (1: the next).
void fail_allocation(Memory memory, std::uint64_t n);
// Counts on, and fails no more. Whether one failed since fail_allocation.
bool stop_failing(Memory memory);

}  // namespace patchbay::durability
