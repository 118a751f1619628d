#pragma once
// Ids that a person would take for one another: "personi0", "person-io", "rnerge" for "merge".
#include <string>
#include <string_view>

namespace patchbay::connector {

// What is left of an id ([a-z0-9_-]) when everything that looks the same is made the same. Two ids
// look alike when their skeletons are equal.
std::string skeleton_of(std::string_view id);

}  // namespace patchbay::connector
