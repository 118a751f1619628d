#include <algorithm>
#include <cmath>
#include <string>
#include <unordered_set>

#include "manifest/input_schema_node.h"
#include "manifest/pattern.h"
#include "manifest/text_rules.h"

namespace patchbay::manifest {
namespace {

using Types = InputSchema::Types;

// Visits of one value by one node; far above honest input, far below what would be felt.
constexpr std::size_t kMaxSteps = 1'000'000;
constexpr double kMaxExactInteger = 9007199254740992.0;  // 2^53

bool is_whole(const json::Value& value) {
  if (value.is_integer()) return true;
  const auto number = value.as_number();
  return number && std::trunc(*number) == *number && std::abs(*number) <= kMaxExactInteger;
}

Types types_of(const json::Value& value) {
  if (value.is_null()) return InputSchema::kNull;
  if (value.is_bool()) return InputSchema::kBoolean;
  if (value.is_string()) return InputSchema::kString;
  if (value.is_array()) return InputSchema::kArray;
  if (value.is_object()) return InputSchema::kObject;
  return InputSchema::kNumber | (is_whole(value) ? InputSchema::kInteger : 0U);
}

std::string type_names(Types types) {
  std::string names;
  const auto add = [&](Types bit, std::string_view name) {
    if ((types & bit) == 0) return;
    if (!names.empty()) names += " or ";
    names += name;
  };
  add(InputSchema::kString, "a string");
  add(InputSchema::kInteger, "a whole number");
  add(InputSchema::kNumber, "a number");
  add(InputSchema::kBoolean, "true or false");
  add(InputSchema::kArray, "a list");
  add(InputSchema::kObject, "an object");
  add(InputSchema::kNull, "null");
  return names;
}

std::string limit_text(double limit) {
  if (std::trunc(limit) == limit && std::abs(limit) <= kMaxExactInteger)
    return std::to_string(static_cast<std::int64_t>(limit));
  return std::to_string(limit);
}

std::int64_t code_points(std::string_view utf8) {
  return std::count_if(utf8.begin(), utf8.end(),
                       [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; });
}

// Walks a value and a schema side by side. The stack holds one frame for each level of the value
// that is open; anyOf starts a walk of its own for each form, nesting no deeper than the schema.
class Checker {
 public:
  Checker(const std::vector<SchemaNode>& nodes, std::size_t max_problems, std::size_t& steps)
      : nodes_(nodes), max_problems_(max_problems), steps_(steps) {}

  Problems run(NodeIndex root, const json::Value& value) {
    enter(root, value);
    while (!stack_.empty() && !done()) next_child();
    pointer_.clear();
    if (steps_ == 0 && problems_.empty())
      refuse("too_complex", "The input is too large to be checked. Send less at once.");
    return std::move(problems_);
  }

 private:
  struct Frame {
    NodeIndex node;
    json::Value value;
    std::size_t next = 0;  // child to visit
    std::size_t pointer_size;
  };

  [[nodiscard]] bool done() const { return steps_ == 0 || problems_.size() >= max_problems_; }

  void refuse(std::string_view rule, std::string message) {
    problems_.push_back({std::string(rule), pointer_, std::move(message)});
  }

  bool spend(std::size_t steps) {
    steps_ = steps > steps_ ? 0 : steps_ - steps;
    return steps_ > 0;
  }

  // Checks the value itself; opens a frame when there may be children to visit.
  void enter(NodeIndex index, const json::Value& value) {
    const SchemaNode& node = nodes_[index];
    if (!spend(1)) return;
    const Types types = types_of(value);
    if (node.types != 0 && (node.types & types) == 0)
      return refuse("type", "This has to be " + type_names(node.types) + ".");
    if (!node.allowed.empty()) check_enum(node, value);
    if (!node.any_of.empty()) check_any_of(node, value);
    if ((types & InputSchema::kNumber) != 0) check_number(node, value.as_number().value_or(0));
    if (types == InputSchema::kString) check_string(node, value.as_string().value_or(""));
    if (types == InputSchema::kArray) check_array(node, value.size());
    if (types == InputSchema::kObject) check_object(node, value);
    const bool children = (types == InputSchema::kArray && node.items) ||
                          (types == InputSchema::kObject &&
                           (!node.properties.empty() || node.additional || node.closed));
    if (children) stack_.push_back({index, value, 0, pointer_.size()});
  }

