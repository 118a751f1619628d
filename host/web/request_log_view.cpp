#include "web/request_log_view.h"

#include "web/account_view.h"
#include "web/json_text.h"
#include "web/manifest_text.h"

namespace patchbay::web {
namespace {

constexpr std::size_t kMostBodyBytes = std::size_t{64} << 10U;

std::string action_label(const store::RequestLog& log, const manifest::Manifest* manifest,
                         const Language& language) {
  if (log.action_id.empty()) return language.text("requests.of_ones_own");
  const auto* action = manifest != nullptr ? manifest->find_action(log.action_id) : nullptr;
  return action != nullptr ? plain(*manifest, language, action->label) : log.action_id;
}

// The HTTP status as a dot and a number; no number: there was no answer.
View outcome_view(std::int64_t status, bool succeeded, const Language& language) {
  return View()
      .text("code", succeeded ? "good" : "bad")
      .text("label", status > 0 ? std::to_string(status) : language.text("requests.no_answer"));
}

std::string took(std::int64_t duration_ms, const Language& language) {
  return language.text("requests.milliseconds", {{"number", std::to_string(duration_ms)}});
}

// Nothing where no body is kept, or none that is JSON.
void put_bodies(View& view, const json::Value& bodies) {
  for (const std::string_view which : {"request", "response"}) {
    const json::Value body = bodies.get(which);
    const bool kept = body.exists() && !body.is_null();
    view.text(std::string(which) + "_body",
              kept ? indented_json(body, kMostBodyBytes).text : std::string());
  }
}

View step_view(const store::StepLog& step, const json::Value& bodies, const Language& language) {
  View view;
  view.text("number", std::to_string(step.number))
      .text("method", step.method)
      .text("url", "https://" + step.host + step.path)
      .view("status", outcome_view(step.status, step.succeeded(), language))
      .text("error", step.error)
      .text("took", took(step.duration_ms, language));
  put_bodies(view, bodies);
  return view;
}

}  // namespace

View logged_request_view(const store::RequestLog& log, const manifest::Manifest* manifest,
                         std::int64_t now_ms, const Language& language) {
  return View()
      .text("log_id", log.id)
      .text("request_id", log.request_id)
      .text("action", action_label(log, manifest, language))
      .text("action_id", log.action_id)
      .view("status", outcome_view(log.status, log.succeeded(), language))
      .text("error", log.error)
      .text("came_by", own_texts().has("requests.source_" + log.source)
                           ? language.text("requests.source_" + log.source)
                           : log.source)
      .view("when", time_view(log.started, now_ms, language))
      .text("took", took(log.duration_ms, language));
}

void put_logged_request(View& view, const store::RequestLog& log,
                        const manifest::Manifest* manifest, const json::Value& bodies,
                        std::int64_t now_ms, const Language& language) {
  View logged = logged_request_view(log, manifest, now_ms, language);
  logged.text("method", log.method)
      .text("path", log.path)
      .text("key_id", log.api_key_id)
      .text("address", log.source_ip);
  put_bodies(logged, bodies);
  std::vector<View> steps;
  for (const auto& step : log.steps)
    steps.push_back(step_view(
        step, bodies.get("steps").at(static_cast<std::size_t>(step.number - 1)), language));
  view.view("logged", std::move(logged))
      .flag("bodies_kept", bodies.size() > 0)
      .flag("has_steps", !steps.empty())
      .list("steps", std::move(steps));
}

std::vector<View> logged_action_options(const manifest::Manifest* manifest,
                                        std::string_view selected, const Language& language) {
  std::vector<View> options;
  if (manifest == nullptr) return options;
  for (const auto& action : manifest->actions)
    options.push_back(View()
                          .text("value", action.id)
                          .text("label", plain(*manifest, language, action.label))
                          .flag("selected", action.id == selected));
  return options;
}

}  // namespace patchbay::web
