#pragma once
// Reads a JSON request body member by member and collects everything that is wrong with it, so that
// a caller learns of all mistakes at once. A member that nobody asks for is one: a misspelt name
// would else be passed over. Null counts as absent.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "actions/action_error.h"
#include "base/json.h"
#include "net/http_types.h"

namespace patchbay::api {

class JsonBody {
 public:
  // kInvalidArgument: another content type, not JSON, not an object.
  static Result<JsonBody> read(const net::Request& request,
                               std::size_t max_bytes = std::size_t{1} << 20U);

  [[nodiscard]] json::Value root() const { return document_.root(); }

  // Names of members outlive the body.
  std::string required_text(std::string_view name, std::size_t max_bytes = 256);
  std::string text(std::string_view name, std::size_t max_bytes = 256);
  bool flag(std::string_view name, bool otherwise);
  std::int64_t integer(std::string_view name, std::int64_t otherwise, std::int64_t least,
                       std::int64_t most);
  // One of `choices`; the first when absent.
  std::string choice(std::string_view name, const std::vector<std::string_view>& choices);
  json::Value object(std::string_view name, std::size_t max_bytes = 8192);
  std::vector<std::string> texts(std::string_view name,
                                 const std::vector<std::string_view>& choices);
  // Texts of at most 256 bytes, each once.
  std::vector<std::string> any_texts(std::string_view name, std::size_t most);

  // A member that is read by way of root(), or that clients send and nobody reads. Its name
  // outlives the body, too.
  void take(std::string_view name) { known_.push_back(name); }

  // What a caller finds wrong by itself.
  void wrong(std::string_view name, std::string message);

  // After the last member: kInvalidArgument naming each problem, and each member that nobody asked
  // for, with the nearest name that somebody did.
  [[nodiscard]] std::optional<actions::ActionError> problems() const;

 private:
  explicit JsonBody(json::Document document) : document_(std::move(document)) {}
  json::Value member(std::string_view name);
  void add_unknown(manifest::Problems& problems) const;
  template <class Accept>
  std::vector<std::string> list(std::string_view name, const std::string& rule, Accept accept);

  json::Document document_;
  manifest::Problems problems_;
  std::vector<std::string_view> known_;
};

}  // namespace patchbay::api
