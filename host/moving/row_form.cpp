#include "moving/row_form.h"

#include <algorithm>

#include "manifest/hosts.h"

namespace patchbay::moving {
namespace {

constexpr std::string_view kHttps = "https://";

// "https://acme.example.com/x" and "acme.example.com" both name the host.
std::string_view host_in(std::string_view text) {
  if (text.starts_with(kHttps)) text.remove_prefix(kHttps.size());
  return text.substr(0, text.find('/'));
}

// The form's only field of its kind; null: there are several, or none.
const manifest::Field* only_field(const manifest::AuthMethod& method, bool secret) {
  const manifest::Field* found = nullptr;
  for (const auto& field : method.fields) {
    if (field.secret != secret) continue;
    if (found != nullptr) return nullptr;
    found = &field;
  }
  return found;
}

}  // namespace

std::vector<connector::NamedSecret> form_of(std::vector<SourceField>& fields,
                                            const manifest::AuthMethod& method,
                                            const std::string& connector_id,
                                            const std::vector<Renaming>& renamings) {
  std::vector<connector::NamedSecret> form;
  for (auto& field : fields)
    for (const auto& renaming : renamings)
      if (renaming.from == field.name &&
          (renaming.connector.empty() || renaming.connector == connector_id)) {
        field.name = renaming.to;
        field.role = FieldRole::kNamed;
        break;
      }
  const auto is_taken = [&](const std::string& id) {
    return std::ranges::any_of(form, [&](const auto& one) { return one.name == id; });
  };
  std::vector<const SourceField*> homeless;
  for (const auto& field : fields) {
    if (method.find_field(field.name) != nullptr || field.role == FieldRole::kNamed)
      form.push_back({field.name, field.value.copy()});
    else if (field.role != FieldRole::kExtra)
      homeless.push_back(&field);
  }
  for (const auto* field : homeless) {
    const auto* place = only_field(method, field->role != FieldRole::kUser);
    if (place != nullptr && !is_taken(place->id)) form.push_back({place->id, field->value.copy()});
  }
  return form;
}

std::vector<connector::NamedValue> told_facts(const manifest::Manifest& manifest,
                                              const std::vector<SourceField>& fields) {
  std::vector<connector::NamedValue> facts;
  for (const auto& rule : manifest.hosts) {
    const auto name = manifest::told_placeholder(rule.host);
    if (!name) continue;
    for (const auto& field : fields) {
      const auto host = manifest::told_host(rule, host_in(field.value.reveal()));
      if (!host) continue;
      facts.push_back({*name, *host});
      break;
    }
  }
  return facts;
}

}  // namespace patchbay::moving
