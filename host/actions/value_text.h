#pragma once
// JSON values as the text that stands in paths, queries, forms and headers. Pure functions.
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"
#include "manifest/action.h"

namespace patchbay::actions {

// A string as it is, numbers and booleans as JSON writes them; nothing for null, arrays, objects.
std::optional<std::string> scalar_text(const json::Value& value);

using NamedTexts = std::vector<std::pair<std::string, std::string>>;

// What one parameter of a query or form contributes: nothing when its input is absent, null or an
// empty list; one pair; or several, by the parameter's array style. `encode` is applied to every
// name and element, so that the comma of a comma list stays one. kInvalidArgument for objects and
// nested lists.
Result<> append_parameter(const manifest::Parameter& parameter, const json::Value& input,
                          std::string (*encode)(std::string_view), NamedTexts& out);

// The same text whatever the order of object members: compact JSON with sorted keys. `without` are
// members of the outermost object that are left out.
std::string canonical_json(const json::Value& value,
                           std::span<const std::string_view> without = {});

}  // namespace patchbay::actions
