#pragma once
// RapidJSON as base/json*.cpp see it. Nobody else includes this.
#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "base/secret.h"
// Internal logic is asserted by RapidJSON itself; in release builds its asserts stay on, because a
// wrong read here would be memory corruption.
#define RAPIDJSON_ASSERT(x) ((x) ? static_cast<void>(0) : std::abort())
#define RAPIDJSON_HAS_STDSTRING 0
#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

namespace patchbay::json {

// Remembers each block's size in front of it, and wipes before freeing.
class WipingRapidAllocator {
 public:
  static const bool kNeedFree = true;
  void* Malloc(std::size_t size) {  // NOLINT(readability-identifier-naming)
    if (size == 0) return nullptr;
    auto* block = static_cast<std::max_align_t*>(std::malloc(size + sizeof(std::max_align_t)));
    if (block == nullptr) std::abort();
    std::memcpy(block, &size, sizeof size);
    return block + 1;
  }
  void* Realloc(void* old, std::size_t old_size,  // NOLINT(readability-identifier-naming)
                std::size_t new_size) {
    void* fresh = Malloc(new_size);
    if (old != nullptr && fresh != nullptr) std::memcpy(fresh, old, std::min(old_size, new_size));
    Free(old);
    return fresh;
  }
  static void Free(void* pointer) {  // NOLINT(readability-identifier-naming)
    if (pointer == nullptr) return;
    auto* block = static_cast<std::max_align_t*>(pointer) - 1;
    std::size_t size = 0;
    std::memcpy(&size, block, sizeof size);
    wipe(pointer, size);
    std::free(block);
  }
};

using RapidPool = rapidjson::MemoryPoolAllocator<WipingRapidAllocator>;
using RapidDocument =
    rapidjson::GenericDocument<rapidjson::UTF8<>, RapidPool, WipingRapidAllocator>;
using RapidValue = RapidDocument::ValueType;

}  // namespace patchbay::json
