#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace patchbay::sandbox {

/// True when both texts are equal, ASCII letters compared without case.
bool equal_ignoring_case(std::string_view left, std::string_view right);

/// Names with values in the order they came; a name may stand more than once.
/// Header names ignore case (RFC 9110 section 5.1), query and form names do not.
template <bool IgnoreCase>
class NameValues {
 public:
  using Pair = std::pair<std::string, std::string>;

  NameValues() = default;
  NameValues(std::initializer_list<Pair> pairs) : pairs_(pairs) {}

  void add(std::string name, std::string value) {
    pairs_.emplace_back(std::move(name), std::move(value));
  }
  /// Replaces every value of `name` by this one.
  void set(std::string name, std::string value) {
    std::erase_if(pairs_, [&](const Pair& pair) { return same(pair.first, name); });
    add(std::move(name), std::move(value));
  }
  /// The first value of `name`.
  std::optional<std::string> find(std::string_view name) const {
    for (const Pair& pair : pairs_) {
      if (same(pair.first, name)) return pair.second;
    }
    return std::nullopt;
  }
  std::vector<std::string> find_all(std::string_view name) const {
    std::vector<std::string> values;
    for (const Pair& pair : pairs_) {
      if (same(pair.first, name)) values.push_back(pair.second);
    }
    return values;
  }
  bool has(std::string_view name) const { return find(name).has_value(); }

  auto begin() const { return pairs_.begin(); }
  auto end() const { return pairs_.end(); }
  std::size_t size() const { return pairs_.size(); }
  bool empty() const { return pairs_.empty(); }

 private:
  static bool same(std::string_view left, std::string_view right) {
    return IgnoreCase ? equal_ignoring_case(left, right) : left == right;
  }
  std::vector<Pair> pairs_;
};

using Headers = NameValues<true>;
using Fields = NameValues<false>;

/// A complete request as a sandbox sees it. A value; owns all its bytes.
struct Request {
  std::string method;
  std::string target;  ///< as sent: path and query
  std::string path;    ///< the target's path, still percent-encoded
  Fields query;        ///< decoded
  Headers headers;
  std::string body;
  Fields params;        ///< the {names} of the matched route, decoded
  std::string route;    ///< "GET /v2/persons/{id}", or "unmatched"
  std::uint64_t id{0};  ///< its number in the call log

  /// The media type in lower case without parameters, empty when there is none.
  std::string content_type() const;
  /// The token of an `Authorization: Bearer …` header (RFC 6750 section 2.1).
  std::optional<std::string> bearer() const;
  /// User and password of an `Authorization: Basic …` header (RFC 7617).
  std::optional<std::pair<std::string, std::string>> basic() const;
};

/// A complete answer. The server adds Content-Length and, where due, Connection.
struct Response {
  int status{200};
  Headers headers;
  std::string body;

  static Response empty(int status);
  static Response text(int status, std::string body, std::string content_type = "text/plain");
};

/// The reason phrase of a status code, "Unknown" for one without.
std::string_view reason_phrase(int status);

}  // namespace patchbay::sandbox
