#include "record_list.h"

namespace patchbay::personio_sandbox {

using sandbox::Fields;

ValueRules rules_for_new(ValueRules changed, std::initializer_list<std::string_view> required,
                         const ValueRules& more) {
  for (ValueRule& rule : changed) {
    rule.required = std::find(required.begin(), required.end(), rule.name) != required.end();
  }
  changed.insert(changed.end(), more.begin(), more.end());
  return changed;
}

bool passes_list(const Fields& query, std::string_view name, std::string_view value) {
  const auto wanted = list_filter(query, name);
  return !wanted || std::find(wanted->begin(), wanted->end(), value) != wanted->end();
}

bool passes_range(const Fields& query, std::string_view name, std::string_view value) {
  const auto low = query.find(std::string(name) + ".gte");
  const auto high = query.find(std::string(name) + ".lte");
  if (value.empty()) return !low && !high;
  return (!low || value >= *low) && (!high || value <= *high);
}

}  // namespace patchbay::personio_sandbox
