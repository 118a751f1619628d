#include "cli/review_text.h"

#include <algorithm>
#include <array>
#include <ctime>
#include <iterator>

#include "connector/code_of.h"
#include "connector/manifest_alone.h"

namespace patchbay::cli {
namespace {

using connector::Connector;
using connector::Demand;
using connector::DemandKind;
using connector::Demands;
using connector::Review;
using connector::SignatureState;

struct Kind {
  DemandKind kind;
  std::string_view title;
};
constexpr std::array kKinds{Kind{DemandKind::kHost, "hosts it may talk to"},
                            Kind{DemandKind::kSignIn, "hosts it may send people to"},
                            Kind{DemandKind::kSecret, "secrets that people type"},
                            Kind{DemandKind::kPermission, "permissions at the provider"},
                            Kind{DemandKind::kRead, "actions that read"},
                            Kind{DemandKind::kWrite, "actions that write"},
                            Kind{DemandKind::kDestructive, "destructive actions"}};

std::string date(std::int64_t unix_ms) {
  const std::time_t seconds = unix_ms / 1000;
  std::tm utc{};
  ::gmtime_r(&seconds, &utc);
  std::array<char, 32> text{};
  return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%SZ", &utc)};
}

std::string line(std::string_view label, const std::string& value) {
  std::string text = "  ";
  text += label;
  text.resize(std::max<std::size_t>(text.size() + 1, 14), ' ');
  return text + value + "\n";
}

// "  hosts it may talk to (1)\n    + api.acme.example\n"
std::string grouped(const Demands& demands, std::string_view mark) {
  std::string text;
  for (const auto& [kind, title] : kKinds) {
    const auto count = std::ranges::count(demands, kind, &Demand::kind);
    if (count == 0) continue;
    text += "  " + std::string(title) + " (" + std::to_string(count) + ")\n";
    for (const auto& demand : demands)
      if (demand.kind == kind) text += "    " + std::string(mark) + printable(demand.what) + "\n";
  }
  return text;
}

bool signature_is_broken(const Connector& connector) {
  return !connector.source->signature.empty() &&
         connector.review->signature == SignatureState::kNone;
}

std::string signature_text(const Connector& connector) {
  const Review& review = *connector.review;
  if (signature_is_broken(connector)) return "does not fit the file";
  switch (review.signature) {
    case SignatureState::kNone:
      return "none";
    case SignatureState::kTrusted:
      return "by the trusted key " + review.signer + " (" + printable(review.trusted_comment) + ")";
    case SignatureState::kUnknownKey:
      return "by " + review.signer + ", a key that is not in the allow-list: not verified";
  }
  return "unknown";
}

std::string decision_text(const Review& review) {
  if (review.decided == 0) return "none yet";
  const auto when = ", " + date(review.decided);
  if (review.withdrawn) return "approval withdrawn by " + printable(review.actor) + when;
  if (review.reason == "operator") return "approved by " + printable(review.actor) + when;
  return "let in by policy (" + review.reason + ")" + when;
}

std::string signer_warning(const Review& review) {
  if (!review.has_before || review.before_signer.empty()) return {};
  const bool trusted = review.signature == SignatureState::kTrusted;
  if (trusted && review.signer == review.before_signer) return {};
  return "\nWARNING: version " + review.before_version + " was signed by the trusted key " +
         review.before_signer + "; this file is " +
         (review.signer.empty() ? std::string("not signed") : "signed by " + review.signer) + ".\n";
}

std::string changes_text(const Connector& connector, const Demands& all) {
  const Review& review = *connector.review;
  const auto& [added, removed] = review.change;
  std::string text = "\nAgainst version " + review.before_version + ", which was let in before:\n";
  if (review.change.none()) text += "  it asks for exactly the same\n";
  if (!added.empty()) text += "NEW\n" + grouped(added, "+ ");
  if (!removed.empty()) text += "No longer asked for\n" + grouped(removed, "- ");
  Demands same;
  std::ranges::set_difference(all, added, std::back_inserter(same));
  if (!same.empty()) text += "Unchanged\n" + grouped(same, "");
  return text;
}

void write_demands(json::Writer& out, std::string_view name, const Demands& demands) {
  out.key(name).begin_array();
  for (const auto& demand : demands)
    out.begin_object()
        .member("kind", std::string(to_string(demand.kind)))
        .member("what", demand.what)
        .end_object();
  out.end_array();
}

void write_review(json::Writer& out, const Connector& connector) {
  const Review& review = *connector.review;
  out.begin_object()
      .member("approved", review.approved)
      .member("withdrawn", review.withdrawn)
      .member("reason", review.reason)
      .member("actor", review.actor)
      .member("decided_at", review.decided)
      .member("refusal", review.refusal)
      .member("signature",
              signature_is_broken(connector) ? "broken" : std::string(to_string(review.signature)))
      .member("signer", review.signer)
      .member("trusted_comment", review.trusted_comment);
  write_demands(out, "asks_for", connector::demands_of(*connector.manifest));
  out.key("before");
  if (review.has_before) {
    out.begin_object()
        .member("version", review.before_version)
        .member("signer", review.before_signer);
    write_demands(out, "added", review.change.added);
    write_demands(out, "removed", review.change.removed);
    out.end_object();
  } else {
    out.null();
  }
  out.end_object();
}

}  // namespace

std::string printable(std::string_view text) {
  std::string shown(text);
  std::ranges::replace_if(
      shown, [](char c) { return static_cast<unsigned char>(c) < 0x20U || c == 0x7f; }, '?');
  return shown;
}

std::string review_text(const Connector& connector) {
  std::string text = connector.id;
  if (connector.manifest)
    text += " " + connector.manifest->version + "  " +
            connector.manifest->texts.plain("en", connector.manifest->name);
  text += "\n" + line("state", std::string(to_string(connector.state)));
  if (!connector.reason.empty()) text += line("", printable(connector.reason));
  text += line("file", printable(connector.file));
  if (!connector.sha256.empty()) text += line("SHA-256", connector.sha256);
  if (!connector.review || !connector.source) return text;
  if (connector::is_manifest_alone(connector.file))
    text += line("code", "none; the hub's own " + std::string(connector::kDeclarativeLibrary) +
                             " runs for it");
  text += line("signature", signature_text(connector));
  text += line("decision", decision_text(*connector.review));
  text += signer_warning(*connector.review);
  const auto all = connector::demands_of(*connector.manifest);
  if (connector.review->has_before && !connector.review->approved)
    return text + changes_text(connector, all);
  return text + "\nAsks for\n" + (all.empty() ? "  nothing\n" : grouped(all, ""));
}

void write_connector(json::Writer& out, const Connector& connector) {
  out.begin_object()
      .member("id", connector.id)
      .member("file", connector.file)
      .member("state", std::string(to_string(connector.state)))
      .member("reason", connector.reason)
      .member("sha256", connector.sha256)
      .member("version", connector.manifest ? connector.manifest->version : "")
      .key("review");
  if (connector.review && connector.source) {
    write_review(out, connector);
  } else {
    out.null();
  }
  out.end_object();
}

}  // namespace patchbay::cli
