#pragma once
// HTTP header fields in the order they came, in one buffer that is wiped when freed (Authorization
// and Cookie pass through here). Names compare without case. Views handed out hold until the next
// change. One thread at a time.
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "base/secret.h"

namespace patchbay::net {

class Headers {
 public:
  static constexpr std::size_t kMaxFields = 128;
  static constexpr std::size_t kMaxBytes = std::size_t{64} << 10U;

  Headers() = default;
  Headers(std::initializer_list<std::pair<std::string_view, std::string_view>> fields);

  // False, and nothing added, when the name is no token, the value holds a control character
  // (CR and LF above all), or a bound is reached.
  bool add(std::string_view name, std::string_view value);
  bool set(std::string_view name, std::string_view value);  // replaces every field of that name
  void remove(std::string_view name);
  void clear();  // wiped; the memory stays for what comes next

  [[nodiscard]] std::optional<std::string_view> get(std::string_view name) const;  // the first
  [[nodiscard]] std::vector<std::string_view> get_all(std::string_view name) const;
  [[nodiscard]] bool has(std::string_view name) const { return get(name).has_value(); }
  [[nodiscard]] std::size_t count(std::string_view name) const;

  [[nodiscard]] std::size_t size() const { return entries_.size(); }
  [[nodiscard]] std::pair<std::string_view, std::string_view> at(std::size_t index) const;

 private:
  struct Entry {
    std::uint32_t name, name_size, value, value_size;
  };
  [[nodiscard]] std::string_view name_of(const Entry& e) const;
  [[nodiscard]] std::string_view value_of(const Entry& e) const;

  std::vector<char, WipingAllocator<char>> text_;
  std::vector<Entry> entries_;
};

// Compares ASCII text without case, as HTTP does for names and tokens.
bool iequals(std::string_view a, std::string_view b);
// Without blanks and tabs at its ends (RFC 9110 §5.6.3).
std::string_view trim(std::string_view text);
// RFC 9110 §5.6.2.
bool is_token(std::string_view text);

}  // namespace patchbay::net
