#include "connector/trust/shared_host.h"

#include <algorithm>
#include <string_view>
#include <vector>

namespace patchbay::connector {
namespace {

std::vector<std::string> hosts_of(const manifest::Manifest& manifest) {
  std::vector<std::string> hosts;
  hosts.reserve(manifest.hosts.size());
  for (const auto& rule : manifest.hosts)
    for (auto& host : rule.patterns()) hosts.push_back(std::move(host));
  for (const auto& method : manifest.auth_methods)
    hosts.insert(hosts.end(), method.sign_in_hosts.begin(), method.sign_in_hosts.end());
  return hosts;
}

std::string_view take_label(std::string_view& host) {
  const std::size_t dot = std::min(host.find('.'), host.size());
  const auto label = host.substr(0, dot);
  host.remove_prefix(std::min(dot + 1, host.size()));
  return label;
}

// What stands around a placeholder is left out of account: rather one host too many than one too
// few.
bool can_be_equal(std::string_view one, std::string_view other) {
  while (!one.empty() && !other.empty()) {
    const auto left = take_label(one);
    const auto right = take_label(other);
    const bool is_open = left.find_first_of("{*") != std::string_view::npos ||
                         right.find_first_of("{*") != std::string_view::npos;
    if (!is_open && left != right) return false;
  }
  return one.empty() && other.empty();
}

}  // namespace

std::string shared_host(const manifest::Manifest& one, const manifest::Manifest& other) {
  const auto others = hosts_of(other);
  for (const auto& host : hosts_of(one))
    if (std::ranges::any_of(others, [&host](std::string_view o) { return can_be_equal(host, o); }))
      return host;
  return {};
}

}  // namespace patchbay::connector
