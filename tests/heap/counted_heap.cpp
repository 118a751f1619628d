#include "counted_heap.h"

#include <execinfo.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstddef>

namespace patchbay::test {
namespace {

constexpr int kMostFrames = 24;

thread_local bool is_counted = false;
std::atomic<std::int64_t> requests = 0;
std::atomic<std::int64_t> to_show = 0;

void note() {
  if (!is_counted) return;
  ++requests;
  if (to_show.load() <= 0) return;
  is_counted = false;  // showing may allocate
  --to_show;
  void* frames[kMostFrames];
  ::backtrace_symbols_fd(frames, ::backtrace(frames, kMostFrames), STDERR_FILENO);
  (void)!::write(STDERR_FILENO, "\n", 1);
  is_counted = true;
}

}  // namespace

void count_this_thread(bool counted) {
  is_counted = counted;
}
std::int64_t heap_requests() {
  return requests.load();
}
void show_next_heap_requests(std::int64_t count) {
  to_show = count;
}

}  // namespace patchbay::test

// glibc's own names for what is replaced here.
extern "C" {
// NOLINTBEGIN(bugprone-reserved-identifier,readability-identifier-naming)
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* block, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);
// NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming)

void* malloc(std::size_t size) {
  patchbay::test::note();
  return __libc_malloc(size);
}
void* calloc(std::size_t count, std::size_t size) {
  patchbay::test::note();
  return __libc_calloc(count, size);
}
void* realloc(void* block, std::size_t size) {
  patchbay::test::note();
  return __libc_realloc(block, size);
}
void* memalign(std::size_t alignment, std::size_t size) {
  patchbay::test::note();
  return __libc_memalign(alignment, size);
}
void* aligned_alloc(std::size_t alignment, std::size_t size) {
  return memalign(alignment, size);
}
int posix_memalign(void** out, std::size_t alignment, std::size_t size) {
  *out = memalign(alignment, size);
  return *out == nullptr ? ENOMEM : 0;
}
}
