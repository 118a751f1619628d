#include "conformance/heap_watch.h"

#include <malloc.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "conformance/known_secrets.h"

namespace patchbay::conformance {
namespace {

thread_local bool watching = false;
thread_local HeapCount counted;

}  // namespace

HeapWatch::HeapWatch() {
  watching = true;
}
HeapWatch::~HeapWatch() {
  watching = false;
}
HeapCount heap_count() {
  return counted;
}

}  // namespace patchbay::conformance

#ifndef PATCHBAY_SANITIZED

namespace {

using patchbay::conformance::counted;
using patchbay::conformance::holds_secret;
using patchbay::conformance::watching;

// What lay there before was somebody else's, and is no secret that the connector leaves behind.
void* allocated(void* block) {
  if (!watching || block == nullptr) return block;
  ++counted.live_blocks;
  std::memset(block, 0, malloc_usable_size(block));
  return block;
}

void note_freed(void* block) {
  if (!watching || block == nullptr) return;
  --counted.live_blocks;
  if (holds_secret({static_cast<const char*>(block), malloc_usable_size(block)}))
    ++counted.freed_with_secrets;
}

}  // namespace

// glibc's own names for what is replaced here.
extern "C" {
// NOLINTBEGIN(bugprone-reserved-identifier,readability-identifier-naming)
void* __libc_malloc(std::size_t size);
void __libc_free(void* block);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* block, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);
// NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming)

void* malloc(std::size_t size) {
  return allocated(__libc_malloc(size));
}
void free(void* block) {
  note_freed(block);
  __libc_free(block);
}
void* calloc(std::size_t count, std::size_t size) {
  return allocated(__libc_calloc(count, size));
}
// While watched, always to another block: then what stays behind is looked at.
void* realloc(void* block, std::size_t size) {
  if (!watching || block == nullptr) return allocated(__libc_realloc(block, size));
  if (size == 0) {
    free(block);
    return nullptr;
  }
  void* moved = malloc(size);
  if (moved == nullptr) return nullptr;
  const std::size_t had = malloc_usable_size(block);
  std::memcpy(moved, block, had < size ? had : size);
  free(block);
  return moved;
}
void* memalign(std::size_t alignment, std::size_t size) {
  return allocated(__libc_memalign(alignment, size));
}
void* aligned_alloc(std::size_t alignment, std::size_t size) {
  return memalign(alignment, size);
}
int posix_memalign(void** out, std::size_t alignment, std::size_t size) {
  *out = memalign(alignment, size);
  return *out == nullptr ? ENOMEM : 0;
}
}

#endif
