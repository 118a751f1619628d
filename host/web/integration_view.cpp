#include "web/integration_view.h"

#include <algorithm>

#include "accounts/permission_report.h"
#include "base/json_texts.h"
#include "web/action_groups.h"
#include "web/connector_view.h"
#include "web/guide_view.h"
#include "web/manifest_text.h"
#include "web/permission_view.h"

namespace patchbay::web {
namespace {

using manifest::Manifest;

bool is_ticked(const ChosenActions& chosen, std::string_view id, bool read_only) {
  return chosen ? std::ranges::find(*chosen, id) != chosen->end() : read_only;
}

View choice(std::string_view id, std::string_view label, std::string_view help,
            std::string_view kind, bool chosen, const Language& language) {
  return View()
      .text("value", id)
      .text("label", label)
      .text("help", help)
      .text("kind", language.text("integration." + std::string(kind)))
      .flag("strong", kind == "destroys")
      .flag("quiet", kind == "reads")
      .flag("chosen", chosen);
}

// What it does, and what has to be filled in for it that may be left empty.
std::string help_of(const Manifest& manifest, const manifest::Action& action,
                    const Language& language) {
  std::string help = plain(manifest, language, action.description);
  if (manifest.auth_methods.empty()) return help;
  const auto fields = manifest.auth_methods.front().optional_fields(action.token);
  if (!fields.empty())
    help += ' ' + language.text("integration.action_fields",
                                {{"fields", field_names(manifest, language, fields)}});
  return help;
}

View group(std::string_view title, std::vector<View> choices) {
  return View().text("title", title).text("field", "action").list("choices", std::move(choices));
}

View requests_of_ones_own(const ChosenActions& chosen, const Language& language) {
  const auto raw = [&](std::string_view id, std::string_view kind) {
    const std::string texts = "integration." + std::string(id);
    return choice(id, language.text(texts + ".label"), language.text(texts + ".help"), kind,
                  is_ticked(chosen, id, kind == "reads"), language);
  };
  return group(language.text("integration.raw"),
               {raw(accounts::kRawReads, "reads"), raw(accounts::kRawWrites, "destroys")});
}

std::vector<View> environment_options(const Manifest& manifest, const manifest::AuthMethod& method,
                                      const std::string& selected, const Language& language) {
  std::vector<View> options;
  options.reserve(method.environments.size());
  for (const auto& environment : method.environments)
    options.push_back(View()
                          .text("value", environment.id)
                          .text("label", plain(manifest, language, environment.label))
                          .flag("selected", environment.id == selected));
  return options;
}

std::vector<std::string> ids_of(const Manifest& manifest, const ChosenActions& chosen) {
  if (chosen) return *chosen;
  return accounts::allowed_actions(manifest, std::nullopt);
}

}  // namespace

ChosenActions chosen_actions(const store::Integration& integration) {
  if (!integration.allowed_actions) return std::nullopt;
  const auto stored = json::Document::parse(*integration.allowed_actions);
  return stored ? json::texts_of(stored->root()) : std::vector<std::string>();
}

View integration_view(const IntegrationRow& row, const Language& language) {
  const store::Integration& integration = row.integration;
  const Manifest* manifest = manifest_of(row.connector);
  const std::string provider = provider_called(manifest, integration.connector_id, language);
  const auto* method =
      manifest != nullptr ? manifest->find_auth_method(integration.auth_method) : nullptr;
  const bool waits_for_setup =
      method != nullptr && !method->setup_fields.empty() && integration.sealed_setup.empty();
  View view;
  view.view("logo", logo_view(manifest, provider))
      .text("id", integration.id)
      .text("name", integration.name)
      .text("provider", provider)
      .flag("is_default", integration.is_default)
      .flag("active", integration.active)
      .flag("connector_there", manifest != nullptr)
      .flag("waits_for_setup", waits_for_setup)
      .view("status",
            !integration.active
                ? View().text("code", "inactive").text("label", language.text("integration.off"))
            : waits_for_setup
                ? View().text("code", "warn").text("label", language.text("integration.not_set_up"))
                : View().text("code", "active").text("label", language.text("integration.on")));
  if (manifest != nullptr) {
    const auto chosen = chosen_actions(integration);
    view.text("actions_text", chosen ? language.count("integration.actions_count",
                                                      static_cast<std::int64_t>(chosen->size()))
                                     : language.text("integration.all_reads"));
  }
  return view;
}

View action_choices(const Manifest& manifest, const ChosenActions& chosen,
                    const Language& language) {
  std::vector<const manifest::Action*> actions;
  for (const auto& action : manifest.actions) actions.push_back(&action);
  std::vector<View> groups;
  for (const auto& part : grouped_actions(manifest, actions, language)) {
    std::vector<View> choices;
    for (const auto* action : part.actions)
      choices.push_back(choice(action->id, plain(manifest, language, action->label),
                               help_of(manifest, *action, language), kind_of(*action),
                               is_ticked(chosen, action->id, action->read_only), language));
    groups.push_back(group(part.title, std::move(choices)));
  }
  groups.push_back(requests_of_ones_own(chosen, language));
  return View()
      .flag("all_reads", !chosen)
      .flag("these", chosen.has_value())
      .list("groups", std::move(groups));
}

std::vector<View> boxes_to_tick(const Manifest& manifest, const ChosenActions& chosen,
                                const Language& language) {
  return permission_boxes(manifest, language,
                          manifest.needed_permissions(ids_of(manifest, chosen)));
}

std::string fields_to_fill(const Manifest& manifest, const store::Integration& integration,
                           const Language& language) {
  const auto* method = manifest.find_auth_method(integration.auth_method);
  if (method == nullptr) return {};
  const auto fields = accounts::needed_fields(
      manifest, *method, accounts::allowed_actions(manifest, integration.allowed_actions));
  if (fields.empty()) return {};
  return language.text("connect.needed_fields",
                       {{"fields", field_names(manifest, language, fields)}});
}

View setup_view(const Manifest& manifest, const store::Integration& integration,
                const FormState& form, const Language& language) {
  View view;
  const auto* method = manifest.find_auth_method(integration.auth_method);
  if (method == nullptr) return view;
  view.flag("has_environments", method->environments.size() > 1)
      .list("environments",
            environment_options(manifest, *method, integration.environment, language))
      .flag("has_setup", !method->setup_fields.empty())
      .flag("is_set_up", !integration.sealed_setup.empty())
      .flag("needs_redirect", !method->sign_in_hosts.empty());
  if (!method->setup_fields.empty())
    view.view("form", form_view(manifest, method->setup_fields, form, language));
  if (!method->setup_guide.empty())
    view.flag("has_guide", true)
        .view("guide", guide_view(manifest, method->setup_guide, {}, language));
  return view;
}

}  // namespace patchbay::web
