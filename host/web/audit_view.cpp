#include "web/audit_view.h"

#include <algorithm>

#include "base/encoding.h"
#include "base/iso_time.h"
#include "web/account_view.h"

namespace patchbay::web {
namespace {

constexpr std::size_t kMostSubjectBytes = 200;
constexpr std::size_t kMostFilesShown = 20;
constexpr std::string_view kGroups[] = {
    "access_token", "account", "action",          "proxy", "api_key", "operator", "connector",
    "integration",  "webhook", "inbound_url",     "flow",  "owner",   "token",    "key",
    "data_key",     "project", "connect_session", "audit"};

// Whole characters of it.
std::string beginning_of(const std::string& text) {
  if (text.size() <= kMostSubjectBytes) return text;
  std::size_t end = kMostSubjectBytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return text.substr(0, end) + "…";
}

std::string what_happened(const audit::AuditEvent& event, const Language& language) {
  std::string name = event.kind;
  std::ranges::replace(name, '.', '_');
  const std::string id = "audit.kind." + name;
  return own_texts().has(id) ? language.text(id) : event.kind;
}

// Who, as the log names them: "operator", "pinned_hash", "command line (name)", "Ada (admin)".
std::string who_it_was(const std::string& actor, const Language& language) {
  const std::string prefix = "audit.actor.";
  for (const std::string_view beginning : {"command line", "session"}) {
    if (actor.starts_with(std::string(beginning) + " "))
      return language.text(prefix + (beginning == "session" ? "session" : "command_line")) +
             actor.substr(beginning.size());
  }
  std::string name = actor;
  std::ranges::replace(name, ' ', '_');
  return own_texts().has(prefix + name) ? language.text(prefix + name) : actor;
}

// A recorded time, or the text itself where it is none.
View when_view(const std::string& time, std::int64_t now_ms, const Language& language) {
  const auto unix_ms = parse_iso_time(time);
  if (unix_ms) return time_view(*unix_ms, now_ms, language);
  return View().text("iso", "").text("text", time).text("relative", time);
}

View file_view(const audit::FileReport& file, const Language& language) {
  const bool bad = is_tampering(file.state);
  return View()
      .text("file", file.file)
      .view("status",
            View()
                .text("code", bad ? "bad" : "warn")
                .text("label", language.text("audit.state_" + std::string(to_string(file.state)))))
      .text("detail", file.detail);
}

}  // namespace

View audit_event_view(const audit::FoundEvent& found, std::int64_t now_ms,
                      const Language& language) {
  const auto& event = found.event;
  return View()
      .text("what", what_happened(event, language))
      .text("kind", event.kind)
      .text("kind_link", "?kind=" + percent_encode(event.kind))
      .text("subject", beginning_of(event.subject))
      .text("connector", event.connector_id)
      .text("account", event.account_id)
      .text("actor", beginning_of(who_it_was(event.actor, language)))
      .text("key", event.actor.empty() ? event.key_id : "")
      .flag("by_itself", event.actor.empty() && event.key_id.empty())
      .text("peer", event.peer)
      .text("request", event.request_id)
      .view("when", when_view(found.time, now_ms, language));
}

std::vector<View> kind_choices(std::string_view selected, const Language& language) {
  std::vector<View> choices;
  choices.reserve(std::size(kGroups) + 1);
  bool is_group = selected.empty();
  for (const std::string_view group : kGroups) {
    const std::string value = std::string(group) + ".";
    is_group = is_group || value == selected;
    choices.push_back(View()
                          .text("value", value)
                          .text("label", language.text("audit.group." + std::string(group)))
                          .flag("selected", value == selected));
  }
  if (!is_group)
    choices.push_back(View()
                          .text("value", selected)
                          .text("label", what_happened({.kind = std::string(selected)}, language))
                          .flag("selected", true));
  return choices;
}

void put_verification(View& view, const audit::AuditReader::Verification& verification,
                      std::int64_t now_ms, const Language& language) {
  view.flag("verifying", verification.under_way)
      .flag("verified", verification.outcome.has_value())
      .view("verified_when", time_view(verification.ended, now_ms, language));
  std::vector<View> files;
  std::string headline;
  std::string code = "good";
  std::string counts;
  std::size_t more = 0;
  if (verification.outcome && !*verification.outcome) {
    code = "bad";
    headline = language.text("audit.not_verified");
    counts = verification.outcome->error().message;
  } else if (verification.outcome) {
    const auto& report = **verification.outcome;
    code = report.is_tampered() ? "bad" : report.is_uncertain() ? "warn" : "good";
    headline = language.text("audit.verified_" + code);
    counts = language.text(
        "audit.counted",
        {{"files", language.count("audit.files", static_cast<std::int64_t>(report.files.size()))},
         {"events", language.count("audit.events", report.lines)}});
    for (const bool worst : {true, false}) {
      for (const auto& file : report.files) {
        if (file.state == audit::FileState::kWhole || is_tampering(file.state) != worst) continue;
        if (files.size() < kMostFilesShown) {
          files.push_back(file_view(file, language));
        } else {
          ++more;
        }
      }
    }
  }
  view.text("verified_headline", headline)
      .flag("verified_good", code == "good")
      .flag("verified_bad", code == "bad")
      .text("verified_counts", counts)
      .flag("has_odd_files", !files.empty())
      .list("odd_files", std::move(files))
      .text("more_files",
            more == 0 ? "" : language.count("audit.more_files", static_cast<std::int64_t>(more)));
}

std::string verification_state(const audit::AuditReader::Verification& verification) {
  return (verification.under_way ? "at-work-" : "done-") + std::to_string(verification.count);
}

}  // namespace patchbay::web
