#include "web/connector_view.h"

#include <algorithm>

#include "base/hash.h"
#include "manifest/hosts.h"
#include "web/manifest_text.h"
#include "web/review_view.h"

namespace patchbay::web {
namespace {

using connector::ConnectorState;

constexpr std::size_t kHostsOnACard = 3;

bool is_awaiting(const connector::Connector& connector) {
  return connector.state == ConnectorState::kAwaitingApproval;
}

std::string version_of(const connector::Connector& connector) {
  return connector.manifest ? connector.manifest->version : std::string();
}

std::string advice_for(const connector::Connector& connector, const Language& language) {
  const auto* review = connector.review.get();
  if (is_awaiting(connector) && review != nullptr && review->withdrawn)
    return language.text("connectors.advice_withdrawn");
  // Only what was never let in has certainly not run.
  if (connector.state == ConnectorState::kRefused && review != nullptr && review->approved)
    return language.text("connectors.advice_refused_later");
  return language.text("connectors.advice_" + std::string(to_string(connector.state)));
}

// "Version 1.2 goes on; the file now in the folder is ..."
std::string successor_words(const connector::Connector& running, const connector::Connector& next,
                            const Language& language) {
  const std::string id = "connectors.successor_" + std::string(to_string(next.state));
  return language.text(next.manifest ? id : id + "_unread",
                       {{"version", version_of(running)}, {"next", version_of(next)}});
}

}  // namespace

std::string provider_called(const manifest::Manifest* manifest, const std::string& connector_id,
                            const Language& language) {
  return manifest != nullptr ? provider_name(*manifest, language) : connector_id;
}

std::string category_label(const Language& language, const std::string& category) {
  const std::string id = "category." + category;
  return own_texts().has(id) ? language.text(id) : category;
}

std::string first_letter(std::string_view name) {
  if (name.empty()) return "?";
  std::size_t length = 1;
  while (length < name.size() && (static_cast<unsigned char>(name[length]) & 0xC0U) == 0x80U) {
    ++length;
  }
  std::string letter(name.substr(0, length));
  if (letter[0] >= 'a' && letter[0] <= 'z') letter[0] = static_cast<char>(letter[0] - ('a' - 'A'));
  return letter;
}

std::string logo_url(const manifest::Manifest& manifest) {
  if (manifest.logo.media_type.empty()) return {};
  return "/logos/" + manifest.id + "/" + sha256_hex(manifest.logo.bytes).substr(0, 16);
}

View logo_view(const manifest::Manifest* manifest, std::string_view name) {
  const std::string url = manifest != nullptr ? logo_url(*manifest) : std::string();
  return View().text("logo_url", url).text("monogram", url.empty() ? first_letter(name) : "");
}

bool is_sandboxed(const manifest::Manifest& manifest, const HostList& overridden_hosts) {
  return std::ranges::any_of(manifest.hosts, [&](const manifest::HostRule& rule) {
    return std::ranges::any_of(overridden_hosts, [&rule](const std::string& host) {
      return manifest::may_become(rule, host);
    });
  });
}

View connector_card(const connector::Connector& connector, const HostList& overridden_hosts,
                    const Language& language, const connector::Connector* beside) {
  const auto* manifest = connector.manifest.get();
  const std::string name = manifest != nullptr ? provider_name(*manifest, language) : connector.id;
  const std::string state(to_string(connector.state));
  std::vector<View> categories;
  std::vector<View> hosts;
  if (manifest != nullptr) {
    for (const auto& category : manifest->categories) {
      categories.push_back(View().text("label", category_label(language, category)));
    }
    for (const auto& rule : manifest->hosts)
      for (const auto& host : rule.patterns()) hosts.push_back(View().text("host", host));
  }
  // Its details name them all.
  std::string more_hosts;
  if (hosts.size() > kHostsOnACard + 1) {
    more_hosts = language.text("connectors.more_hosts",
                               {{"count", std::to_string(hosts.size() - kHostsOnACard)}});
    hosts.resize(kHostsOnACard);
  }
  const bool ready = connector.state == ConnectorState::kReady;
  // Of two contents of one file, the running one says what came, the other what goes on.
  const auto* next = ready ? beside : nullptr;
  const auto* before = ready ? nullptr : beside;
  return View()
      .text("id", connector.id)
      .text("file", connector.file)
      .text("name", name)
      .text("summary", manifest != nullptr ? plain(*manifest, language, manifest->summary) : "")
      .text("version", manifest != nullptr ? manifest->version : "")
      .view("logo", logo_view(manifest, name))
      .flag("ready", ready)
      .text("state", state)
      .text("state_label", language.text("connectors.state_" + state))
      .text("reason", connector.reason)
      .text("advice", ready ? "" : advice_for(connector, language))
      .flag("awaiting", connector.state == ConnectorState::kAwaitingApproval)
      .text("sha256", connector.sha256)
      .text("review_url", review_url(connector))
      .view("health", health_view(connector, language))
      .text("successor", next != nullptr ? successor_words(connector, *next, language) : "")
      .text("successor_reason", next != nullptr && !is_awaiting(*next) ? next->reason : "")
      .text("successor_url", next != nullptr ? review_url(*next) : "")
      .flag("successor_awaits", next != nullptr && is_awaiting(*next))
      .text("meanwhile", before != nullptr ? language.text("connectors.meanwhile",
                                                           {{"version", version_of(*before)}})
                                           : "")
      .flag("sandboxed", manifest != nullptr && is_sandboxed(*manifest, overridden_hosts))
      .flag("has_categories", !categories.empty())
      .list("categories", std::move(categories))
      .flag("has_hosts", !hosts.empty())
      .list("hosts", std::move(hosts))
      .text("more_hosts", more_hosts);
}

}  // namespace patchbay::web
