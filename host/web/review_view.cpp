#include "web/review_view.h"

#include <algorithm>
#include <array>
#include <iterator>

#include "connector/manifest_alone.h"
#include "web/account_view.h"
#include "web/connector_view.h"
#include "web/manifest_text.h"
#include "web/permission_view.h"

namespace patchbay::web {
namespace {

using connector::Connector;
using connector::ConnectorState;
using connector::Demand;
using connector::DemandKind;
using connector::Demands;
using connector::Review;
using connector::RuntimeHealth;
using connector::SignatureState;

constexpr std::array kKinds{DemandKind::kHost,       DemandKind::kSignIn, DemandKind::kSecret,
                            DemandKind::kPermission, DemandKind::kRead,   DemandKind::kWrite,
                            DemandKind::kDestructive};
// Longer lists are folded.
constexpr std::size_t kShownItems = 8;

std::string secret_label(const manifest::Manifest& manifest, const Language& language,
                         const std::string& id) {
  for (const auto& method : manifest.auth_methods) {
    const auto field = std::ranges::find(method.fields, id, &manifest::Field::id);
    if (field != method.fields.end()) return plain(manifest, language, field->label);
  }
  return {};
}

// In the manifest's words; empty for what it doesn't know (any more).
std::string label_of(const Demand& demand, const manifest::Manifest& manifest,
                     const Language& language) {
  switch (demand.kind) {
    case DemandKind::kHost:
    case DemandKind::kSignIn:
      return {};
    case DemandKind::kSecret:
      return secret_label(manifest, language, demand.what);
    case DemandKind::kPermission: {
      const auto ref = manifest::PermissionRef::parse(demand.what);
      return ref && manifest.find_permission(ref->id) != nullptr
                 ? permission_label(manifest, language, *ref)
                 : std::string();
    }
    default: {
      const auto* action = manifest.find_action(demand.what);
      return action != nullptr ? plain(manifest, language, action->label) : std::string();
    }
  }
}

// A host as the demand has it, "api.acme.example:8443 (GET, POST only)", in two: where and how.
std::pair<std::string, std::string> split_host(const std::string& what) {
  constexpr std::string_view kBegin = " (";
  constexpr std::string_view kEnd = " only)";
  const auto at = what.find(kBegin);
  if (at == std::string::npos || !what.ends_with(kEnd)) return {what, {}};
  const auto methods = at + kBegin.size();
  return {what.substr(0, at), what.substr(methods, what.size() - kEnd.size() - methods)};
}

View item_view(const Demand& demand, const manifest::Manifest& manifest, const Language& language) {
  const bool host = demand.kind == DemandKind::kHost;
  const auto [what, methods] =
      host ? split_host(demand.what) : std::pair(demand.what, std::string());
  return View()
      .text("label", label_of(demand, manifest, language))
      .text("what", what)
      .text("how",
            methods.empty() ? "" : language.text("review.host_methods", {{"methods", methods}}));
}

View group_view(DemandKind kind, std::vector<View> items, const Language& language) {
  const std::string id = "review." + std::string(to_string(kind));
  const auto count = items.size();
  return View()
      .text("kind", to_string(kind))
      .text("title", language.text(id))
      .text("help", language.text(id + "_help"))
      .text("count", std::to_string(count))
      .flag("destructive", kind == DemandKind::kDestructive)
      .flag("folded", count > kShownItems)
      .list("items", std::move(items));
}

Demands unchanged_of(const Review& review, const Demands& all) {
  Demands same;
  std::ranges::set_difference(all, review.change.added, std::back_inserter(same));
  return same;
}

// Who decided, as the gate was told: "page", "Ada (admin)", "command line (name)".
std::string actor_words(const std::string& actor, const Language& language) {
  constexpr std::string_view kCommandLine = "command line";
  if (actor == "page") return language.text("review.actor_page");
  if (!actor.starts_with(kCommandLine)) return actor;
  return language.text("review.actor_command_line") + actor.substr(kCommandLine.size());
}

// Why it is let in or is not, in one line with who and when.
std::string decision_words(const Review& review, std::int64_t now_ms, const Language& language) {
  if (review.decided == 0) return {};
  const manifest::TextArguments arguments{{"actor", actor_words(review.actor, language)},
                                          {"when", language.relative(review.decided, now_ms)}};
  if (review.withdrawn) return language.text("review.was_withdrawn", arguments);
  if (!review.approved) return {};
  const std::string id = "review.approved_" + review.reason;
  return own_texts().has(id) ? language.text(id, arguments) : review.reason;
}

View signature_view(const Review& review, bool broken, const Language& language) {
  const std::string state = broken ? "broken" : std::string(to_string(review.signature));
  return View()
      .flag("trusted", review.signature == SignatureState::kTrusted)
      .flag("broken", broken)
      .text("label", language.text("review.signature_" + state))
      .text("help", language.text("review.signature_" + state + "_help"))
      .text("signer", review.signer)
      .text("comment", review.trusted_comment);
}

// It was signed by somebody trusted, and now is by nobody or somebody else.
std::string signer_warning(const Review& review, const Language& language) {
  const bool trusted = review.signature == SignatureState::kTrusted;
  if (!review.has_before || review.before_signer.empty()) return {};
  if (trusted && review.signer == review.before_signer) return {};
  const manifest::TextArguments arguments{
      {"version", review.before_version}, {"before", review.before_signer}, {"now", review.signer}};
  if (trusted) return language.text("review.signer_changed", arguments);
  return language.text(review.signer.empty() ? "review.signer_gone" : "review.signer_now_unknown",
                       arguments);
}

}  // namespace

bool can_be_reviewed(const Connector& connector) {
  return connector.manifest && connector.source && connector.review;
}

std::string review_url(const Connector& connector) {
  return can_be_reviewed(connector) ? "/app/connectors/review/" + connector.sha256 : std::string();
}

std::vector<View> demand_groups(const Demands& demands, const manifest::Manifest& manifest,
                                const Language& language) {
  std::vector<View> groups;
  for (const auto kind : kKinds) {
    std::vector<View> items;
    for (const auto& demand : demands) {
      if (demand.kind != kind) continue;
      items.push_back(item_view(demand, manifest, language));
    }
    if (!items.empty()) groups.push_back(group_view(kind, std::move(items), language));
  }
  return groups;
}

View review_page(const Connector& connector, std::int64_t now_ms, const Language& language) {
  const auto& manifest = *connector.manifest;
  const Review& review = *connector.review;
  const std::string name = provider_name(manifest, language);
  const bool refused = !review.refusal.empty();
  const bool awaiting = connector.state == ConnectorState::kAwaitingApproval;
  const bool broken_signature =
      !connector.source->signature.empty() && review.signature == SignatureState::kNone;
  const bool compared = review.has_before && !review.approved;
  const Demands all = connector::demands_of(manifest);
  const Demands same = unchanged_of(review, all);
  const auto changes = review.change.added.size() + review.change.removed.size();
  const manifest::TextArguments names{
      {"name", name}, {"version", manifest.version}, {"before", review.before_version}};
  View view;
  view.text("name", name)
      .text("id", connector.id)
      .text("version", manifest.version)
      .text("file", connector.file)
      .text("size",
            language.text("review.bytes", {{"count", std::to_string(connector.source->size)}}))
      .text("sha256", connector.sha256)
      .text("url", review_url(connector))
      .view("logo", logo_view(&manifest, name))
      .text("headline",
            language.text(awaiting ? "review.headline_awaiting" : "review.headline", names))
      .text("summary", plain(manifest, language, manifest.summary))
      .text("state", to_string(connector.state))
      .text("state_label",
            language.text("connectors.state_" + std::string(to_string(connector.state))))
      .flag("awaiting", awaiting)
      .flag("approved", review.approved)
      .flag("refused", refused)
      .flag("unusable", !refused && !awaiting && connector.state != ConnectorState::kReady)
      .text("reason", refused ? review.refusal : connector.reason)
      .text("refused_advice",
            language.text(broken_signature ? "review.refused_signature" : "review.refused_id"))
      .text("decision", decision_words(review, now_ms, language))
      .flag("withdrawn", review.withdrawn)
      .text("signer_warning", signer_warning(review, language))
      .flag("without_code", connector::is_manifest_alone(connector.file))
      .view("signature", signature_view(review, broken_signature, language))
      .flag("compared", compared)
      .text("compared_title", language.text("review.compared", names))
      .flag("nothing_new", changes == 0)
      .text("nothing_new_text", language.text("review.nothing_new", names))
      .flag("has_added", !review.change.added.empty())
      .text("added_count", std::to_string(review.change.added.size()))
      .list("added", demand_groups(review.change.added, manifest, language))
      .flag("has_removed", !review.change.removed.empty())
      .text("removed_count", std::to_string(review.change.removed.size()))
      .list("removed", demand_groups(review.change.removed, manifest, language))
      .flag("has_unchanged", !same.empty())
      .text("unchanged_count", std::to_string(same.size()))
      .list("unchanged", demand_groups(same, manifest, language))
      .flag("asks_nothing", all.empty())
      .list("groups", demand_groups(all, manifest, language))
      .text("approve_label", language.text("review.approve", names))
      .view("health", health_view(connector, language));
  return view;
}

View health_view(const Connector& connector, const Language& language) {
  const RuntimeHealth health = connector.runtime ? connector.runtime->health() : RuntimeHealth();
  const std::string state(to_string(health.state));
  const bool backing_off = health.state == RuntimeHealth::State::kBackingOff;
  const bool quarantined = health.state == RuntimeHealth::State::kQuarantined;
  const bool unwell = backing_off || quarantined;
  return View()
      .flag("there", connector.runtime != nullptr)
      .flag("unwell", unwell)
      .flag("quarantined", quarantined)
      .text("label", language.text("health." + state))
      .text("advice", unwell ? language.text("health." + state + "_advice") : "")
      .text("last_failure", health.last_failure)
      .text("starts",
            language.text("health.starts", {{"starts", std::to_string(health.starts)},
                                            {"failures", std::to_string(health.failures)}}))
      .text("walls", health.walls);
}

}  // namespace patchbay::web
