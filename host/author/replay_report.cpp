#include "author/replay_report.h"

#include <algorithm>

#include "connector/flow_action_json.h"

namespace patchbay::author {
namespace {

constexpr std::size_t kLongestShown = 200;

std::string shown(const std::string& text) {
  return text.size() <= kLongestShown ? text : text.substr(0, kLongestShown) + " ...";
}

}  // namespace

std::size_t ReplayReport::differing() const {
  return static_cast<std::size_t>(std::ranges::count_if(
      steps, [](const ReplayStep& step) { return !step.differences.empty(); }));
}

ReplayReport report_on(const connector::RecordedFlow& recorded,
                       const std::vector<std::string>& now) {
  ReplayReport report;
  for (std::size_t i = 0; i < recorded.steps.size(); ++i) {
    auto& step = report.steps.emplace_back();
    step.event = connector::event_name(recorded.steps[i].event.kind);
    if (i < now.size()) {
      step.differences = connector::compare_actions(recorded.steps[i].action, now[i]);
    } else {
      step.differences = {{"", recorded.steps[i].action, "(the flow had ended before)"}};
    }
  }
  return report;
}

std::string to_text(const ReplayReport& report) {
  std::string text;
  for (std::size_t i = 0; i < report.steps.size(); ++i) {
    const auto& step = report.steps[i];
    text += "step " + std::to_string(i) + ", " + step.event +
            (step.differences.empty() ? ": as recorded\n" : ": differs\n");
    for (const auto& difference : step.differences)
      text += "    " + (difference.pointer.empty() ? "the action" : difference.pointer) +
              "\n      recorded: " + shown(difference.recorded) +
              "\n      now:      " + shown(difference.now) + "\n";
  }
  return text;
}

void write(json::Writer& out, const ReplayReport& report) {
  out.begin_array();
  for (const auto& step : report.steps) {
    out.begin_object()
        .member("event", step.event)
        .member("as_recorded", step.differences.empty())
        .key("differences")
        .begin_array();
    for (const auto& difference : step.differences)
      out.begin_object()
          .member("pointer", difference.pointer)
          .member("recorded", difference.recorded)
          .member("now", difference.now)
          .end_object();
    out.end_array().end_object();
  }
  out.end_array();
}

}  // namespace patchbay::author
