#pragma once
// A compiled input schema: what input_schema_compile.cpp makes and input_schema_check.cpp reads.
// Nobody else includes this.
#include <re2/re2.h>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "manifest/input_schema.h"

namespace patchbay::manifest {

using NodeIndex = std::size_t;

struct SchemaNode {
  InputSchema::Types types = 0;  // 0: any
  std::map<std::string, NodeIndex, std::less<>> properties;
  std::vector<std::string> required;
  bool closed = false;                  // additionalProperties: false
  std::optional<NodeIndex> additional;  // additionalProperties: a schema
  std::optional<NodeIndex> items;
  std::vector<NodeIndex> any_of;
  std::vector<std::string> allowed;  // enum, as compact JSON; empty: anything
  std::optional<double> minimum;
  std::optional<double> maximum;
  std::optional<std::int64_t> min_length;
  std::optional<std::int64_t> max_length;
  std::optional<std::int64_t> min_items;
  std::optional<std::int64_t> max_items;
  const re2::RE2* pattern = nullptr;  // owned by CompiledSchema
};

struct CompiledSchema {
  std::vector<SchemaNode> nodes;  // the root is the first
  std::map<std::string, std::unique_ptr<const re2::RE2>, std::less<>> patterns;
};

}  // namespace patchbay::manifest
