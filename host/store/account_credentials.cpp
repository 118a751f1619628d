#include "store/account_credentials.h"

#include "base/planted_bug.h"
#include "store/change_sequence_table.h"
#include "store/row_helpers.h"
#include "store/sealed_columns.h"

namespace patchbay::store::account_credentials {
namespace {

// Clears an error; a suspension is the operator's and stays.
constexpr std::string_view kReplaceTokens =
    "UPDATE accounts SET generation = generation + 1, updated = ?, next_refresh = ?, "
    "status_changed = CASE WHEN status = 'error' THEN ? ELSE status_changed END, "
    "reason_code = CASE WHEN status = 'error' THEN '' ELSE reason_code END, "
    "reason_text = CASE WHEN status = 'error' THEN '' ELSE reason_text END, "
    "status = CASE WHEN status = 'error' THEN 'active' ELSE status END "
    "WHERE id = ? AND generation = ?";

constexpr std::string_view kReconnect =
    "UPDATE accounts SET integration_id = ?, connector_version = ?, environment = ?, "
    "auth_method = ?, owner_name = ?, username = ?, fields = ?, granted = ?, granted_known = ?, "
    "facts = ? WHERE id = ?";

Result<void> insert_secrets(Database& db, std::string_view project_id, std::string_view account_id,
                            const std::vector<AccountSecret>& secrets) {
  for (const auto& secret : secrets) {
    PATCHBAY_TRY(db.execute(
        "INSERT INTO account_secrets (account_id, name, project_id, sealed, data_key_id, "
        "generation) VALUES (?, ?, ?, ?, ?, ?)",
        {account_id, secret.name, project_id, BlobView{secret.sealed}, data_key_of(secret.sealed),
         secret.generation}));
  }
  return {};
}

Result<void> insert_tokens(Database& db, std::string_view project_id, std::string_view account_id,
                           const std::vector<AccountToken>& tokens) {
  for (const auto& token : tokens) {
    PATCHBAY_TRY(db.execute(
        "INSERT INTO account_tokens (account_id, name, project_id, sealed, data_key_id, "
        "token_type, scopes, minted, expires, generation) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        {account_id, token.name, project_id, BlobView{token.sealed}, data_key_of(token.sealed),
         token.token_type, token.scopes, token.minted, token.expires, token.generation}));
  }
  return {};
}

template <class Credential>
bool all_of_generation(const std::vector<Credential>& credentials, std::int64_t generation) {
  for (const auto& credential : credentials) {
    if (credential.generation != generation) return false;
  }
  return true;
}

Error wrong_generation() {
  return make_error(ErrorCode::kInternal, "Credentials were sealed for another generation.");
}

// Moves the account on by one generation, or says why it may not.
Result<void> advance(Database& db, const CredentialChange& change) {
  PATCHBAY_TRY_ASSIGN(const auto changed,
                      db.execute(kReplaceTokens, {change.now_ms, change.next_refresh, change.now_ms,
                                                  change.account_id, change.expected_generation}));
  if (changed == 1 || PATCHBAY_PLANTED_BUG(6)) return {};
  PATCHBAY_TRY_ASSIGN(const auto there,
                      db.query("SELECT 1 FROM accounts WHERE id = ?", {change.account_id}));
  if (there.empty()) {
    return make_error(ErrorCode::kNotFound, "The account was unlinked meanwhile.");
  }
  return make_error(ErrorCode::kConflict, "The account's credentials were changed meanwhile.");
}

}  // namespace

Result<void> insert(Database& db, const Account& account, const std::vector<AccountSecret>& secrets,
                    const std::vector<AccountToken>& tokens) {
  if (!all_of_generation(secrets, account.generation) ||
      !all_of_generation(tokens, account.generation)) {
    return wrong_generation();
  }
  PATCHBAY_TRY(insert_secrets(db, account.project_id, account.id, secrets));
  return insert_tokens(db, account.project_id, account.id, tokens);
}

Result<std::int64_t> replace(Database& db, const CredentialChange& change) {
  const std::int64_t generation = change.expected_generation + 1;
  if ((change.secrets && !all_of_generation(*change.secrets, generation)) ||
      (change.tokens && !all_of_generation(*change.tokens, generation))) {
    return wrong_generation();
  }
  PATCHBAY_TRY(advance(db, change));
  PATCHBAY_TRY_ASSIGN(const auto account,
                      required(accounts_table::find_any(db, change.account_id), "account"));
  if (change.connection) {
    const Connection& to = *change.connection;
    PATCHBAY_TRY(db.execute(kReconnect, {to.integration_id, to.connector_version, to.environment,
                                         to.auth_method, to.owner_name, to.username, to.fields,
                                         to.granted, to.granted_known, to.facts, account.id}));
    PATCHBAY_TRY(change_sequence_table::bump(db));
  } else if (change.facts) {
    PATCHBAY_TRY(
        db.execute("UPDATE accounts SET facts = ? WHERE id = ?", {*change.facts, account.id}));
    PATCHBAY_TRY(change_sequence_table::bump(db));
  }
  if (change.secrets) {
    PATCHBAY_TRY(db.execute("DELETE FROM account_secrets WHERE account_id = ?", {account.id}));
    PATCHBAY_TRY(insert_secrets(db, account.project_id, account.id, *change.secrets));
  }
  if (change.tokens) {
    PATCHBAY_TRY(db.execute("DELETE FROM account_tokens WHERE account_id = ?", {account.id}));
    PATCHBAY_TRY(insert_tokens(db, account.project_id, account.id, *change.tokens));
  }
  return generation;
}

Result<std::vector<AccountSecret>> secrets(Database& db, std::string_view account_id) {
  return all_rows(
      db.query("SELECT name, sealed, generation FROM account_secrets WHERE account_id = ? "
               "ORDER BY name",
               {account_id}),
      [](const Row& row) { return AccountSecret{row.text(0), row.text(1), row.integer(2)}; });
}

Result<std::vector<AccountToken>> tokens(Database& db, std::string_view account_id) {
  return all_rows(db.query("SELECT name, sealed, token_type, scopes, minted, expires, generation "
                           "FROM account_tokens WHERE account_id = ? ORDER BY name",
                           {account_id}),
                  [](const Row& row) {
                    return AccountToken{row.text(0),    row.text(1),    row.text(2),   row.text(3),
                                        row.integer(4), row.integer(5), row.integer(6)};
                  });
}

}  // namespace patchbay::store::account_credentials
