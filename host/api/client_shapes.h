#pragma once
// JSON in the shapes that StackOne's generated clients insist on.
#include <string>

namespace patchbay::api {

// For members that their clients take as an object, a list of objects or null: what is anything
// else goes into an object, as {"value": ...}. `data` is valid JSON that begins with its first
// token.
std::string as_object_or_objects(std::string data);

}  // namespace patchbay::api
