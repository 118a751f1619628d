#include "accounts/told_hosts.h"

#include <algorithm>
#include <utility>

#include "base/json.h"
#include "base/log.h"
#include "manifest/hosts.h"

namespace patchbay::accounts {
namespace {

using connector::NamedValue;

// Of one that may not be: enough for the operator to see what it was.
constexpr std::size_t kLongestInLog = 253;

// Calls `each(rule, fact id)` for the manifest's hosts that are told.
template <class Each>
void for_each_told(const manifest::Manifest& manifest, Each each) {
  for (const auto& rule : manifest.hosts) {
    const auto name = rule.is_told() ? manifest::told_placeholder(rule.host) : std::nullopt;
    if (name) each(rule, *name);
  }
}

}  // namespace

std::string facts_to_json(const std::vector<NamedValue>& facts) {
  json::Writer out;
  out.begin_array();
  for (const auto& fact : facts)
    out.begin_object().member("id", fact.name).member("value", fact.value).end_object();
  return out.end_array().take();
}

std::vector<NamedValue> facts_from_json(std::string_view json) {
  std::vector<NamedValue> facts;
  const auto document = json::Document::parse(json);
  if (!document) return facts;
  const auto root = document->root();
  facts.reserve(root.size());
  for (std::size_t i = 0; i < root.size(); ++i)
    facts.push_back({root.at(i).get("id").string_or(""), root.at(i).get("value").string_or("")});
  return facts;
}

void merge_facts(std::vector<NamedValue>& kept, std::vector<NamedValue> fresh) {
  for (auto& fact : fresh) {
    const auto old = std::ranges::find(kept, fact.name, &NamedValue::name);
    if (old != kept.end())
      old->value = std::move(fact.value);
    else
      kept.push_back(std::move(fact));
  }
}

Result<> settle_told_hosts(const manifest::Manifest& manifest, std::vector<NamedValue>& facts,
                           bool all) {
  Result<> outcome;
  for_each_told(manifest, [&](const manifest::HostRule& rule, const std::string& name) {
    bool told = false;
    for (auto& fact : facts) {
      if (fact.name != name) continue;
      told = true;
      if (auto host = manifest::told_host(rule, fact.value)) {
        fact.value = *std::move(host);
        continue;
      }
      log::warning("flow", "told_host_refused",
                   {{"connector", manifest.id},
                    {"fact", name},
                    {"host", fact.value.substr(0, kLongestInLog)}});
      outcome = make_error(ErrorCode::kProtocol,
                           "The provider says that the account lives on a server where this "
                           "connector may not go. Nothing was sent there.");
    }
    if (all && !told)
      outcome = make_error(ErrorCode::kProtocol,
                           "The provider did not say on which of its servers the account lives.");
  });
  return outcome;
}

std::string told_hosts_of(const manifest::Manifest& manifest,
                          const std::vector<NamedValue>& facts) {
  std::string hosts;
  for_each_told(manifest, [&](const manifest::HostRule&, const std::string& name) {
    for (const auto& fact : facts)
      if (fact.name == name) hosts.append(hosts.empty() ? "" : " ").append(fact.value);
  });
  return hosts;
}

}  // namespace patchbay::accounts
