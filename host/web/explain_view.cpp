#include "web/explain_view.h"

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "explain/told.h"
#include "web/account_view.h"

namespace patchbay::web {
namespace {

// Where a step is taken, if that is on a page.
struct Place {
  std::string_view step;
  std::string_view address;
  bool of_account;  // the address goes on from the account's
  std::string_view text_id;
};
constexpr std::array<Place, 10> kPlaces = {{
    {"resume", "", true, "explain.to_account"},
    {"refresh", "", true, "explain.to_account"},
    {"send_reconnect", "", true, "explain.to_account"},
    {"look_at_requests", "/requests", true, "explain.to_requests"},
    {"switch_integration_on", "/app/integrations", false, "explain.to_integrations"},
    {"bring_connector_back", "/app/connectors", false, "explain.to_connectors"},
    {"approve_connector", "/app/connectors", false, "explain.to_connectors"},
    {"mend_connector", "/app/connectors", false, "explain.to_connectors"},
    {"read_connector_failure", "/app/connectors", false, "explain.to_connectors"},
    {"start_connector", "/app/connectors", false, "explain.to_connectors"},
}};

View step_view(const explain::ToldStep& step, const explain::Explanation& explanation,
               const Language& language) {
  View view;
  std::string address;
  std::string_view text_id;
  for (const Place& place : kPlaces) {
    if (place.step != step.id) continue;
    if (place.of_account) address = "/app/accounts/" + explanation.account_id;
    address += place.address;
    text_id = place.text_id;
  }
  view.text("who", step.who)
      .text("what", step.text)
      .text("address", address)
      .text("address_text", text_id.empty() ? std::string() : language.text(text_id))
      .view("at", time_view(step.at, explanation.made_at, language));
  return view;
}

bool is_told_on_top(const explain::Explanation& explanation) {
  using explain::Finding;
  if (explanation.status != store::AccountStatus::kActive) return false;
  switch (explanation.finding) {
    case Finding::kConnectorQuarantined:
    case Finding::kConnectorRestarting:
    case Finding::kKeyMissing:
    case Finding::kProviderDown:
    case Finding::kRateLimited:
    case Finding::kProviderOdd:
    case Finding::kSetupWrong:
    case Finding::kConnectorFailed:
    case Finding::kRefreshFails:
    case Finding::kTokenEnded:
      return true;
    default:
      return false;
  }
}

}  // namespace

void put_trouble(View& view, const explain::Explanation& explanation, const Language& language) {
  const bool is_told = is_told_on_top(explanation);
  const auto told = is_told ? explain::tell(explanation, language.tag()) : explain::Told();
  view.flag("in_trouble", is_told)
      .flag("trouble_waits", explanation.urgency == explain::Urgency::kWaits)
      .text("trouble", told.headline)
      .text("trouble_meanwhile", told.meanwhile);
}

void put_explanation(View& view, const explain::Explanation& explanation,
                     const Language& language) {
  const auto told = explain::tell(explanation, language.tag());
  const std::int64_t now = explanation.made_at;
  std::vector<View> steps;
  steps.reserve(told.steps.size());
  for (const auto& step : told.steps) steps.push_back(step_view(step, explanation, language));
  std::vector<View> moments;
  moments.reserve(told.timeline.size());
  for (const auto& moment : told.timeline)
    moments.push_back(View()
                          .flag("bad", moment.bad)
                          .text("what", moment.text)
                          .text("detail", moment.detail)
                          .view("when", time_view(moment.at, now, language)));
  std::vector<View> also;
  also.reserve(told.also.size());
  for (const auto& headline : told.also) also.push_back(View().text("headline", headline));
  using explain::Urgency;
  view.flag("must_act", explanation.urgency == Urgency::kAct)
      .flag("waits", explanation.urgency == Urgency::kWaits)
      .flag("in_order", explanation.urgency == Urgency::kNone)
      .text("headline", told.headline)
      .text("cause", told.cause)
      .text("meanwhile", told.meanwhile)
      .text("code", explanation.code)
      .text("said", explanation.said)
      .text("provider_said", told.provider.empty() ? "" : explanation.provider_said)
      .text("provider_said_title",
            language.text("explain.provider_said", {{"provider", told.provider}}))
      .flag("has_said", !explanation.said.empty() || !explanation.provider_said.empty())
      .text("failed_tries",
            explanation.failed_tries > 0 ? std::to_string(explanation.failed_tries) : "")
      .text("revocations",
            explanation.revocations > 0 ? std::to_string(explanation.revocations) : "")
      .view("since", time_view(explanation.since, now, language))
      .view("held_until", time_view(explanation.serves_until, now, language))
      .view("last_refresh", time_view(explanation.last_refresh, now, language))
      .view("last_try", time_view(explanation.last_try, now, language))
      .view("next_try", time_view(explanation.next_try, now, language))
      .flag("has_also", !also.empty())
      .list("also", std::move(also))
      .flag("has_steps", !steps.empty())
      .list("steps", std::move(steps))
      .flag("has_timeline", !moments.empty())
      .list("timeline", std::move(moments))
      .text("ticket", explain::as_text(explanation, language.tag()));
}

}  // namespace patchbay::web
