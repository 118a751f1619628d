#pragma once
// Counts how often threads ask the heap for memory, OpenSSL's and the C library's own requests
// included. Works in programs that are linked with counted_heap.cpp, which replaces malloc and its
// kin; not under sanitizers, which do that themselves.
#include <cstdint>

namespace patchbay::test {

// Of the calling thread, from now on; a thread is not counted unless it says so.
void count_this_thread(bool counted = true);

// By all counted threads. Any thread.
std::int64_t heap_requests();

// Where the next ones come from, as addresses on standard error (for addr2line); 0: no more.
void show_next_heap_requests(std::int64_t count);

}  // namespace patchbay::test
