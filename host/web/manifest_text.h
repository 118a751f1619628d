#pragma once
// A manifest's texts in the language of a page. Short helpers for the views; all pure.
#include <string>
#include <string_view>

#include "connector/flow_types.h"
#include "manifest/manifest.h"
#include "web/language.h"
#include "web/safe_html.h"

namespace patchbay::web {

// Empty for an empty id.
inline std::string plain(const manifest::Manifest& manifest, const Language& language,
                         std::string_view id) {
  return id.empty() ? std::string() : manifest.texts.plain(language.tag(), id);
}

inline SafeHtml rich(const manifest::Manifest& manifest, const Language& language,
                     std::string_view id, const manifest::TextArguments& arguments = {}) {
  return rich_html(manifest::parse_rich_text(manifest.texts.find(language.tag(), id), arguments));
}

inline std::string provider_name(const manifest::Manifest& manifest, const Language& language) {
  return plain(manifest, language, manifest.name);
}

inline manifest::TextArguments arguments_of(const connector::FlowMessage& message) {
  manifest::TextArguments arguments;
  for (const auto& argument : message.args) arguments.emplace_back(argument.name, argument.value);
  return arguments;
}

// What a connector says: its manifest's text if there is one, else its fallback as plain text.
inline SafeHtml message_html(const manifest::Manifest& manifest, const Language& language,
                             const connector::FlowMessage& message) {
  if (!message.id.empty() && manifest.texts.has(message.id))
    return rich(manifest, language, message.id, arguments_of(message));
  return rich_html({{manifest::Span::Kind::kText, message.fallback, {}}});
}

inline std::string message_text(const manifest::Manifest& manifest, const Language& language,
                                const connector::FlowMessage& message) {
  if (!message.id.empty() && manifest.texts.has(message.id))
    return manifest.texts.plain(language.tag(), message.id, arguments_of(message));
  return message.fallback;
}

}  // namespace patchbay::web
