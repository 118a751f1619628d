#include "connector/credential_key.h"

#include <algorithm>

#include "base/hash.h"

namespace patchbay::connector {
namespace {

void append(std::string& text, std::string_view part) {
  text.append(std::to_string(part.size())).append(" ").append(part);
}

void append(std::string& text, std::vector<NamedValue> fields) {
  std::ranges::sort(fields, {}, &NamedValue::name);
  append(text, std::to_string(fields.size()));
  for (const auto& field : fields) {
    append(text, field.name);
    append(text, field.value);
  }
}

}  // namespace

std::string credential_key(const FlowInput& input) {
  if (input.fields.empty() && input.setup_fields.empty()) return {};
  std::string text;
  append(text, input.auth_method_id);
  append(text, input.environment_id);
  append(text, input.fields);
  append(text, input.setup_fields);
  return sha256_hex(text);
}

}  // namespace patchbay::connector
