#include "failing_memory.h"

#include <openssl/crypto.h>
#include <sqlite3.h>

#include <array>
#include <cstdlib>
#include <new>

namespace patchbay::durability {
namespace {

struct Countdown {
  std::uint64_t left = 0;  // 0: fails no more
  bool failed = false;

  bool fails_now() {
    if (left == 0) return false;
    --left;
    if (left == 0) failed = true;
    return left == 0;
  }
};

constinit std::array<Countdown, 3> countdowns{};

Countdown& countdown(Memory memory) {
  return countdowns.at(static_cast<std::size_t>(memory));
}

bool fails_now(Memory memory) {
  return countdown(memory).fails_now();
}

sqlite3_mem_methods sqlite_memory;

void* sqlite_malloc(int size) {
  return fails_now(Memory::kSqlite) ? nullptr : sqlite_memory.xMalloc(size);
}
void* sqlite_realloc(void* old, int size) {
  return fails_now(Memory::kSqlite) ? nullptr : sqlite_memory.xRealloc(old, size);
}

void* openssl_malloc(std::size_t size, const char* /*file*/, int /*line*/) {
  return fails_now(Memory::kOpenssl) ? nullptr : std::malloc(size);
}
void* openssl_realloc(void* old, std::size_t size, const char* /*file*/, int /*line*/) {
  return fails_now(Memory::kOpenssl) ? nullptr : std::realloc(old, size);
}
void openssl_free(void* memory, const char* /*file*/, int /*line*/) {
  std::free(memory);
}

// Both libraries take their memory functions before their first use only.
const bool installed = [] {
  sqlite3_config(SQLITE_CONFIG_GETMALLOC, &sqlite_memory);
  auto ours = sqlite_memory;
  ours.xMalloc = sqlite_malloc;
  ours.xRealloc = sqlite_realloc;
  // Without look-aside memory each allocation is one that can fail.
  return sqlite3_config(SQLITE_CONFIG_MALLOC, &ours) == SQLITE_OK &&
         sqlite3_config(SQLITE_CONFIG_LOOKASIDE, 0, 0) == SQLITE_OK &&
         CRYPTO_set_mem_functions(openssl_malloc, openssl_realloc, openssl_free) == 1;
}();

}  // namespace

void fail_allocation(Memory memory, std::uint64_t n) {
  if (!installed) std::abort();
  countdown(memory) = {n, false};
}

bool stop_failing(Memory memory) {
  countdown(memory).left = 0;
  return countdown(memory).failed;
}

}  // namespace patchbay::durability

void* operator new(std::size_t size) {
  if (patchbay::durability::fails_now(patchbay::durability::Memory::kNew)) throw std::bad_alloc();
  if (void* const memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t /*size*/) noexcept {
  std::free(memory);
}
