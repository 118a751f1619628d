#pragma once
// The closed subset of JSON Schema that describes an action's input, and its checker.
//
// Known keywords: type (one name or several), properties, required, enum (of strings, integers,
// booleans, null), items, minimum, maximum, minLength, maxLength (code points), minItems, maxItems,
// pattern (RE2; finds anywhere, as JSON Schema says), additionalProperties (true, false or a
// schema), anyOf; title, description, default, examples and format are allowed and check nothing.
// There is no $ref. A schema has at most 2,000 nodes and 16 levels. Any other keyword refuses the
// schema: one that is silently ignored would let input through that its author thought refused.
#include <memory>
#include <string_view>

#include "base/json.h"
#include "manifest/problem.h"

namespace patchbay::manifest {

struct CompiledSchema;  // input_schema_node.h

// Immutable once made; any number of threads may check with one.
class InputSchema {
 public:
  static constexpr std::size_t kMaxNodes = 2000;
  static constexpr std::size_t kMaxDepth = 16;
  static constexpr std::size_t kMaxProblems = 100;  // of one check; more are dropped

  // Types as bits. An integer is also a number.
  using Types = unsigned;
  static constexpr Types kNull = 1U, kBoolean = 2U, kInteger = 4U, kNumber = 8U, kString = 16U,
                         kArray = 32U, kObject = 64U;
  static constexpr Types kScalar = kBoolean | kInteger | kNumber | kString;

  // Problems' pointers start with `pointer`. Returns null when there is any problem.
  [[nodiscard]] static std::shared_ptr<const InputSchema> compile(const json::Value& schema,
                                                                  std::string_view pointer,
                                                                  Problems& problems);
  ~InputSchema();
  InputSchema(const InputSchema&) = delete;
  InputSchema& operator=(const InputSchema&) = delete;

  // Everything wrong with `input`, in document order, without recursion over the input. Messages
  // name the rule and the place, never the value.
  [[nodiscard]] Problems check(const json::Value& input) const;

  // About the root object's properties.
  [[nodiscard]] std::vector<std::string> property_names() const;
  [[nodiscard]] bool has_property(std::string_view name) const;
  [[nodiscard]] bool requires_property(std::string_view name) const;
  // The types it may have; 0 when it is not declared, all bits when its schema doesn't say.
  [[nodiscard]] Types property_types(std::string_view name) const;

 private:
  explicit InputSchema(std::unique_ptr<CompiledSchema> impl);
  std::unique_ptr<CompiledSchema> impl_;
};

}  // namespace patchbay::manifest
