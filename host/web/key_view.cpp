#include "web/key_view.h"

#include "web/account_view.h"

namespace patchbay::web {
namespace {

constexpr std::int64_t kHourMs = 3'600'000;

std::string scope_text(api::Scope scope, std::string_view part, const Language& language) {
  return language.text("keys.scope." + std::string(to_string(scope)) + "." + std::string(part));
}

View state_view(const store::ApiKey& key, std::int64_t now_ms, const Language& language) {
  if (key.revoked == 0)
    return View().text("code", "active").text("label", language.text("keys.state_valid"));
  if (is_over(key, now_ms))
    return View().text("code", "inactive").text("label", language.text("keys.state_over"));
  return View()
      .text("code", "warn")
      .text("label",
            language.text("keys.state_ends", {{"when", language.relative(key.revoked, now_ms)}}));
}

}  // namespace

View key_view(const store::ApiKey& key, std::int64_t now_ms, const Language& language) {
  std::vector<View> scopes;
  const auto granted = api::Scopes::from_stored(key.scopes);
  for (const api::Scope scope : api::kAllScopes) {
    if (!granted.has(scope)) continue;
    scopes.push_back(
        View()
            .text("label", scope_text(scope, "name", language))
            .text("help", scope_text(scope, "help", language))
            .flag("strong", scope == api::Scope::kTokens || scope == api::Scope::kAdmin));
  }
  return View()
      .text("id", key.id)
      .text("name", key.name)
      .text("prefix", "pb_" + key.prefix)
      .list("scopes", std::move(scopes))
      .view("status", state_view(key, now_ms, language))
      .flag("over", is_over(key, now_ms))
      .flag("may_rotate", key.revoked == 0)
      .view("created", time_view(key.created, now_ms, language))
      .view("used", time_view(key.last_used, now_ms, language));
}

View scope_choices(const api::Scopes& chosen, const Language& language) {
  std::vector<View> choices;
  choices.reserve(api::kAllScopes.size());
  for (const api::Scope scope : api::kAllScopes)
    choices.push_back(View()
                          .text("value", to_string(scope))
                          .text("label", scope_text(scope, "name", language))
                          .text("help", scope_text(scope, "help", language))
                          .flag("chosen", chosen.has(scope)));
  return View().text("field", "scope").list("choices", std::move(choices));
}

std::vector<View> overlap_choices(std::int64_t selected_h, const Language& language) {
  std::vector<View> choices;
  for (const std::int64_t hours : kOverlapHours)
    choices.push_back(View()
                          .text("value", std::to_string(hours))
                          .text("label", hours == 0 ? language.text("keys.overlap_none")
                                                    : language.duration(hours * kHourMs))
                          .flag("selected", hours == selected_h));
  return choices;
}

}  // namespace patchbay::web
