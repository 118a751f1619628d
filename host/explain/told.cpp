#include "explain/told.h"

#include <algorithm>

#include "base/iso_time.h"
#include "base/optional_members.h"
#include "explain/words.h"

namespace patchbay::explain {
namespace {

using manifest::TextArguments;

// The id's text where there is one; else `otherwise`.
std::string word_or(std::string_view language, const std::string& id, std::string_view otherwise,
                    const TextArguments& arguments = {}) {
  return words().has(id) ? words().plain(language, id, arguments) : std::string(otherwise);
}

std::string permission_words(const Explanation& explanation, std::string_view language,
                             const manifest::PermissionRef& ref) {
  const auto* known =
      explanation.manifest ? explanation.manifest->find_permission(ref.id) : nullptr;
  if (known == nullptr) return ref.to_string();
  const std::string access = ref.access == manifest::Access::kRead ? "access.read" : "access.write";
  return explanation.manifest->texts.plain(language, known->label) + " → " +
         words().plain(language, access);
}

std::string joined(const std::vector<std::string>& list) {
  std::string all;
  for (const auto& one : list) all.append(all.empty() ? "" : ", ").append(one);
  return all;
}

// What applications get until it is settled.
std::string meanwhile_id(const Explanation& explanation) {
  if (explanation.urgency == Urgency::kNone) return {};
  if (!explanation.serves) return "meanwhile.nothing";
  return explanation.serves_until > 0 ? "meanwhile.held_until" : "meanwhile.held";
}

ToldMoment told(const Moment& moment, std::string_view language) {
  const TextArguments arguments{{"code", moment.code}, {"count", std::to_string(moment.count)}};
  const bool often = moment.count > 1 && words().has("moment." + moment.id + ".often");
  std::string text =
      word_or(language, "moment." + moment.id + (often ? ".often" : ""),
              word_or(language, "moment." + moment.id + ".once", moment.id, arguments), arguments);
  std::string detail = word_or(language, "reason." + moment.code, "");
  if (!moment.detail.empty() && moment.detail != detail)
    detail.append(detail.empty() ? "" : " ").append(moment.detail);
  return {moment.at, moment.bad, std::move(text), std::move(detail)};
}

void add_line(std::string& out, std::string_view label, std::string_view value) {
  if (!value.empty()) out.append(label).append(": ").append(value).append("\n");
}

}  // namespace

Told tell(const Explanation& explanation, std::string_view language) {
  Told made;
  made.provider = explanation.manifest
                      ? explanation.manifest->texts.plain(language, explanation.manifest->name)
                      : explanation.connector_id;
  made.missing.reserve(explanation.missing.size());
  for (const auto& ref : explanation.missing)
    made.missing.push_back(permission_words(explanation, language, ref));
  const TextArguments arguments{{"provider", made.provider},
                                {"owner", explanation.owner_name},
                                {"connector", explanation.connector_id},
                                {"account", explanation.account_id},
                                {"permissions", joined(made.missing)},
                                {"tries", std::to_string(explanation.failed_tries)}};
  const auto text = [&](const std::string& id) { return words().plain(language, id, arguments); };
  const std::string finding(to_word(explanation.finding));
  made.headline = text("finding." + finding + ".headline");
  made.cause = text("finding." + finding + ".cause");
  if (const auto id = meanwhile_id(explanation); !id.empty()) made.meanwhile = text(id);
  made.also.reserve(explanation.also.size());
  for (const auto also : explanation.also)
    made.also.push_back(text("finding." + std::string(to_word(also)) + ".headline"));
  made.steps.reserve(explanation.steps.size());
  for (const auto& step : explanation.steps) {
    std::string id = "step." + step.id;
    if (step.id == "tick_permissions" && made.missing.empty()) id += "_unnamed";
    made.steps.push_back(
        {step.id, text("who." + std::string(to_word(step.who))), text(id), step.at});
  }
  made.timeline.reserve(explanation.timeline.size());
  for (const auto& moment : explanation.timeline) made.timeline.push_back(told(moment, language));
  return made;
}

std::string as_text(const Explanation& explanation, std::string_view language) {
  const Told made = tell(explanation, language);
  const auto label = [&](std::string_view id) {
    return words().plain(language, "label." + std::string(id));
  };
  const auto time = [](std::int64_t unix_ms) {
    return unix_ms == 0 ? std::string() : iso_time(unix_ms);
  };
  std::string out = made.headline + "\n\n" + made.cause + "\n";
  if (!made.meanwhile.empty()) out += made.meanwhile + "\n";
  out += "\n";
  add_line(out, label("account"), explanation.account_id);
  add_line(out, label("customer"), explanation.owner_name + " (" + explanation.owner_id + ")");
  add_line(out, label("provider"), made.provider);
  add_line(out, label("since"), time(explanation.since));
  add_line(out, label("code"), explanation.code);
  add_line(out, label("said"), explanation.said);
  add_line(out, label("provider_said"), explanation.provider_said);
  add_line(out, label("missing"), joined(made.missing));
  add_line(out, label("held_until"), time(explanation.serves_until));
  add_line(out, label("last_refresh"), time(explanation.last_refresh));
  add_line(out, label("last_try"), time(explanation.last_try));
  if (explanation.failed_tries > 0)
    add_line(out, label("failed_tries"), std::to_string(explanation.failed_tries));
  add_line(out, label("next_try"), time(explanation.next_try));
  for (const auto& also : made.also) add_line(out, label("also"), also);
  if (!made.steps.empty()) out += "\n" + label("steps") + "\n";
  int number = 0;
  for (const auto& step : made.steps) {
    out += std::to_string(++number) + ". " + step.who + ": " + step.text;
    if (step.at > 0) out += " (" + iso_time(step.at) + ")";
    out += "\n";
  }
  if (!made.timeline.empty()) out += "\n" + label("timeline") + "\n";
  for (const auto& moment : made.timeline) {
    out += time(moment.at) + "  " + moment.text;
    if (!moment.detail.empty()) out += ": " + moment.detail;
    out += "\n";
  }
  add_line(out, "\n" + label("made_at"), time(explanation.made_at));
  return out;
}

void write_json(json::Writer& out, const Explanation& explanation) {
  const Told made = tell(explanation, "en");
  out.begin_object()
      .member("account_id", explanation.account_id)
      .member("provider", explanation.connector_id)
      .member("origin_owner_id", explanation.owner_id)
      .member("origin_owner_name", explanation.owner_name)
      .member("status", to_string(explanation.status))
      .member("finding", to_word(explanation.finding))
      .member("urgency", to_word(explanation.urgency))
      .member("headline", made.headline)
      .member("cause", made.cause);
  write_text_or_null(out, "meanwhile", made.meanwhile);
  write_time_or_null(out, "since", explanation.since);
  write_text_or_null(out, "code", explanation.code);
  write_text_or_null(out, "said", explanation.said);
  write_text_or_null(out, "provider_said", explanation.provider_said);
  out.member("serves_tokens", explanation.serves);
  write_time_or_null(out, "serves_until", explanation.serves_until);
  write_time_or_null(out, "last_refresh", explanation.last_refresh);
  write_time_or_null(out, "last_try", explanation.last_try);
  write_time_or_null(out, "next_try", explanation.next_try);
  out.member("failed_tries", explanation.failed_tries)
      .member("waiting_revocations", explanation.revocations);
  out.key("missing_permissions").begin_array();
  for (const auto& ref : explanation.missing) out.string(ref.to_string());
  out.end_array().key("also").begin_array();
  for (std::size_t i = 0; i < explanation.also.size(); ++i)
    out.begin_object()
        .member("finding", to_word(explanation.also[i]))
        .member("headline", made.also[i])
        .end_object();
  out.end_array().key("steps").begin_array();
  for (std::size_t i = 0; i < explanation.steps.size(); ++i) {
    out.begin_object()
        .member("who", to_word(explanation.steps[i].who))
        .member("step", explanation.steps[i].id)
        .member("text", made.steps[i].text);
    write_time_or_null(out, "at", explanation.steps[i].at);
    out.end_object();
  }
  out.end_array().key("timeline").begin_array();
  for (std::size_t i = 0; i < explanation.timeline.size(); ++i) {
    const auto& moment = explanation.timeline[i];
    out.begin_object();
    write_time_or_null(out, "at", moment.at);
    out.member("what", moment.id).member("bad", moment.bad).member("text", made.timeline[i].text);
    write_text_or_null(out, "detail", made.timeline[i].detail);
    out.end_object();
  }
  out.end_array();
  write_time_or_null(out, "made_at", explanation.made_at);
  out.end_object();
}

}  // namespace patchbay::explain
