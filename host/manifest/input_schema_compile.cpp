#include <algorithm>
#include <array>
#include <string>

#include "manifest/input_schema_node.h"
#include "manifest/pattern.h"
#include "manifest/text_rules.h"

namespace patchbay::manifest {
namespace {

constexpr std::size_t kMaxPattern = 1000;
constexpr std::size_t kMaxEnum = 1000;

struct TypeName {
  std::string_view name;
  InputSchema::Types bit;
};
constexpr std::array<TypeName, 7> kTypes{{{"null", InputSchema::kNull},
                                          {"boolean", InputSchema::kBoolean},
                                          {"integer", InputSchema::kInteger},
                                          {"number", InputSchema::kNumber},
                                          {"string", InputSchema::kString},
                                          {"array", InputSchema::kArray},
                                          {"object", InputSchema::kObject}}};

// Turns one schema into nodes, level by level: a list of work instead of recursion.
class Compiler {
 public:
  Compiler(CompiledSchema& out, Problems& problems) : out_(out), problems_(problems) {}

  void run(const json::Value& root, std::string_view pointer) {
    add(root, std::string(pointer), 1);
    for (std::size_t next = 0; next < work_.size() && !full_; ++next) compile(Work(work_[next]));
  }

 private:
  struct Work {
    json::Value schema;
    std::string pointer;
    std::size_t depth;
    NodeIndex node;
  };

  void refuse(std::string_view rule, const std::string& pointer, std::string message) {
    problems_.push_back({std::string(rule), pointer, std::move(message)});
  }

  // Gives the schema a node of its own; its contents are read later.
  NodeIndex add(const json::Value& schema, std::string pointer, std::size_t depth) {
    if (full_) return 0;
    if (out_.nodes.size() >= InputSchema::kMaxNodes) {
      full_ = true;
      refuse("input_schema_size", pointer,
             "An input schema may have at most 2,000 nodes. Make it smaller.");
      return 0;
    }
    if (depth > InputSchema::kMaxDepth) {
      full_ = true;
      refuse("input_schema_size", pointer,
             "An input schema may have at most 16 levels. Make it flatter.");
      return 0;
    }
    const NodeIndex node = out_.nodes.size();
    out_.nodes.emplace_back();
    work_.push_back({schema, std::move(pointer), depth, node});
    return node;
  }

  void compile(const Work& work) {
    if (!work.schema.is_object()) {
      refuse("input_schema", work.pointer, "A schema has to be an object.");
      return;
    }
    for (std::size_t i = 0; i < work.schema.size() && !full_; ++i) {
      const auto [key, value] = work.schema.member(i);
      keyword(work, key, value, work.pointer + "/" + pointer_token(key));
    }
  }

  SchemaNode& node(const Work& work) { return out_.nodes[work.node]; }

  void keyword(const Work& work, std::string_view key, const json::Value& value,
               const std::string& pointer) {
    if (key == "type") return type(work, value, pointer);
    if (key == "properties") return properties(work, value, pointer);
    if (key == "required") return required(work, value, pointer);
    if (key == "additionalProperties") return additional(work, value, pointer);
    if (key == "anyOf") return any_of(work, value, pointer);
    if (key == "enum") return enumeration(work, value, pointer);
    if (key == "pattern") return pattern(work, value, pointer);
    if (key == "items") {
      const NodeIndex items = add(value, pointer, work.depth + 1);
      node(work).items = items;
      return;
    }
    if (key == "minimum") return bound(node(work).minimum, value, pointer);
    if (key == "maximum") return bound(node(work).maximum, value, pointer);
    if (key == "minLength") return size(node(work).min_length, value, pointer);
    if (key == "maxLength") return size(node(work).max_length, value, pointer);
    if (key == "minItems") return size(node(work).min_items, value, pointer);
    if (key == "maxItems") return size(node(work).max_items, value, pointer);
    static constexpr std::array<std::string_view, 5> kSilent{"title", "description", "default",
                                                             "examples", "format"};
    if (std::find(kSilent.begin(), kSilent.end(), key) == kSilent.end())
      refuse("input_schema_keyword", pointer,
             "The keyword " + in_quotes(key) + " is not known here. Say it with the known ones.");
  }

  void type(const Work& work, const json::Value& value, const std::string& pointer) {
    InputSchema::Types types = 0;
    const auto add_name = [&types](const json::Value& name) {
      const auto text = name.as_string();
      const auto known = std::find_if(kTypes.begin(), kTypes.end(),
                                      [&text](const TypeName& t) { return t.name == text; });
      if (known == kTypes.end()) return false;
      types |= known->bit;
      return true;
    };
    bool valid =
        value.is_array() ? value.size() > 0 && value.size() <= kTypes.size() : add_name(value);
    for (std::size_t i = 0; valid && i < value.size(); ++i) valid = add_name(value.at(i));
    if (!valid)
      refuse("input_schema", pointer,
             "type is one or more of null, boolean, integer, number, string, array, object.");
    node(work).types = types;
  }

