#include "web/picker_view.h"

#include <algorithm>
#include <map>

#include "web/manifest_text.h"
#include "web/search_text.h"

namespace patchbay::web {
namespace {

constexpr std::size_t kSearchedFrom = 5;  // providers

std::string first_category(const manifest::Manifest& manifest, const Language& language) {
  return manifest.categories.empty() ? std::string()
                                     : category_label(language, manifest.categories.front());
}

// What the search looks through, in lower case.
std::string searched_text(const manifest::Manifest& manifest, const Language& language) {
  std::string text = provider_name(manifest, language) + ' ' + manifest.id;
  for (const auto& category : manifest.categories) text += ' ' + category_label(language, category);
  return search_text(text);
}

}  // namespace

View picker_view(const std::vector<connector::ConnectorPtr>& choices, std::string_view wanted,
                 const HostList& overridden_hosts, const Language& language) {
  const std::string sought = search_text(wanted);
  std::map<std::string, std::map<std::string, View>> found;  // by category and name
  for (const auto& connector : choices) {
    const auto& manifest = *connector->manifest;
    const std::string text = searched_text(manifest, language);
    if (text.find(sought) == std::string::npos) continue;
    View choice = connector_card(*connector, overridden_hosts, language);
    choice.text("url", "/connect?connector=" + connector->id).text("search", text);
    found[first_category(manifest, language)].emplace(
        provider_name(manifest, language) + '\n' + connector->id, std::move(choice));
  }
  std::vector<View> groups;
  for (auto& [title, in_group] : found) {
    std::vector<View> views;
    views.reserve(in_group.size());
    for (auto& [name, choice] : in_group) views.push_back(std::move(choice));
    groups.push_back(View()
                         .text("title", title)
                         .flag("titled", found.size() > 1 && !title.empty())
                         .list("choices", std::move(views)));
  }
  View view;
  view.flag("none", choices.empty())
      .flag("many", choices.size() >= kSearchedFrom)
      .flag("none_found", !choices.empty() && groups.empty())
      .text("filter", std::string(wanted))
      .list("groups", std::move(groups));
  return view;
}

}  // namespace patchbay::web
