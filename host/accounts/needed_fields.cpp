#include "accounts/needed_fields.h"

#include <algorithm>

#include "accounts/credentials.h"
#include "manifest/form_check.h"

namespace patchbay::accounts {

FilledFields filled_fields(const store::Account& account,
                           const std::vector<store::AccountSecret>& secrets) {
  FilledFields filled;
  for (const auto& field : fields_from_json(account.fields))
    if (!manifest::trim(field.value).empty()) filled.insert(field.name);
  for (const auto& secret : secrets) filled.insert(secret.name);
  return filled;
}

FieldPtrs lacking_fields(const manifest::AuthMethod& method, std::string_view token,
                         const FilledFields& filled) {
  auto fields = method.optional_fields(token);
  std::erase_if(fields, [&](const auto* field) { return filled.contains(field->id); });
  return fields;
}

FieldPtrs needed_fields(const manifest::Manifest& manifest, const manifest::AuthMethod& method,
                        const std::vector<std::string>& action_ids) {
  FieldPtrs needed;
  for (const auto& line : field_report(manifest, method, action_ids, {}))
    if (line.needed) needed.push_back(line.field);
  return needed;
}

std::vector<FieldLine> field_report(const manifest::Manifest& manifest,
                                    const manifest::AuthMethod& method,
                                    const std::vector<std::string>& action_ids,
                                    const FilledFields& filled) {
  std::vector<FieldLine> lines;
  for (const auto& field : method.fields) {
    FieldLine line{.field = &field, .filled = filled.contains(field.id), .actions = {}};
    for (const auto& action : manifest.actions) {
      const auto fields = method.optional_fields(action.token);
      if (std::ranges::find(fields, &field) == fields.end()) continue;
      line.needed = line.needed || std::ranges::find(action_ids, action.id) != action_ids.end();
      line.actions.push_back(action.id);
    }
    if (!line.actions.empty()) lines.push_back(std::move(line));
  }
  return lines;
}

std::string field_labels(const manifest::Manifest& manifest, const FieldPtrs& fields) {
  std::string labels;
  for (const auto* field : fields) {
    if (!labels.empty()) labels += ", ";
    labels += manifest.texts.plain("en", field->label);
  }
  return labels;
}

}  // namespace patchbay::accounts
