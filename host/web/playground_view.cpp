#include "web/playground_view.h"

#include <algorithm>
#include <string>

#include "base/json.h"
#include "manifest/manifest.h"
#include "web/account_view.h"
#include "web/action_groups.h"
#include "web/manifest_text.h"
#include "web/search_text.h"

namespace patchbay::web {
namespace {

using Kind = InputField::Kind;

std::string searched_text(const manifest::Manifest& manifest, const manifest::Action& action,
                          const Language& language) {
  return search_text(plain(manifest, language, action.label) + ' ' + action.id + ' ' +
                     plain(manifest, language, action.description));
}

View line_view(const manifest::Manifest& manifest, const manifest::Action& action,
               const Language& language) {
  const std::string_view kind = kind_of(action);
  return View()
      .text("action_id", action.id)
      .text("label", plain(manifest, language, action.label))
      .text("help", plain(manifest, language, action.description))
      .text("kind", language.text("integration." + std::string(kind)))
      .flag("strong", kind == "destroys")
      .text("search", searched_text(manifest, action, language));
}

// "starts_from" -> "Starts from"
std::string label_of(std::string_view property) {
  std::string label(property);
  std::ranges::replace(label, '_', ' ');
  if (!label.empty() && label[0] >= 'a' && label[0] <= 'z')
    label[0] = static_cast<char>(label[0] - ('a' - 'A'));
  return label;
}

std::string choice_label(const std::string& choice, const Language& language) {
  if (choice == "true" || choice == "false") return language.text("playground." + choice);
  const auto document = json::Document::parse(choice, {.max_bytes = choice.size()});
  return document ? document->root().string_or(choice) : choice;
}

std::vector<View> options_of(const InputField& field, const std::string& entered,
                             const Language& language) {
  std::vector<View> options;
  options.reserve(field.choices.size());
  for (const auto& choice : field.choices)
    options.push_back(View()
                          .text("value", choice)
                          .text("label", choice_label(choice, language))
                          .flag("selected", choice == entered));
  return options;
}

std::string fault_text(const std::vector<FieldFault>& faults, const std::string& property) {
  const auto found = std::ranges::find(faults, property, &FieldFault::property);
  return found == faults.end() ? std::string() : found->text;
}

View field_view(const InputField& field, std::size_t number, const std::string& entered,
                const std::string& fault, const Language& language) {
  const bool many_lines =
      field.kind == Kind::kLongText || field.kind == Kind::kLines || field.kind == Kind::kJson;
  std::string hint;
  if (field.kind == Kind::kLines) hint = language.text("playground.one_a_line");
  if (field.kind == Kind::kJson) hint = language.text("playground.as_json");
  return View()
      .text("field_id", "in-" + std::to_string(number))
      .text("name", std::string(kInputPrefix) + field.name)
      .text("property", field.name)
      .text("label", label_of(field.name))
      .text("help", field.help)
      .text("hint", hint)
      .text("example", field.example)
      .text("value", entered)
      .text("fault", fault)
      .text("input_type", field.kind == Kind::kDate ? "date" : "text")
      .text("input_mode", field.kind == Kind::kNumber ? "decimal" : "")
      .flag("needed", field.required)
      .flag("is_choice", field.kind == Kind::kChoice)
      .flag("is_area", many_lines)
      .flag("is_input", !many_lines && field.kind != Kind::kChoice)
      .flag("wide", field.kind == Kind::kLongText || field.kind == Kind::kJson)
      .list("options", options_of(field, entered, language));
}

// "/ids/0" -> "ids"
std::string property_in(std::string_view pointer) {
  if (!pointer.starts_with('/')) return {};
  return std::string(pointer.substr(1, pointer.find('/', 1) - 1));
}

}  // namespace

View action_list_view(const actions::Catalogue& catalogue, std::string_view wanted,
                      const Language& language) {
  const manifest::Manifest& manifest = *catalogue.manifest;
  const std::string sought = search_text(wanted);
  std::vector<View> groups;
  for (const auto& group : grouped_actions(manifest, catalogue.actions, language)) {
    std::vector<View> lines;
    for (const auto* action : group.actions) {
      if (searched_text(manifest, *action, language).find(sought) == std::string::npos) continue;
      lines.push_back(line_view(manifest, *action, language));
    }
    if (!lines.empty())
      groups.push_back(View().text("title", group.title).list("lines", std::move(lines)));
  }
  View view = account_head(catalogue.account, catalogue.manifest.get(), language);
  view.flag("at_actions", true)
      .text("integration_id", catalogue.account.integration_id)
      .text("filter", wanted)
      .flag("none", catalogue.actions.empty())
      .flag("none_found", !catalogue.actions.empty() && groups.empty())
      .list("groups", std::move(groups));
  return view;
}

View action_view(const actions::Catalogue& catalogue, const manifest::Action& action,
                 const Language& language) {
  const manifest::Manifest& manifest = *catalogue.manifest;
  View view = account_head(catalogue.account, &manifest, language);
  view.view("tried", line_view(manifest, action, language))
      .text("action_id", action.id)
      .flag("destroys", kind_of(action) == "destroys")
      .flag("can_be_planned", action.handler == manifest::Handler::kHttp)
      .text("destroys_text", language.text("playground.destroys",
                                           {{"provider", provider_name(manifest, language)}}));
  return view;
}

std::vector<FieldFault> faults_of(const std::vector<InputMistake>& mistakes,
                                  const Language& language) {
  std::vector<FieldFault> faults;
  faults.reserve(mistakes.size());
  for (const auto& mistake : mistakes)
    faults.push_back({mistake.property, language.text(mistake.text_id)});
  return faults;
}

std::vector<FieldFault> faults_of(const manifest::Problems& problems, const Language& language) {
  std::vector<FieldFault> faults;
  for (const auto& problem : problems) {
    const std::string property = property_in(problem.pointer);
    if (property.empty()) continue;
    const std::string id = "playground.problem." + problem.rule;
    faults.push_back({property, own_texts().has(id) ? language.text(id) : problem.message});
  }
  return faults;
}

std::vector<View> field_views(const std::vector<InputField>& fields, const EnteredInput& entered,
                              const std::vector<FieldFault>& faults, const Language& language) {
  std::vector<View> views;
  views.reserve(fields.size());
  for (const auto& field : fields) {
    const auto found = entered.find(field.name);
    views.push_back(field_view(field, views.size() + 1,
                               found == entered.end() ? std::string() : found->second,
                               fault_text(faults, field.name), language));
  }
  return views;
}

std::vector<View> hidden_inputs(const EnteredInput& entered) {
  std::vector<View> views;
  views.reserve(entered.size());
  for (const auto& [property, value] : entered)
    views.push_back(View().text("name", std::string(kInputPrefix) + property).text("value", value));
  return views;
}

}  // namespace patchbay::web