  void next_child() {
    Frame& frame = stack_.back();
    pointer_.resize(frame.pointer_size);
    if (frame.next >= frame.value.size()) {
      stack_.pop_back();
      return;
    }
    const std::size_t child = frame.next++;
    const SchemaNode& node = nodes_[frame.node];
    if (frame.value.is_array()) {
      pointer_ += "/" + std::to_string(child);
      return enter(*node.items, frame.value.at(child));  // may invalidate frame
    }
    const auto [name, value] = frame.value.member(child);
    if (!spend(1)) return;
    pointer_ += "/" + pointer_token(name);
    const auto property = node.properties.find(name);
    if (property != node.properties.end()) return enter(property->second, value);
    if (node.closed) return refuse("unknown_property", "There is no such input. Remove it.");
    if (node.additional) enter(*node.additional, value);
  }

  void check_enum(const SchemaNode& node, const json::Value& value) {
    if (!spend(node.allowed.size())) return;
    std::string text;
    if (value.is_number() && is_whole(value) && !value.is_integer()) {
      text = limit_text(value.as_number().value_or(0));  // 1.0 is 1
    } else if (!value.is_array() && !value.is_object()) {
      text = value.dump();
    }
    if (std::find(node.allowed.begin(), node.allowed.end(), text) == node.allowed.end())
      refuse("enum", "This is none of the allowed values.");
  }

  void check_any_of(const SchemaNode& node, const json::Value& value) {
    const Types types = types_of(value);
    for (const NodeIndex form : node.any_of) {
      if (nodes_[form].types != 0 && (nodes_[form].types & types) == 0) {
        if (!spend(1)) return;
      } else if (Checker(nodes_, 1, steps_).run(form, value).empty()) {
        return;
      }
    }
    if (steps_ > 0) refuse("any_of", "This fits none of the allowed forms.");
  }

  void check_number(const SchemaNode& node, double number) {
    if (node.minimum && number < *node.minimum)
      refuse("minimum", "This has to be at least " + limit_text(*node.minimum) + ".");
    if (node.maximum && number > *node.maximum)
      refuse("maximum", "This may be at most " + limit_text(*node.maximum) + ".");
  }

  void check_string(const SchemaNode& node, std::string_view text) {
    if (node.min_length || node.max_length) {
      const std::int64_t length = code_points(text);
      if (node.min_length && length < *node.min_length)
        refuse("min_length",
               "This needs at least " + std::to_string(*node.min_length) + " characters.");
      if (node.max_length && length > *node.max_length)
        return refuse("max_length",
                      "This may have at most " + std::to_string(*node.max_length) + " characters.");
    }
    if (node.pattern != nullptr && !re2::RE2::PartialMatch(to_re2(text), *node.pattern))
      refuse("pattern", "This has to match " + node.pattern->pattern() + ".");
  }

  void check_array(const SchemaNode& node, std::size_t size) {
    const auto count = static_cast<std::int64_t>(size);
    if (node.min_items && count < *node.min_items)
      refuse("min_items", "This needs at least " + std::to_string(*node.min_items) + " entries.");
    if (node.max_items && count > *node.max_items)
      refuse("max_items", "This may have at most " + std::to_string(*node.max_items) + " entries.");
  }

  void check_object(const SchemaNode& node, const json::Value& value) {
    if (node.required.empty() || !spend(value.size() + node.required.size())) return;
    std::unordered_set<std::string_view> names;
    for (std::size_t i = 0; i < value.size(); ++i) names.insert(value.member(i).first);
    for (const auto& name : node.required)
      if (!names.contains(name))
        refuse("required", "The input " + in_quotes(name) + " is missing.");
  }

  const std::vector<SchemaNode>& nodes_;
  const std::size_t max_problems_;
  std::size_t& steps_;
  std::vector<Frame> stack_;
  std::string pointer_;
  Problems problems_;
};

}  // namespace

Problems InputSchema::check(const json::Value& input) const {
  std::size_t steps = kMaxSteps;
  return Checker(impl_->nodes, kMaxProblems, steps).run(0, input);
}

}  // namespace patchbay::manifest
