#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "patchbay/sandbox/http.h"

namespace patchbay::personio_sandbox {

/// One field of a form (RFC 7578).
struct FormPart {
  std::string name;
  std::optional<std::string> filename;  ///< of a file
  std::string content_type;             ///< empty when the part has none
  std::string body;
};

/// The parts of a `multipart/form-data` request in their order, at most 100. Nothing when the
/// request is not one, or a boundary, a part's name or the end is missing.
std::optional<std::vector<FormPart>> parse_multipart(const sandbox::Request& request);

const FormPart* find_part(const std::vector<FormPart>& parts, std::string_view name);

}  // namespace patchbay::personio_sandbox
