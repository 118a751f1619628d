#include <algorithm>

#include "manifest/checks.h"
#include "manifest/hosts.h"
#include "manifest/path_template.h"

namespace patchbay::manifest {
namespace {

// Lower-case labels; a placeholder at most once in a label; the last two labels written out, so
// that nobody can be led to another registered name by what they type.
bool is_host_template(std::string_view host) {
  HostValues one_letter;
  for (const auto& name : host_placeholders(host)) {
    if (!is_id(name)) return false;
    one_letter[name] = "a";
  }
  const bool lower =
      std::none_of(host.begin(), host.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
  if (!lower || !expand_host(host, one_letter)) return false;
  std::size_t literal_labels = 0;
  while (!host.empty()) {
    const std::size_t dot = std::min(host.find('.'), host.size());
    const std::string_view label = host.substr(0, dot);
    const auto braces = std::count(label.begin(), label.end(), '{');
    if (braces > 1) return false;
    literal_labels = braces == 0 ? literal_labels + 1 : 0;
    host.remove_prefix(std::min(dot + 1, host.size()));
  }
  return literal_labels >= 2;
}

bool is_host_field(const Field& field) {
  if (field.secret || (!field.required && !field.default_value) || field.visible_when) return false;
  if (field.type == FieldType::kSelect)
    return std::all_of(field.options.begin(), field.options.end(),
                       [](const Option& option) { return is_host_label(option.value); });
  return field.format == FieldFormat::kHostLabel;
}

void check_placeholder(const AuthMethod& method, const std::string& name,
                       const std::string& pointer, Report& report) {
  const Field* field = method.find_field(name);
  if (field == nullptr) field = method.find_setup_field(name);
  if (field != nullptr) {
    if (!is_host_field(*field))
      report.add("host_field", pointer,
                 "The field " + in_quotes(name) +
                     " becomes part of a host: make it required, not secret, always visible, and "
                     "give it format host_label (or options that are host labels).");
    return;
  }
  const bool everywhere = std::all_of(
      method.environments.begin(), method.environments.end(), [&name](const Environment& e) {
        const auto variable = e.variables.find(name);
        return variable != e.variables.end() && is_host_label(variable->second);
      });
  if (!everywhere)
    report.add("host_placeholder", pointer,
               "Nothing fills {" + name + "} for the method " + in_quotes(method.id) +
                   ". Add a field of that id, or a variable in each of its environments.");
}

// What a person or an operator enters must not stand for the host that the provider tells.
bool can_be_entered(const Manifest& manifest, const std::string& name) {
  return std::any_of(
      manifest.auth_methods.begin(), manifest.auth_methods.end(),
      [&name](const AuthMethod& method) {
        return method.find_field(name) != nullptr || method.find_setup_field(name) != nullptr ||
               method.find_further_field(name) != nullptr ||
               std::any_of(method.environments.begin(), method.environments.end(),
                           [&name](const Environment& e) { return e.variables.contains(name); });
      });
}

void check_told_host(const Manifest& manifest, const HostRule& rule, const std::string& pointer,
                     Report& report) {
  const auto refuse = [&](const std::string& what) { report.add("told_host", pointer, what); };
  const auto name = told_placeholder(rule.host);
  if (!name)
    return refuse(
        "`within` is for a host that is told when an account is connected, such as "
        "{instance}: one placeholder and nothing else. Remove it, or write the host so.");
  if (std::none_of(manifest.facts.begin(), manifest.facts.end(),
                   [&name](const Fact& fact) { return fact.id == *name; }))
    refuse("Nothing tells " + in_quotes(rule.host) + ". Add a fact of that id.");
  if (can_be_entered(manifest, *name))
    refuse(in_quotes(*name) +
           " is a field or a variable, too, which could stand for the host. Rename one.");
  if (rule.port != 443) refuse("A host that is told is reached at port 443. Remove the port.");
  for (const auto& pattern : rule.within)
    if (!is_told_pattern(pattern))
      refuse(in_quotes(pattern) +
             " is no shape of a host. Write *. and lower-case labels, two of them or more.");
}

void check_rate_limits(const Manifest& manifest, Report& report) {
  check_ids(manifest.rate_limits, &RateLimit::id, "/rate_limits", report);
  for (std::size_t i = 0; i < manifest.rate_limits.size(); ++i) {
    const auto& paths = manifest.rate_limits[i].paths;
    for (std::size_t k = 0; k < paths.size(); ++k) {
      std::string_view path = paths[k];
      if (path.ends_with("/*")) path.remove_suffix(1);
      if (!parse_path_template(path))
        report.add("path_shape",
                   "/rate_limits/" + std::to_string(i) + "/paths/" + std::to_string(k),
                   "A path starts with /, holds {names} as whole segments, and may end in /*.");
    }
  }
}

bool check_shape(const std::string& host, const std::string& pointer, Report& report) {
  if (is_host_template(host)) return true;
  report.add("host_shape", pointer,
             in_quotes(host) +
                 " is no host name. Use lower-case labels, at most one {placeholder} in each, "
                 "and none in the last two.");
  return false;
}

void check_sign_in_hosts(const AuthMethod& method, const std::string& pointer, Report& report) {
  for (std::size_t i = 0; i < method.sign_in_hosts.size(); ++i) {
    const std::string where = pointer + "/" + std::to_string(i);
    const std::string& host = method.sign_in_hosts[i];
    if (!check_shape(host, where, report)) continue;
    for (const auto& name : host_placeholders(host)) check_placeholder(method, name, where, report);
  }
  if (method.grant_type == GrantType::kAuthorizationCode && method.sign_in_hosts.empty())
    report.add("sign_in_host", pointer,
               "With this grant people sign in at the provider: name the host of that page.");
}

}  // namespace

void check_hosts(const Manifest& manifest, Report& report) {
  for (std::size_t i = 0; i < manifest.auth_methods.size(); ++i)
    check_sign_in_hosts(manifest.auth_methods[i],
                        "/auth_methods/" + std::to_string(i) + "/sign_in_hosts", report);
  for (std::size_t i = 0; i < manifest.hosts.size(); ++i) {
    const HostRule& rule = manifest.hosts[i];
    const std::string pointer = "/hosts/" + std::to_string(i) + "/host";
    if (rule.is_told()) {
      check_told_host(manifest, rule, pointer, report);
    } else if (!check_shape(rule.host, pointer, report)) {
      continue;
    }
    for (std::size_t k = 0; k < i; ++k)
      if (manifest.hosts[k].host == rule.host && manifest.hosts[k].port == rule.port)
        report.add("host_twice", pointer, "This host and port stood earlier. Keep one of them.");
    if (rule.is_told()) continue;
    for (const auto& name : host_placeholders(rule.host))
      for (const AuthMethod& method : manifest.auth_methods)
        check_placeholder(method, name, pointer, report);
  }
  check_rate_limits(manifest, report);
}

}  // namespace patchbay::manifest
