#include "accounts/kept_secrets.h"

#include <algorithm>

#include "accounts/credentials.h"

namespace patchbay::accounts {
namespace {

std::string value_in(const std::vector<connector::NamedValue>& values, std::string_view name) {
  const auto found = std::ranges::find(values, name, &connector::NamedValue::name);
  return found == values.end() ? std::string() : found->value;
}

// The first field that names a host and does not hold what it held.
std::optional<std::string> changed_host_field(const manifest::Manifest& manifest,
                                              const manifest::AuthMethod& method,
                                              const std::vector<connector::NamedValue>& before,
                                              const std::vector<connector::NamedValue>& now) {
  std::vector<std::string> hosts = method.sign_in_hosts;
  for (const auto& rule : manifest.hosts) hosts.push_back(rule.host);
  for (const auto& host : hosts)
    for (const auto& name : manifest::host_placeholders(host))
      if (method.find_field(name) != nullptr && value_in(before, name) != value_in(now, name))
        return name;
  return std::nullopt;
}

Task<Result<StoredAccount>> read(const Services& services, const store::Account& account) {
  co_return co_await services.store.read(
      [project = account.project_id, id = account.id](store::Database& db) {
        return read_account(db, project, id);
      });
}

}  // namespace

Task<Result<std::vector<std::string>>> stored_secret_names(const Services& services,
                                                           const store::Account& account) {
  const auto stored = co_await read(services, account);
  if (!stored) co_return stored.error();
  std::vector<std::string> names;
  for (const auto& secret : stored->secrets) names.push_back(secret.name);
  co_return names;
}

Task<Result<FormInput>> with_kept_secrets(const Services& services, const store::Account& account,
                                          const manifest::Manifest& manifest,
                                          const manifest::AuthMethod& method, FormInput form) {
  const auto stored = co_await read(services, account);
  if (!stored) co_return stored.error();
  auto input = open_input(services.vault, *stored);
  if (!input) co_return input.error();
  const auto host_field = changed_host_field(manifest, method, input->fields, form.values);
  for (auto& secret : input->secrets) {
    const bool entered = std::ranges::find(form.secrets, secret.name,
                                           &connector::NamedSecret::name) != form.secrets.end();
    if (entered || method.find_field(secret.name) == nullptr) continue;
    if (host_field)
      co_return make_error(ErrorCode::kInvalidArgument,
                           "With another \"" + *host_field +
                               "\" the secrets have to be entered again: they would be sent to "
                               "another server.",
                           *host_field);
    form.secrets.push_back(std::move(secret));
  }
  co_return form;
}

}  // namespace patchbay::accounts