  void properties(const Work& work, const json::Value& value, const std::string& pointer) {
    if (!value.is_object())
      return refuse("input_schema", pointer, "properties has to be an object of schemas.");
    for (std::size_t i = 0; i < value.size() && !full_; ++i) {
      const auto [name, schema] = value.member(i);
      const NodeIndex child = add(schema, pointer + "/" + pointer_token(name), work.depth + 1);
      node(work).properties.emplace(name, child);
    }
  }

  void required(const Work& work, const json::Value& value, const std::string& pointer) {
    std::vector<std::string> names;
    bool valid = value.is_array() && value.size() <= InputSchema::kMaxNodes;
    for (std::size_t i = 0; valid && i < value.size(); ++i) {
      valid = value.at(i).is_string();
      names.push_back(value.at(i).string_or(""));
    }
    if (!valid) return refuse("input_schema", pointer, "required has to be a list of names.");
    const json::Value properties = work.schema.get("properties");
    for (const auto& name : names)
      if (!properties.get(name).exists())
        refuse("input_schema", pointer,
               "required names " + in_quotes(name) + ", which is none of the properties.");
    node(work).required = std::move(names);
  }

  void additional(const Work& work, const json::Value& value, const std::string& pointer) {
    if (value.is_bool()) {
      node(work).closed = !value.bool_or(true);
      return;
    }
    const NodeIndex child = add(value, pointer, work.depth + 1);
    node(work).additional = child;
  }

  void any_of(const Work& work, const json::Value& value, const std::string& pointer) {
    if (!value.is_array() || value.size() == 0)
      return refuse("input_schema", pointer, "anyOf has to be a list of schemas.");
    for (std::size_t i = 0; i < value.size() && !full_; ++i) {
      const NodeIndex child = add(value.at(i), pointer + "/" + std::to_string(i), work.depth + 1);
      node(work).any_of.push_back(child);
    }
  }

  void enumeration(const Work& work, const json::Value& value, const std::string& pointer) {
    bool valid = value.is_array() && value.size() > 0 && value.size() <= kMaxEnum;
    for (std::size_t i = 0; valid && i < value.size(); ++i) {
      const json::Value item = value.at(i);
      valid = item.is_string() || item.is_integer() || item.is_bool() || item.is_null();
      node(work).allowed.push_back(item.dump());
    }
    if (!valid)
      refuse("input_schema", pointer,
             "enum has to list 1 to 1,000 strings, integers, booleans or nulls.");
  }

  void pattern(const Work& work, const json::Value& value, const std::string& pointer) {
    const auto text = value.as_string();
    if (!text || text->empty() || text->size() > kMaxPattern)
      return refuse("pattern", pointer, "A pattern has 1 to 1,000 bytes.");
    auto compiled = out_.patterns.find(*text);
    if (compiled == out_.patterns.end())
      compiled = out_.patterns.emplace(std::string(*text), compile_pattern(*text)).first;
    if (compiled->second == nullptr)
      return refuse("pattern", pointer,
                    "The pattern does not compile. Use RE2 syntax: no look-around, no "
                    "back-references.");
    node(work).pattern = compiled->second.get();
  }

  void bound(std::optional<double>& out, const json::Value& value, const std::string& pointer) {
    out = value.as_number();
    if (!out) refuse("input_schema", pointer, "This has to be a number.");
  }

  void size(std::optional<std::int64_t>& out, const json::Value& value,
            const std::string& pointer) {
    out = value.as_integer();
    if (!out || *out < 0)
      refuse("input_schema", pointer, "This has to be 0 or a whole number above.");
  }

  CompiledSchema& out_;
  Problems& problems_;
  std::vector<Work> work_;
  bool full_ = false;
};

}  // namespace

InputSchema::InputSchema(std::unique_ptr<CompiledSchema> impl) : impl_(std::move(impl)) {}
InputSchema::~InputSchema() = default;

std::shared_ptr<const InputSchema> InputSchema::compile(const json::Value& schema,
                                                        std::string_view pointer,
                                                        Problems& problems) {
  const std::size_t before = problems.size();
  auto impl = std::make_unique<CompiledSchema>();
  Compiler(*impl, problems).run(schema, pointer);
  if (problems.size() != before) return nullptr;
  return std::shared_ptr<const InputSchema>(new InputSchema(std::move(impl)));
}

std::vector<std::string> InputSchema::property_names() const {
  std::vector<std::string> names;
  for (const auto& [name, node] : impl_->nodes.front().properties) names.push_back(name);
  return names;
}

bool InputSchema::has_property(std::string_view name) const {
  const auto& properties = impl_->nodes.front().properties;
  return properties.find(name) != properties.end();
}

bool InputSchema::requires_property(std::string_view name) const {
  const auto& required = impl_->nodes.front().required;
  return std::find(required.begin(), required.end(), name) != required.end();
}

InputSchema::Types InputSchema::property_types(std::string_view name) const {
  const auto& properties = impl_->nodes.front().properties;
  const auto found = properties.find(name);
  if (found == properties.end()) return 0;
  const Types types = impl_->nodes[found->second].types;
  return types == 0 ? ~0U : types;
}

}  // namespace patchbay::manifest
