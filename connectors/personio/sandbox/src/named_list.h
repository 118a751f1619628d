#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "gateway.h"
#include "paging.h"

namespace patchbay::personio_sandbox {

struct NamedObject {
  std::int64_t id{0};
  std::string name;
  sandbox::json::object body;
};

/// Answers a list that can be filtered by `id` (comma list) and `name`, and sorted by `sort`: id,
/// -id, name, -name; by default by id.
sandbox::Response named_list(const Call& call, const PageLimits& limits,
                             std::vector<NamedObject> objects);

/// The object whose id is the route's {id}, or 404.
sandbox::Response named_object(const Call& call, const std::vector<NamedObject>& objects);

}  // namespace patchbay::personio_sandbox
