// A parsed JSON text: bounded in size and depth, never throwing on bad input, its memory
// overwritten when it goes. Any thread, one at a time per object.
//
// Boost.JSON is used header-only; patchbay_add_connector() compiles its one source into the
// library.
#pragma once

#include <array>
#include <boost/json.hpp>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <new>
#include <optional>
#include <string_view>

#include "patchbay/sdk/wipe.h"

namespace patchbay::sdk {

struct JsonLimits {
  std::size_t max_bytes = std::size_t{1} << 20U;
  std::size_t max_depth = 32;
};

class JsonDocument {
 public:
  explicit JsonDocument(std::string_view text, JsonLimits limits = {}) {
    if (text.empty() || text.size() > limits.max_bytes) return;
    boost::json::parse_options options;
    options.max_depth = limits.max_depth;
    WipedBuffer scratch;
    boost::json::parser parser(&memory_, options, scratch.bytes.data(), scratch.bytes.size());
    parser.reset(&memory_);
    boost::json::error_code error;
    parser.write(text.data(), text.size(), error);
    if (!error) root_.emplace(parser.release());
  }
  JsonDocument(const JsonDocument&) = delete;
  JsonDocument& operator=(const JsonDocument&) = delete;

  bool valid() const { return root_.has_value(); }
  // Null when the text was not valid JSON or not an object.
  const boost::json::object* object() const { return root_ ? root_->if_object() : nullptr; }
  const boost::json::value* value() const { return root_ ? &*root_ : nullptr; }

 private:
  struct WipedBuffer {
    std::array<unsigned char, 2048> bytes;
    ~WipedBuffer() { wipe(bytes.data(), bytes.size()); }
  };
  class WipingMemory : public boost::json::memory_resource {
    void* do_allocate(std::size_t size, std::size_t) override { return ::operator new(size); }
    void do_deallocate(void* memory, std::size_t size, std::size_t) override {
      wipe(memory, size);
      ::operator delete(memory);
    }
    bool do_is_equal(const memory_resource& other) const noexcept override {
      return this == &other;
    }
  };

  WipingMemory memory_;
  std::optional<boost::json::value> root_;
};

// Members of an object; null or nothing when missing or of another type. `object` may be null.
inline const boost::json::value* json_member(const boost::json::object* object,
                                             std::string_view name) {
  return object == nullptr ? nullptr : object->if_contains({name.data(), name.size()});
}
inline const boost::json::object* json_object(const boost::json::object* object,
                                              std::string_view name) {
  const boost::json::value* value = json_member(object, name);
  return value == nullptr ? nullptr : value->if_object();
}
inline const boost::json::array* json_array(const boost::json::object* object,
                                            std::string_view name) {
  const boost::json::value* value = json_member(object, name);
  return value == nullptr ? nullptr : value->if_array();
}
// The first element of an array, where that is an object.
inline const boost::json::object* json_first_object(const boost::json::array* array) {
  return array == nullptr || array->empty() ? nullptr : array->front().if_object();
}
inline std::optional<std::string_view> json_text(const boost::json::value* value) {
  const boost::json::string* text = value == nullptr ? nullptr : value->if_string();
  if (text == nullptr) return std::nullopt;
  return std::string_view(text->data(), text->size());
}
inline std::optional<std::string_view> json_text(const boost::json::object* object,
                                                 std::string_view name) {
  return json_text(json_member(object, name));
}

inline std::optional<bool> json_bool(const boost::json::object* object, std::string_view name) {
  const boost::json::value* value = json_member(object, name);
  const bool* flag = value == nullptr ? nullptr : value->if_bool();
  return flag == nullptr ? std::nullopt : std::optional(*flag);
}

// A whole number, also when it was written as a fraction (3600.0) or as text ("3600").
inline std::optional<std::int64_t> json_integer(const boost::json::object* object,
                                                std::string_view name) {
  const boost::json::value* value = json_member(object, name);
  if (value == nullptr) return std::nullopt;
  if (const auto* number = value->if_int64()) return *number;
  if (const auto* number = value->if_double()) {
    constexpr double kExact = 9007199254740992.0;  // 2^53
    if (*number >= -kExact && *number <= kExact) return static_cast<std::int64_t>(*number);
  }
  if (const auto text = json_text(value)) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
    if (error == std::errc() && end == text->data() + text->size()) return number;
  }
  return std::nullopt;
}

}  // namespace patchbay::sdk
