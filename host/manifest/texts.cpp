#include "manifest/texts.h"

#include "manifest/rich_text.h"

namespace patchbay::manifest {

void Texts::set(std::string_view language, std::string_view id, std::string text) {
  auto table = tables_.find(language);
  if (table == tables_.end()) table = tables_.emplace(language, Table{}).first;
  table->second.insert_or_assign(std::string(id), std::move(text));
}

std::string_view Texts::find(std::string_view language, std::string_view id) const {
  const std::string_view primary = language.substr(0, language.find('-'));
  for (const std::string_view candidate : {language, primary, std::string_view("en")}) {
    const auto table = tables_.find(candidate);
    if (table == tables_.end()) continue;
    const auto text = table->second.find(id);
    if (text != table->second.end()) return text->second;
  }
  return {};
}

std::string Texts::plain(std::string_view language, std::string_view id,
                         const TextArguments& arguments) const {
  const std::string_view text = find(language, id);
  if (text.empty()) return std::string(id);
  return plain_text(parse_rich_text(text, arguments));
}

std::vector<std::string> Texts::languages() const {
  std::vector<std::string> names;
  for (const auto& [language, table] : tables_) names.push_back(language);
  return names;
}

}  // namespace patchbay::manifest
