#pragma once
// A byte string that must not leak: client secrets, tokens, keys. Its memory is wiped when it is
// destroyed, moved from or overwritten; it cannot be streamed, formatted, logged or compared by ==
// (the compiler refuses). Reading the bytes takes an explicit reveal(). Copies are explicit too.
// Not thread safe; distinct objects are independent.
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace patchbay {

// Overwrites memory in a way the optimiser keeps.
void wipe(void* data, std::size_t size) noexcept;

// Wipes every buffer it frees, growth of a vector included.
template <class T>
struct WipingAllocator {
  using value_type = T;
  WipingAllocator() = default;
  template <class U>
  explicit WipingAllocator(const WipingAllocator<U>&) noexcept {}
  T* allocate(std::size_t n) { return std::allocator<T>{}.allocate(n); }
  void deallocate(T* p, std::size_t n) noexcept {
    wipe(p, n * sizeof(T));
    std::allocator<T>{}.deallocate(p, n);
  }
  friend bool operator==(const WipingAllocator&, const WipingAllocator&) { return true; }
};

class SecretString {
 public:
  SecretString() = default;
  explicit SecretString(std::string_view bytes) : bytes_(bytes.begin(), bytes.end()) {}
  // Takes the contents and wipes the source.
  static SecretString take(std::string& source);

  SecretString(SecretString&&) noexcept = default;
  SecretString& operator=(SecretString&&) noexcept = default;
  SecretString(const SecretString&) = delete;
  SecretString& operator=(const SecretString&) = delete;
  ~SecretString() = default;

  [[nodiscard]] SecretString copy() const { return SecretString(reveal()); }
  [[nodiscard]] std::string_view reveal() const { return {bytes_.data(), bytes_.size()}; }
  [[nodiscard]] bool empty() const { return bytes_.empty(); }
  [[nodiscard]] std::size_t size() const { return bytes_.size(); }
  void append(std::string_view more) { bytes_.insert(bytes_.end(), more.begin(), more.end()); }

  // Takes the same time wherever the two differ; the lengths are not hidden.
  [[nodiscard]] bool equals(std::string_view other) const;

 private:
  std::vector<char, WipingAllocator<char>> bytes_;
};

}  // namespace patchbay
