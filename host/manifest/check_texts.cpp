#include "manifest/checks.h"

namespace patchbay::manifest {
namespace {

// Texts that the connector looks up at run time, with arguments. No others may have placeholders:
// whoever shows a label or a guide has nothing to put there.
bool is_message(std::string_view id) {
  return id.starts_with("error.") || id.starts_with("notice.");
}

void check_text(std::string_view id, std::string_view text, const std::string& pointer,
                Report& report) {
  if (!is_text_id(id))
    report.add("text_id", pointer,
               in_quotes(id) +
                   " is no text id. Use lower-case ids joined by dots, such as "
                   "field.client_id.label.");
  if (const auto fault = markup_fault(text))
    report.add("text_markup", pointer, "This text can't be shown as it is: " + *fault);
  const auto placeholders = text_placeholders(text);
  if (!placeholders) {
    report.add("text_placeholder", pointer,
               "Braces are only for placeholders, such as {host}. Close them, or use none.");
  } else if (!placeholders->empty() && !is_message(id)) {
    report.add("text_placeholder", pointer,
               "Only texts that start with error. or notice. have placeholders.");
  }
}

void check_translation(const Texts::Table& english, const Texts::Table& other,
                       const std::string& pointer, Report& report) {
  for (const auto& [id, text] : english) {
    const auto translated = other.find(id);
    if (translated == other.end()) {
      report.add("text_untranslated", pointer,
                 "The text " + in_quotes(id) + " is missing in this language. Add it.");
    } else if (is_message(id) && text_placeholders(text) && text_placeholders(translated->second) &&
               text_placeholders(text) != text_placeholders(translated->second)) {
      report.add("text_placeholder_differs", pointer + "/" + pointer_token(id),
                 "The placeholders are not those of the English text. Use the same.");
    }
  }
  for (const auto& [id, text] : other)
    if (!english.contains(id))
      report.add("text_not_english", pointer + "/" + pointer_token(id),
                 "There is no English text of this id. Add it, or remove this one.");
}

}  // namespace

void check_texts(const Draft& draft, Report& report) {
  const auto& tables = draft.manifest.texts.tables();
  const auto english = tables.find("en");
  if (english == tables.end()) {
    report.add("text_not_english", "/texts", "There are no English texts. Add them.");
    return;
  }
  for (const TextUse& use : draft.text_uses)
    if (!english->second.contains(use.id))
      report.add(
          "text_missing", use.pointer,
          "There is no text " + in_quotes(use.id) + ". Add it to the texts of every language.");
  for (const auto& [language, table] : tables) {
    const std::string pointer = "/texts/" + pointer_token(language);
    if (!is_language_tag(language))
      report.add("language_tag", pointer,
                 in_quotes(language) + " is no language tag. Write it like de or pt-BR.");
    for (const auto& [id, text] : table)
      check_text(id, text, pointer + "/" + pointer_token(id), report);
    if (language != "en") check_translation(english->second, table, pointer, report);
  }
}

}  // namespace patchbay::manifest
