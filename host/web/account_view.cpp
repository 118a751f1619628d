#include "web/account_view.h"

#include <algorithm>

#include "base/json.h"
#include "web/connector_view.h"
#include "web/health_picture.h"
#include "web/manifest_text.h"
#include "web/permission_view.h"
#include "web/search_text.h"

namespace patchbay::web {
namespace {

std::string reason_words(std::string_view code, const Language& language) {
  if (code.empty() || code == "suspended") return {};  // the status itself says so
  const std::string id = "reason." + std::string(code);
  return own_texts().has(id) ? language.text(id) : std::string(code);
}

View status_view(const store::Account& account, const Language& language) {
  const std::string status(to_string(account.status));
  return View()
      .text("code", status)
      .text("label", language.text("status." + status))
      .text("reason", reason_words(account.reason_code, language))
      .text("reason_text", account.reason_text);
}

View event_view(const store::Event& event, std::int64_t now_ms, const Language& language) {
  const std::string id = "event." + event.kind.substr(event.kind.find('.') + 1);
  std::string reason;
  if (const auto payload = json::Document::parse(event.payload)) {
    reason = payload->root().get("reason").string_or("");
  }
  return View()
      .text("label", own_texts().has(id) ? language.text(id) : event.kind)
      .text("reason", reason_words(reason, language))
      .view("when", time_view(event.created, now_ms, language));
}

std::string stored_field(const json::Value& fields, const std::string& id) {
  return fields.get(id).string_or("");
}

std::vector<View> field_views(const accounts::AccountDetail& detail, const Language& language) {
  std::vector<View> views;
  const auto* method =
      detail.connector ? detail.connector->manifest->find_auth_method(detail.account.auth_method)
                       : nullptr;
  if (method == nullptr) return views;
  const auto& manifest = *detail.connector->manifest;
  const auto stored = json::Document::parse(detail.account.fields);
  for (const auto& field : method->fields) {
    const bool secret = field.secret || field.type == manifest::FieldType::kPassword;
    std::string value = secret || !stored ? std::string() : stored_field(stored->root(), field.id);
    // Of those that may be left empty and count, it is known whether they were.
    const auto line = std::ranges::find(detail.fields, &field, &accounts::FieldLine::field);
    const bool is_filled = line == detail.fields.end() || line->filled;
    for (const auto& option : field.options) {
      if (option.value == value) value = plain(manifest, language, option.label);
    }
    views.push_back(View()
                        .text("label", plain(manifest, language, field.label))
                        .flag("secret", secret && is_filled)
                        .text("value", value));
  }
  return views;
}

std::vector<View> fact_views(const accounts::AccountDetail& detail, const Language& language) {
  std::vector<View> views;
  const auto stored = json::Document::parse(detail.account.facts);
  if (!stored || !detail.connector) return views;
  for (const auto& fact : detail.connector->manifest->facts) {
    std::string value;
    for (std::size_t i = 0; i < stored->root().size(); ++i) {
      const json::Value told = stored->root().at(i);
      if (told.get("id").string_or("") == fact.id) value = told.get("value").string_or("");
    }
    if (value.empty()) continue;
    views.push_back(View()
                        .text("label", plain(*detail.connector->manifest, language, fact.label))
                        .text("value", value));
  }
  return views;
}

bool has_probes(const manifest::Manifest& manifest) {
  return std::ranges::any_of(manifest.all_permissions(), [&](const auto& ref) {
    return manifest.find_permission(ref.id)->side(ref.access).probe.has_value();
  });
}

}  // namespace

std::int64_t first_expiry(const std::vector<accounts::TokenInfo>& tokens) {
  std::int64_t first = 0;
  for (const auto& token : tokens) {
    if (token.expires != 0 && (first == 0 || token.expires < first)) first = token.expires;
  }
  return first;
}

View time_view(std::int64_t unix_ms, std::int64_t now_ms, const Language& language) {
  if (unix_ms <= 0) return View().text("iso", "").text("text", "").text("relative", "");
  return View()
      .text("iso", iso_time(unix_ms))
      .text("text", language.date_time(unix_ms))
      .text("relative", language.relative(unix_ms, now_ms));
}

View account_row(const AccountRow& row, std::int64_t now_ms, const Language& language) {
  const auto* manifest = manifest_of(row.connector);
  const std::string provider = provider_called(manifest, row.account.connector_id, language);
  const auto needed = std::ranges::count(row.permissions, true, &accounts::PermissionLine::needed);
  const auto missing = std::ranges::count_if(row.permissions, [](const auto& line) {
    return line.needed && line.granted == manifest::Granted::kNo;
  });
  return View()
      .text("id", row.account.id)
      .text("provider", provider)
      .view("logo", logo_view(manifest, provider))
      .text("owner_name", row.account.owner_name)
      .text("owner_id", row.account.owner_id)
      .text("label", row.account.label)
      .view("status", status_view(row.account, language))
      .flag("granted_known", manifest != nullptr)
      .text("granted", std::to_string(granted_count(row.permissions)))
      .text("offered", std::to_string(row.permissions.size()))
      .text("needed", std::to_string(needed))
      .text("missing", missing > 0 ? language.count("accounts.missing", missing) : "")
      .flag("expired", row.expires != 0 && row.expires <= now_ms)
      .view("expires", time_view(row.expires, now_ms, language))
      .view("linked", time_view(row.account.created, now_ms, language))
      .view("used", time_view(row.account.last_used, now_ms, language))
      .text("search", account_search_text(row, language));
}

std::string account_search_text(const AccountRow& row, const Language& language) {
  return search_text(
      row.account.owner_name + ' ' + row.account.owner_id + ' ' + row.account.label + ' ' +
      row.account.username + ' ' + row.account.id + ' ' + row.account.connector_id + ' ' +
      provider_called(manifest_of(row.connector), row.account.connector_id, language) + ' ' +
      language.text("status." + std::string(to_string(row.account.status))));
}

View account_head(const store::Account& account, const manifest::Manifest* manifest,
                  const Language& language) {
  const std::string provider = provider_called(manifest, account.connector_id, language);
  return View()
      .text("id", account.id)
      .text("provider", provider)
      .view("logo", logo_view(manifest, provider))
      .text("owner_name", account.owner_name)
      .view("status", status_view(account, language));
}

View account_page(const accounts::AccountDetail& detail, std::int64_t now_ms,
                  const Language& language) {
  const store::Account& account = detail.account;
  const auto* manifest = manifest_of(detail.connector);
  const std::string provider = provider_called(manifest, account.connector_id, language);

  std::vector<View> tokens;
  tokens.reserve(detail.tokens.size());
  for (const auto& token : detail.tokens) {
    tokens.push_back(View()
                         .text("name", token.name)
                         .view("minted", time_view(token.minted, now_ms, language))
                         .flag("expired", token.expires != 0 && token.expires <= now_ms)
                         .view("expires", time_view(token.expires, now_ms, language)));
  }
  std::vector<View> events;
  events.reserve(detail.history.size());
  for (const auto& event : detail.history) events.push_back(event_view(event, now_ms, language));
  auto fields = field_views(detail, language);
  for (View& fact : fact_views(detail, language)) fields.push_back(std::move(fact));

  std::vector<manifest::PermissionRef> missing;
  for (const auto& line : detail.permissions) {
    if (line.needed && line.granted == manifest::Granted::kNo) missing.push_back(line.permission);
  }
  accounts::FieldPtrs empty_fields;
  for (const auto& line : detail.fields) {
    if (line.needed && !line.filled) empty_fields.push_back(line.field);
  }
  const bool suspended = account.status == store::AccountStatus::kInactive;
  View view = account_head(account, manifest, language);
  view.flag("at_overview", true)
      .view("health", health_picture(detail, now_ms, language))
      .text("owner_id", account.owner_id)
      .text("username", account.username)
      .text("label", account.label)
      .flag("suspended", suspended)
      .flag("active", account.status == store::AccountStatus::kActive)
      .flag("in_error", account.status == store::AccountStatus::kError)
      .flag("connector_there", manifest != nullptr)
      .text("connector_version", account.connector_version)
      .text("missing_intro", language.text("account.missing_intro", {{"provider", provider}}))
      .flag("has_missing", !missing.empty())
      .list("missing", manifest != nullptr ? permission_boxes(*manifest, language, missing)
                                           : std::vector<View>())
      .flag("has_empty_fields", !empty_fields.empty())
      .text("empty_fields",
            empty_fields.empty()
                ? ""
                : language.text("account.empty_fields",
                                {{"fields", field_names(*manifest, language, empty_fields)}}))
      .flag("can_check", manifest != nullptr && !suspended && has_probes(*manifest))
      .view("checked",
            time_view(accounts::granted_from_json(account.granted, account.granted_known).checked,
                      now_ms, language))
      .flag("scopes_unknown", manifest != nullptr && !account.granted_known)
      .text("scopes_unknown_text",
            language.text("account.scopes_unknown", {{"provider", provider}}))
      .text("granted", std::to_string(granted_count(detail.permissions)))
      .text("offered", std::to_string(detail.permissions.size()))
      .flag("has_permissions", manifest != nullptr && !manifest->permissions.empty())
      .list("permissions", manifest != nullptr
                               ? permission_table(*manifest, language, detail.permissions)
                               : std::vector<View>())
      .flag("has_tokens", !tokens.empty())
      .list("tokens", std::move(tokens))
      .flag("has_fields", !fields.empty())
      .list("fields", std::move(fields))
      .flag("has_events", !events.empty())
      .list("events", std::move(events))
      .view("linked", time_view(account.created, now_ms, language))
      .view("changed", time_view(account.status_changed, now_ms, language))
      .view("used", time_view(account.last_used, now_ms, language))
      .view("next_refresh", time_view(account.next_refresh, now_ms, language));
  return view;
}

void put_kept_flows(View& view, const std::vector<store::Flow>& own,
                    const std::vector<store::Flow>& others, std::int64_t now_ms,
                    const Language& language) {
  const auto views_of = [&](const std::vector<store::Flow>& flows) {
    std::vector<View> views;
    views.reserve(flows.size());
    for (const auto& flow : flows)
      views.push_back(
          View().text("flow_id", flow.id).view("when", time_view(flow.created, now_ms, language)));
    return views;
  };
  view.flag("has_flows", !own.empty())
      .list("flows", views_of(own))
      .flag("has_other_flows", !others.empty())
      .list("other_flows", views_of(others));
}

}  // namespace patchbay::web
