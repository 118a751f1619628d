#include "accounts/credentials.h"

#include <algorithm>

#include "accounts/integration_setup.h"
#include "accounts/told_hosts.h"
#include "base/json.h"
#include "store/change_sequence_table.h"
#include "store/restored_accounts_table.h"

namespace patchbay::accounts {
namespace {

vault::Place place_of(const store::Account& account, std::string_view table, std::string_view name,
                      std::int64_t generation) {
  return {table, account.project_id, account.id, name, generation};
}

template <class Named>
auto find_named(std::vector<Named>& list, std::string_view name) {
  return std::find_if(list.begin(), list.end(),
                      [&](const Named& item) { return item.name == name; });
}

}  // namespace

Result<StoredAccount> read_account(store::Database& db, std::string_view project_id,
                                   std::string_view account_id) {
  PATCHBAY_TRY_ASSIGN(auto account, store::accounts_table::find(db, project_id, account_id));
  if (!account)
    return make_error(ErrorCode::kNotFound, "There is no such account. It may have been unlinked.");
  StoredAccount stored{*std::move(account), {}, {}, {}, false, -1};
  PATCHBAY_TRY_ASSIGN(stored.secrets, store::account_credentials::secrets(db, account_id));
  PATCHBAY_TRY_ASSIGN(stored.tokens, store::account_credentials::tokens(db, account_id));
  PATCHBAY_TRY_ASSIGN(auto integration, store::integrations_table::find(
                                            db, project_id, stored.account.integration_id));
  if (integration) stored.integration = *std::move(integration);
  PATCHBAY_TRY_ASSIGN(stored.restored, store::restored_accounts_table::holds(
                                           db, account_id, stored.account.generation));
  PATCHBAY_TRY_ASSIGN(stored.read_at, store::change_sequence_table::current(db));
  return stored;
}

Result<connector::FlowInput> open_input(const vault::Vault& vault, const StoredAccount& stored) {
  const auto& account = stored.account;
  connector::FlowInput input;
  input.auth_method_id = account.auth_method;
  input.environment_id = account.environment;
  input.fields = fields_from_json(account.fields);
  input.facts = facts_from_json(account.facts);
  for (const auto& secret : stored.secrets) {
    PATCHBAY_TRY_ASSIGN(
        auto value, vault.open(secret.sealed, place_of(account, store::kSecretsTable, secret.name,
                                                       secret.generation)));
    input.secrets.push_back({secret.name, std::move(value)});
  }
  for (const auto& token : stored.tokens) {
    PATCHBAY_TRY_ASSIGN(auto value,
                        vault.open(token.sealed, place_of(account, store::kTokensTable, token.name,
                                                          token.generation)));
    input.tokens.push_back({token.name, std::move(value), token.token_type, token.expires,
                            token.scopes, !token.scopes.empty()});
  }
  PATCHBAY_TRY(open_setup(vault, stored.integration, input));
  return input;
}

Result<std::vector<store::AccountSecret>> seal_secrets(
    const vault::Vault& vault, const store::Account& account, std::int64_t generation,
    const std::vector<connector::NamedSecret>& secrets) {
  std::vector<store::AccountSecret> rows;
  for (const auto& secret : secrets) {
    PATCHBAY_TRY_ASSIGN(
        auto sealed,
        vault.seal(secret.value, place_of(account, store::kSecretsTable, secret.name, generation)));
    rows.push_back({secret.name, std::move(sealed), generation});
  }
  return rows;
}

Result<std::vector<store::AccountToken>> seal_tokens(const vault::Vault& vault,
                                                     const store::Account& account,
                                                     std::int64_t generation,
                                                     const std::vector<connector::Token>& tokens,
                                                     std::int64_t now_ms) {
  std::vector<store::AccountToken> rows;
  for (const auto& token : tokens) {
    PATCHBAY_TRY_ASSIGN(auto sealed, vault.seal(token.value, place_of(account, store::kTokensTable,
                                                                      token.name, generation)));
    rows.push_back({token.name, std::move(sealed), token.type, token.scopes, now_ms,
                    token.expires_unix_ms, generation});
  }
  return rows;
}

store::CredentialChange reconnect_change(const store::Account& account,
                                         std::vector<store::AccountSecret> secrets,
                                         std::vector<store::AccountToken> tokens,
                                         std::int64_t now_ms) {
  store::CredentialChange change;
  change.account_id = account.id;
  change.expected_generation = account.generation;
  change.secrets = std::move(secrets);
  change.tokens = std::move(tokens);
  change.connection =
      store::Connection{account.integration_id, account.connector_version, account.environment,
                        account.auth_method,    account.owner_name,        account.username,
                        account.fields,         account.granted,           account.granted_known,
                        account.facts};
  change.next_refresh = account.next_refresh;
  change.now_ms = now_ms;
  return change;
}

bool merge_secrets(std::vector<connector::NamedSecret>& kept,
                   std::vector<connector::NamedSecret> fresh) {
  bool changed = false;
  for (auto& secret : fresh) {
    const auto old = find_named(kept, secret.name);
    changed = changed || !secret.value.empty() || old != kept.end();
    if (old != kept.end()) kept.erase(old);
    if (!secret.value.empty()) kept.push_back(std::move(secret));
  }
  return changed;
}

void merge_tokens(std::vector<connector::Token>& kept, std::vector<connector::Token> fresh) {
  for (auto& token : fresh) {
    const auto old = find_named(kept, token.name);
    if (old != kept.end()) kept.erase(old);
    kept.push_back(std::move(token));
  }
}

std::int64_t plan_refresh(const std::vector<connector::Token>& tokens, std::int64_t now_ms,
                          double share, double unit) {
  std::int64_t earliest = 0;
  for (const auto& token : tokens) {
    if (token.expires_unix_ms == 0) continue;
    const auto life =
        static_cast<double>(std::max<std::int64_t>(token.expires_unix_ms - now_ms, 0));
    const double at = life * (share + (1.0 - share) * 0.1 * unit);
    const auto when = now_ms + static_cast<std::int64_t>(at);
    if (earliest == 0 || when < earliest) earliest = when;
  }
  return earliest;
}

std::string fields_to_json(const std::vector<connector::NamedValue>& fields) {
  json::Writer out;
  out.begin_object();
  for (const auto& field : fields) out.member(field.name, field.value);
  return out.end_object().take();
}

std::vector<connector::NamedValue> fields_from_json(std::string_view json) {
  std::vector<connector::NamedValue> fields;
  const auto document = json::Document::parse(json);
  if (!document) return fields;
  const auto root = document->root();
  for (std::size_t i = 0; i < root.size(); ++i) {
    const auto [name, value] = root.member(i);
    fields.push_back({std::string(name), value.string_or("")});
  }
  return fields;
}

manifest::HostValues host_values(const manifest::Manifest& manifest,
                                 const connector::FlowInput& input) {
  manifest::HostValues values;
  for (const auto& field : input.setup_fields) values[field.name] = manifest::trim(field.value);
  for (const auto& field : input.fields) values[field.name] = manifest::trim(field.value);
  if (const auto* method = manifest.find_auth_method(input.auth_method_id))
    if (const auto* environment = method->find_environment(input.environment_id))
      for (const auto& [name, value] : environment->variables) values[name] = value;
  for (const auto& rule : manifest.hosts) {
    const auto name = rule.is_told() ? manifest::told_placeholder(rule.host) : std::nullopt;
    if (!name) continue;
    values.erase(*name);
    for (const auto& fact : input.facts) {
      if (fact.name != *name) continue;
      if (auto host = manifest::told_host(rule, fact.value)) values[*name] = *std::move(host);
    }
  }
  return values;
}

}  // namespace patchbay::accounts
