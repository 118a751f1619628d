#include "embed/component_form.h"

#include <algorithm>

#include "accounts/credentials.h"
#include "manifest/rich_text.h"
#include "web/manifest_text.h"

namespace patchbay::embed {
namespace {

using manifest::AuthMethod;
using manifest::Field;
using manifest::FieldType;
using manifest::GrantType;
using manifest::Manifest;

bool is_secret(const Field& field) {
  return field.secret || field.type == FieldType::kPassword;
}

std::string_view type_of(const Field& field) {
  if (is_secret(field)) return "password";
  switch (field.type) {
    case FieldType::kSelect:
      return "select";
    case FieldType::kTextArea:
      return "text_area";
    case FieldType::kText:
    case FieldType::kPassword:
      break;
  }
  return "text";
}

// The component makes a JavaScript expression of it. What RE2 alone understands stays with us.
bool is_portable(std::string_view pattern) {
  for (std::size_t at = pattern.find("(?"); at != std::string_view::npos;
       at = pattern.find("(?", at + 2))
    if (at + 2 >= pattern.size() || pattern[at + 2] != ':') return false;
  constexpr std::string_view kRe2Only = "AzCQEpPa";
  for (std::size_t at = pattern.find('\\'); at != std::string_view::npos && at + 1 < pattern.size();
       at = pattern.find('\\', at + 2))
    if (kRe2Only.find(pattern[at + 1]) != std::string_view::npos) return false;
  return pattern.find("[[:") == std::string_view::npos;
}

void write_text(json::Writer& out, const char* name, const std::string& text) {
  if (!text.empty()) out.member(name, text);
}

void write_field(json::Writer& out, const Manifest& manifest, const Field& field,
                 const web::Language& language) {
  out.begin_object()
      .member("key", field.id)
      .member("label", web::plain(manifest, language, field.label))
      .member("type", std::string(type_of(field)))
      // The component can't hide a field that depends on another one: it is not demanded there.
      .member("required", field.required && !field.visible_when)
      .member("secret", is_secret(field))
      .member("readOnly", false)
      .member("display", true);
  write_text(out, "placeholder", web::plain(manifest, language, field.placeholder));
  write_text(out, "description", web::plain(manifest, language, field.description));
  write_text(out, "tooltip", web::plain(manifest, language, field.tooltip));
  // Never null: that crashes the component.
  if (!is_secret(field) && field.default_value) out.member("value", *field.default_value);
  if (!field.pattern.empty() && is_portable(field.pattern)) {
    out.key("validation").begin_object().member("type", "html-pattern");
    out.member("pattern", "^(?:" + field.pattern + ")$");
    out.member("error",
               field.pattern_error.empty()
                   ? language.text("field.wrong_shape",
                                   {{"field", web::plain(manifest, language, field.label)}})
                   : web::plain(manifest, language, field.pattern_error));
    out.end_object();
  }
  if (field.type == FieldType::kSelect) {
    out.key("options").begin_array();
    for (const auto& option : field.options)
      out.begin_object()
          .member("value", option.value)
          .member("label", web::plain(manifest, language, option.label))
          .end_object();
    out.end_array();
  }
  out.end_object();
}

std::string category(const Manifest& manifest) {
  return manifest.categories.empty() ? "other" : manifest.categories.front();
}

void write_logo(json::Writer& out, const char* name, const Manifest& manifest) {
  if (!manifest.logo.bytes.empty()) out.member(name, manifest.logo.data_uri());
}

}  // namespace

bool needs_window(const AuthMethod& method) {
  return method.grant_type == GrantType::kAuthorizationCode;
}

bool is_offered(const AuthMethod& method) {
  return !needs_window(method) || std::ranges::none_of(method.fields, [](const Field& field) {
    return is_secret(field) && field.required;
  });
}

void write_entry(json::Writer& out, const store::Integration& integration,
                 const connector::Connector& connector, const web::Language& language) {
  const Manifest& manifest = *connector.manifest;
  out.begin_object()
      .member("active", integration.active)
      .member("name", web::provider_name(manifest, language))
      .member("provider", connector.id)
      .member("type", category(manifest))
      .member("version", manifest.version)
      .member("authentication_config_key", integration.auth_method)
      .member("environment", integration.environment)
      .member("integration_id", integration.id);
  write_logo(out, "logo_url", manifest);
  out.end_object();
}

void write_form(json::Writer& out, const connector::Connector& connector, const AuthMethod& method,
                const web::Language& language) {
  const Manifest& manifest = *connector.manifest;
  out.begin_object().key("config").begin_object();
  out.member("key", connector.id).member("name", web::provider_name(manifest, language));
  // To the component "custom" is a form that is posted; so are client credentials.
  const bool client_credentials = method.grant_type == GrantType::kClientCredentials;
  const bool window = needs_window(method);
  out.member("type", client_credentials || window ? "oauth2" : "custom");
  if (client_credentials) out.member("grantType", "client_credentials");
  if (window) out.member("grantType", "authorization_code");
  out.key("assets").begin_object();
  write_logo(out, "icon", manifest);
  out.end_object();
  if (!manifest.documentation.empty())
    out.key("support").begin_object().member("link", manifest.documentation).end_object();
  out.key("configFields").begin_array();
  for (const auto& field : method.fields)
    if (!window || !is_secret(field)) write_field(out, manifest, field, language);
  out.end_array().key("configNotices").begin_array();
  if (!method.guide.warning.empty())
    out.begin_object()
        .member("key", "guide-warning")
        .member("type", "warning")
        .member("description", web::plain(manifest, language, method.guide.warning))
        .member("position", "top")
        .end_object();
  out.end_array().end_object();
  out.key("hub_settings").begin_object();
  out.key("configured_webhook_events").begin_array().end_array();
  out.key("project_settings").begin_object().end_object();
  out.end_object().end_object();
}

void write_account(json::Writer& out, const store::Account& account,
                   const store::Integration& integration, const connector::Connector& connector,
                   const std::vector<std::string>& stored) {
  out.begin_object()
      .member("secureId", account.id)
      .member("provider", account.connector_id)
      .member("integrationId", integration.id)
      .member("version", connector.manifest->version)
      .member("authConfigKey", integration.auth_method)
      .member("environment", integration.environment);
  out.key("setupInformation").begin_object();
  for (const auto& field : accounts::fields_from_json(account.fields))
    out.member(field.name, field.value);
  out.end_object().key("secrets").begin_object();
  const auto* method = connector.manifest->find_auth_method(integration.auth_method);
  for (const auto& name : stored) {
    const auto* field = method != nullptr ? method->find_field(name) : nullptr;
    if (field != nullptr && is_secret(*field)) out.member(name, std::string(kMask));
  }
  out.end_object().end_object();
}

}  // namespace patchbay::embed
