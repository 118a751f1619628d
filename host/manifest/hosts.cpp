#include "manifest/hosts.h"

#include <algorithm>
#include <charconv>

namespace patchbay::manifest {
namespace {

constexpr std::size_t kMaxHost = 253;
constexpr std::size_t kMaxLabel = 63;

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_alphanumeric(char c) {
  return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'z');
}

// Up to the next dot, which is taken away with it.
std::string_view take_label(std::string_view& host) {
  const std::size_t dot = std::min(host.find('.'), host.size());
  const std::string_view label = host.substr(0, dot);
  host.remove_prefix(std::min(dot + 1, host.size()));
  return label;
}

// A DNS name of two labels or more that can't be taken for an address: "10.0.0.1", "0x7f.1" and the
// like end in a label that starts with a digit, which no public name does.
bool is_dns_name(std::string_view host) {
  if (host.size() > kMaxHost) return false;
  const std::size_t last = host.rfind('.');
  if (last == std::string_view::npos || last + 1 == host.size() || is_digit(host[last + 1]))
    return false;
  while (!host.empty())
    if (!is_host_label(take_label(host))) return false;
  return true;
}

std::string lower_case(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), lower);
  return out;
}

// "{company}", "eu-{company}", "*" and what is written out.
bool label_fits(std::string_view pattern, std::string_view label) {
  const std::size_t open = pattern.find_first_of("{*");
  if (open == std::string_view::npos) return pattern == label;
  const std::size_t close = pattern.find_last_of("}*");
  const std::string_view front = pattern.substr(0, open);
  const std::string_view back = pattern.substr(close + 1);
  return label.size() > front.size() + back.size() && label.starts_with(front) &&
         label.ends_with(back);
}

bool pattern_fits(std::string_view pattern, std::string_view host) {
  while (!pattern.empty() && !host.empty())
    if (!label_fits(take_label(pattern), take_label(host))) return false;
  return pattern.empty() && host.empty();
}

}  // namespace

bool is_host_label(std::string_view text) {
  return !text.empty() && text.size() <= kMaxLabel && is_alphanumeric(text.front()) &&
         is_alphanumeric(text.back()) && std::all_of(text.begin(), text.end(), [](char c) {
           return is_alphanumeric(c) || c == '-';
         });
}

std::optional<std::string> told_placeholder(std::string_view host) {
  if (host.size() < 3 || !host.starts_with('{') || host.find('}') != host.size() - 1)
    return std::nullopt;
  return std::string(host.substr(1, host.size() - 2));
}

bool is_told_pattern(std::string_view pattern) {
  if (!pattern.starts_with("*.")) return false;
  pattern.remove_prefix(2);
  return is_dns_name(pattern) && lower_case(pattern) == pattern;
}

std::optional<std::string> told_host(const HostRule& rule, std::string_view text) {
  if (!is_dns_name(text)) return std::nullopt;
  const std::size_t label = text.find('.');
  std::string host = lower_case(text);
  const bool fits =
      std::any_of(rule.within.begin(), rule.within.end(), [&host, label](std::string_view pattern) {
        return is_told_pattern(pattern) &&
               std::string_view(host).substr(label) == pattern.substr(1);
      });
  if (!fits) return std::nullopt;
  return host;
}

bool may_become(const HostRule& rule, std::string_view host) {
  const std::string name = lower_case(host);
  const auto patterns = rule.patterns();
  return is_dns_name(name) &&
         std::any_of(patterns.begin(), patterns.end(),
                     [&name](const std::string& pattern) { return pattern_fits(pattern, name); });
}

std::vector<std::string> host_placeholders(std::string_view host) {
  std::vector<std::string> names;
  for (std::size_t open = host.find('{'); open != std::string_view::npos;
       open = host.find('{', open + 1)) {
    const std::size_t close = host.find('}', open);
    if (close == std::string_view::npos) break;
    names.emplace_back(host.substr(open + 1, close - open - 1));
  }
  return names;
}

std::optional<std::string> expand_host(std::string_view host, const HostValues& values) {
  if (const auto name = told_placeholder(host)) {
    const auto told = values.find(*name);
    if (told == values.end() || !is_dns_name(told->second)) return std::nullopt;
    return lower_case(told->second);
  }
  std::string out;
  while (!host.empty()) {
    const std::size_t open = std::min(host.find('{'), host.size());
    out += host.substr(0, open);
    host.remove_prefix(open);
    if (host.empty()) break;
    const std::size_t close = host.find('}');
    if (close == std::string_view::npos) return std::nullopt;
    const auto value = values.find(host.substr(1, close - 1));
    if (value == values.end() || !is_host_label(value->second)) return std::nullopt;
    out += value->second;
    host.remove_prefix(close + 1);
  }
  if (!is_dns_name(out)) return std::nullopt;
  return lower_case(out);
}

std::optional<HttpsUrl> parse_https_url(std::string_view url) {
  constexpr std::string_view kScheme = "https://";
  if (!url.starts_with(kScheme) || url.find_first_of("#\\") != std::string_view::npos ||
      !std::all_of(url.begin(), url.end(), [](char c) { return c > ' ' && c < 0x7f; }))
    return std::nullopt;
  url.remove_prefix(kScheme.size());
  const std::size_t end = std::min(url.find_first_of("/?"), url.size());
  std::string_view host = url.substr(0, end);
  HttpsUrl parts;
  parts.path_and_query = url.substr(end);
  if (!parts.path_and_query.starts_with('/')) parts.path_and_query.insert(0, "/");
  if (const std::size_t colon = host.find(':'); colon != std::string_view::npos) {
    const std::string_view port = host.substr(colon + 1);
    const auto [rest, error] = std::from_chars(port.data(), port.data() + port.size(), parts.port);
    if (error != std::errc{} || rest != port.data() + port.size() || parts.port == 0)
      return std::nullopt;
    host = host.substr(0, colon);
  }
  if (!is_dns_name(host)) return std::nullopt;
  parts.host = lower_case(host);
  return parts;
}

bool host_allowed(const Manifest& manifest, std::string_view method, std::string_view url,
                  const HostValues& values) {
  const auto parts = parse_https_url(url);
  if (!parts) return false;
  return std::any_of(manifest.hosts.begin(), manifest.hosts.end(), [&](const HostRule& rule) {
    return rule.port == parts->port && expand_host(rule.host, values) == parts->host &&
           (!rule.is_told() || told_host(rule, parts->host)) &&
           (rule.methods.empty() ||
            std::find(rule.methods.begin(), rule.methods.end(), method) != rule.methods.end());
  });
}

bool sign_in_allowed(const AuthMethod& method, std::string_view url, const HostValues& values) {
  const auto parts = parse_https_url(url);
  if (!parts || parts->port != 443) return false;
  return std::any_of(
      method.sign_in_hosts.begin(), method.sign_in_hosts.end(),
      [&](const std::string& host) { return expand_host(host, values) == parts->host; });
}

}  // namespace patchbay::manifest
