#pragma once
// An account's sealed secrets (what the customer typed) and tokens (what the provider minted), and
// the one way to change them: `replace`, fenced by the account's generation. Whoever read
// generation 7 may write generation 8 once; everybody else who read 7 gets kConflict, and has a
// token in hand that must be revoked rather than stored.
//
// Records are sealed for (table, project, account, name, generation). A refresh replaces tokens and
// leaves secrets as they were, so each row carries the generation it was sealed for.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "store/accounts_table.h"
#include "store/database.h"

namespace patchbay::store {

inline constexpr std::string_view kSecretsTable = "account_secrets";
inline constexpr std::string_view kTokensTable = "account_tokens";

struct AccountSecret {
  std::string name;    // form field id, e.g. "client_secret"
  std::string sealed;  // place: kSecretsTable, project, account, name, generation
  std::int64_t generation = 0;
};

struct AccountToken {
  std::string name;    // e.g. "v2"
  std::string sealed;  // place: kTokensTable, project, account, name, generation
  std::string token_type;
  std::string scopes;        // space separated, as granted
  std::int64_t minted = 0;   // unix ms
  std::int64_t expires = 0;  // unix ms; 0: unknown
  std::int64_t generation = 0;
};

// What a reconnect changes besides the credentials.
struct Connection {
  std::string integration_id;
  std::string connector_version;
  std::string environment;
  std::string auth_method;
  std::string owner_name;
  std::string username;
  std::string fields = "{}";
  std::string granted = "[]";
  bool granted_known = false;
  std::string facts = "[]";
};

struct CredentialChange {
  std::string account_id;
  std::int64_t expected_generation = 0;
  std::optional<std::vector<AccountSecret>> secrets;  // given: replaces all of them
  std::optional<std::vector<AccountToken>> tokens;    // given: replaces all of them
  std::optional<Connection> connection;               // given: a reconnect
  std::optional<std::string> facts{};                 // given: what a refresh told anew
  std::int64_t next_refresh = 0;
  std::int64_t now_ms = 0;
};

namespace account_credentials {

// For the transaction that inserted the account, at the account's generation.
Result<void> insert(Database& db, const Account& account, const std::vector<AccountSecret>& secrets,
                    const std::vector<AccountToken>& tokens);

// Returns the new generation, always expected_generation + 1: seal for that. An account in error
// becomes active; a suspended one stays suspended. Changed connections and facts bump the change
// sequence. kConflict: another change came first. kNotFound: unlinked meanwhile.
Result<std::int64_t> replace(Database& db, const CredentialChange& change);

Result<std::vector<AccountSecret>> secrets(Database& db, std::string_view account_id);
Result<std::vector<AccountToken>> tokens(Database& db, std::string_view account_id);

}  // namespace account_credentials
}  // namespace patchbay::store
