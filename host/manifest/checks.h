#pragma once
// The rules of a manifest that its schema can't say. Each function looks at one part and reports
// everything it finds; they may run in any order. manifests/README.md lists the rules by name.
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "manifest/reader.h"
#include "manifest/report.h"
#include "manifest/text_rules.h"

namespace patchbay::manifest {

// On the document before the schema is applied: number of values, unsafe characters anywhere.
void check_document(const json::Value& root, Report& report);

void check_identity(const Manifest& manifest, Report& report);  // ids, version, logo, links
void check_permissions(const Manifest& manifest, Report& report);
void check_hosts(const Manifest& manifest, Report& report);  // and rate limits
void check_inbound_events(const Manifest& manifest, Report& report);
void check_auth_methods(const Manifest& manifest, Report& report);
void check_grants(const Draft& draft, Report& report);
// For manifests that come without a library.
void check_needs_no_code(const Draft& draft, Report& report);
void check_fields(const std::vector<Field>& fields, const std::string& pointer, Report& report);
void check_actions(const Manifest& manifest, Report& report);
void check_texts(const Draft& draft, Report& report);

// Reports every id that is malformed, and every one that stood earlier in the list.
template <class Item>
void check_ids(const std::vector<Item>& items, std::string Item::* member,
               const std::string& pointer, Report& report) {
  std::set<std::string_view> seen;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const std::string& id = items[i].*member;
    const std::string where = pointer + "/" + std::to_string(i);
    if (!is_id(id))
      report.add("id_shape", where,
                 in_quotes(id) +
                     " is no id. Use lower-case letters, digits and underscores, starting with a "
                     "letter.");
    if (!seen.insert(id).second)
      report.add("id_twice", where, in_quotes(id) + " stood earlier in this list. Rename one.");
  }
}

}  // namespace patchbay::manifest
