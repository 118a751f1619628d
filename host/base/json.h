#pragma once
// JSON for the host: the one place where RapidJSON is used (its Debian version crashes on hostile
// input, so the rules below are not optional; a lint forbids other includes).
//
// Document::parse refuses, before RapidJSON sees a byte: texts over the size limit, nesting deeper
// than 64, numbers with more than 4 exponent digits or 64 characters. It parses iteratively,
// validates UTF-8 and refuses duplicate keys. Parsed memory is wiped when freed, because answers
// of token endpoints pass through here.
//
// Value is a borrowed view into a Document and must not outlive it. Reading what is not there, or
// is of another type, gives a missing Value or nullopt, never a crash. One thread per Document.
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"

namespace patchbay::json {

struct Limits {
  std::size_t max_bytes = std::size_t{1} << 20U;
  unsigned max_depth = 64;  // not above 64
};

class Value {
 public:
  Value() = default;  // missing

  [[nodiscard]] bool exists() const { return node_ != nullptr; }
  [[nodiscard]] bool is_null() const;
  [[nodiscard]] bool is_object() const;
  [[nodiscard]] bool is_array() const;
  [[nodiscard]] bool is_string() const;
  [[nodiscard]] bool is_bool() const;
  [[nodiscard]] bool is_number() const;
  [[nodiscard]] bool is_integer() const;

  [[nodiscard]] std::optional<std::string_view> as_string() const;
  [[nodiscard]] std::optional<std::int64_t> as_integer() const;
  [[nodiscard]] std::optional<double> as_number() const;
  [[nodiscard]] std::optional<bool> as_bool() const;
  [[nodiscard]] std::string string_or(std::string_view otherwise) const;
  [[nodiscard]] bool bool_or(bool otherwise) const { return as_bool().value_or(otherwise); }
  [[nodiscard]] std::int64_t integer_or(std::int64_t otherwise) const {
    return as_integer().value_or(otherwise);
  }

  // Elements of an array, members of an object; 0 for everything else.
  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] Value at(std::size_t index) const;      // array element
  [[nodiscard]] Value get(std::string_view key) const;  // object member
  [[nodiscard]] std::pair<std::string_view, Value> member(std::size_t index) const;
  // RFC 6901, e.g. "/_meta/links/next/href"; "" is the value itself.
  [[nodiscard]] Value pointer(std::string_view path) const;

  [[nodiscard]] std::string dump() const;  // compact JSON text; "null" when missing

  // For base/json_schema.cpp alone.
  [[nodiscard]] const void* raw() const { return node_; }

 private:
  friend class Document;
  explicit Value(const void* node) : node_(node) {}
  const void* node_ = nullptr;
};

class Document {
 public:
  static Result<Document> parse(std::string_view text, const Limits& limits = {});
  Document(Document&&) noexcept;
  Document& operator=(Document&&) noexcept;
  Document(const Document&) = delete;
  Document& operator=(const Document&) = delete;
  ~Document();

  [[nodiscard]] Value root() const;

 private:
  struct Impl;
  explicit Document(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// Writes compact JSON. Calls must nest properly (checked by assertion); invalid UTF-8 in strings
// becomes U+FFFD, so that the output is always valid.
class Writer {
 public:
  Writer();
  ~Writer();
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  Writer& begin_object();
  Writer& end_object();
  Writer& begin_array();
  Writer& end_array();
  Writer& key(std::string_view name);
  Writer& string(std::string_view value);
  Writer& integer(std::int64_t value);
  Writer& number(double value);
  Writer& boolean(bool value);
  Writer& null();
  Writer& value(const Value& value);
  Writer& raw(std::string_view json);  // trusted, already valid JSON

  Writer& member(std::string_view name, std::string_view text) { return key(name).string(text); }
  Writer& member(std::string_view name, const char* text) { return key(name).string(text); }
  Writer& member(std::string_view name, const std::string& text) { return key(name).string(text); }
  Writer& member(std::string_view name, std::int64_t n) { return key(name).integer(n); }
  Writer& member(std::string_view name, int n) { return key(name).integer(n); }
  Writer& member(std::string_view name, bool b) { return key(name).boolean(b); }

  [[nodiscard]] std::string take();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace patchbay::json
