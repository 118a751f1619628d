#pragma once
// Takes what is secret or somebody's own out of what a flow has seen, and leaves its shape: letters
// become other letters, digits other digits, punctuation and length stay. The same text becomes the
// same placeholder within one Redactor, another one another. What was there can't be had back.
//
// Kept as they are: the names of things, a vendor's mark in front of a long secret ("papi-"), the
// words of OAuth and of statuses, HTTP headers that describe an answer. One thread.
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "base/json.h"
#include "connector/flow_types.h"
#include "manifest/auth_method.h"

namespace patchbay::connector {

class Redactor {
 public:
  // Longer texts are cut: nobody's shape check needs more.
  static constexpr std::size_t kLongest = std::size_t{16} << 10U;

  std::string value(std::string_view original);
  // An HTTP body: JSON keeps its keys, types and plain words.
  std::string body(std::string_view original);
  // A header's value, by its name in lower case.
  std::string header(std::string_view name, std::string_view original);

  // `method` tells which fields are choices of the form, which stay; may be null.
  FlowInput input(const FlowInput& original, const manifest::AuthMethod* method);
  // All but `query` values that the caller knows better.
  FlowEvent event(const FlowEvent& original, const manifest::AuthMethod* method);

 private:
  void write(json::Writer& out, const json::Value& value, std::string_view key);
  std::string number(const json::Value& value);

  std::map<std::string, std::string, std::less<>> known_;  // by SHA-256 of the original
};

}  // namespace patchbay::connector
