// Memory that a flow hands out from and that is overwritten when it ends.
//
// An Arena gives out memory until reset() or its end; both overwrite every byte given out. Nothing
// is freed singly, no destructor runs: only trivially destructible types live here. Used by one
// thread at a time. Throws std::bad_alloc.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "patchbay/sdk/wipe.h"

namespace patchbay::sdk {

class Arena {
 public:
  Arena() = default;
  Arena(Arena&&) noexcept = default;
  Arena& operator=(Arena&& other) noexcept {
    if (this != &other) {
      reset();
      chunks_ = std::move(other.chunks_);
    }
    return *this;
  }
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;
  ~Arena() { reset(); }

  std::byte* allocate(std::size_t size, std::size_t alignment) {
    if (!chunks_.empty()) {
      Chunk& last = chunks_.back();
      const std::size_t start = (last.used + alignment - 1) / alignment * alignment;
      if (start <= last.size && size <= last.size - start) {
        last.used = start + size;
        return last.bytes.get() + start;
      }
    }
    const std::size_t capacity = std::max(kChunkSize, size);
    chunks_.push_back({std::make_unique_for_overwrite<std::byte[]>(capacity), capacity, size});
    return chunks_.back().bytes.get();
  }

  template <class T>
  std::span<T> array(std::size_t count) {
    static_assert(std::is_trivially_destructible_v<T>);
    constexpr std::size_t kSize = sizeof(T);  // NOLINT(bugprone-sizeof-expression): any T
    if (count > SIZE_MAX / kSize) throw std::bad_alloc();
    T* first = reinterpret_cast<T*>(allocate(count * kSize, alignof(T)));
    std::uninitialized_value_construct_n(first, count);
    return {first, count};
  }

  template <class T, class... Args>
  T& make(Args&&... args) {
    static_assert(std::is_trivially_destructible_v<T>);
    return *::new (allocate(sizeof(T), alignof(T))) T(std::forward<Args>(args)...);
  }

  // The texts, one after the other, as one text.
  template <class... Texts>
  std::string_view text(const Texts&... texts) {
    const std::array<std::string_view, sizeof...(Texts)> parts{std::string_view(texts)...};
    std::size_t size = 0;
    for (std::string_view part : parts) size += part.size();
    if (size == 0) return {};
    char* const first = reinterpret_cast<char*>(allocate(size, 1));
    char* end = first;
    for (std::string_view part : parts) end = std::copy(part.begin(), part.end(), end);
    return {first, size};
  }

  void reset() noexcept {
    for (Chunk& chunk : chunks_) {
      wipe(chunk.bytes.get(), chunk.used);
      chunk.used = 0;
    }
    if (chunks_.size() > 1) chunks_.resize(1);
  }

 private:
  static constexpr std::size_t kChunkSize = 4096;
  struct Chunk {
    std::unique_ptr<std::byte[]> bytes;
    std::size_t size = 0;
    std::size_t used = 0;
  };
  std::vector<Chunk> chunks_;
};

// A growing array in an arena.
template <class T>
class ArenaList {
 public:
  void add(Arena& arena, const T& item) {
    if (size_ == room_.size()) {
      std::span<T> wider = arena.array<T>(size_ == 0 ? 4 : size_ * 2);
      std::copy(begin(), end(), wider.begin());
      room_ = wider;
    }
    room_[size_++] = item;
  }
  T* data() const { return room_.data(); }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  T* begin() const { return room_.data(); }
  T* end() const { return room_.data() + size_; }
  T& operator[](std::size_t i) const { return room_[i]; }

 private:
  std::span<T> room_;
  std::size_t size_ = 0;
};

}  // namespace patchbay::sdk
