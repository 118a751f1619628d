#pragma once
// Request bodies from a manifest's parameters and an action's input: JSON, form, multipart
// (RFC 7578). Pure functions.
#include <string>

#include "actions/pagination.h"
#include "base/json.h"
#include "base/result.h"
#include "manifest/action.h"

namespace patchbay::actions {

struct BuiltBody {
  std::string content_type;  // empty: no body
  std::string bytes;
};

// Page parameters whose name is a JSON pointer ("/page/cursor") go into a JSON body. Inputs that
// are absent or null are left out. kInvalidArgument for what the kind of body can't carry,
// kConfiguration when the manifest's parameters contradict each other.
Result<BuiltBody> build_body(const manifest::Action& action, const json::Value& input,
                             const PagePosition& position);

}  // namespace patchbay::actions
