#pragma once
// Between the vault's sealed rows and what a connector is given: opens an account's secrets and
// tokens into a FlowInput, and seals what a flow brought back for the generation it will have.
#include <map>
#include <string>
#include <vector>

#include "accounts/services.h"
#include "connector/flow_types.h"
#include "manifest/hosts.h"
#include "store/account_credentials.h"
#include "store/integrations_table.h"

namespace patchbay::accounts {

// An account as the store has it, sealed.
struct StoredAccount {
  store::Account account;
  std::vector<store::AccountSecret> secrets;
  std::vector<store::AccountToken> tokens;
  store::Integration integration;  // its id is empty when it is gone
  bool restored = false;           // both came back from a backup; see restored_accounts.h
  std::int64_t read_at = -1;       // the change sequence of that moment
};
Result<StoredAccount> read_account(store::Database& db, std::string_view project_id,
                                   std::string_view account_id);

// Everything a connector needs to refresh or revoke this account, the operator's setup included.
Result<connector::FlowInput> open_input(const vault::Vault& vault, const StoredAccount& stored);

Result<std::vector<store::AccountSecret>> seal_secrets(
    const vault::Vault& vault, const store::Account& account, std::int64_t generation,
    const std::vector<connector::NamedSecret>& secrets);
Result<std::vector<store::AccountToken>> seal_tokens(const vault::Vault& vault,
                                                     const store::Account& account,
                                                     std::int64_t generation,
                                                     const std::vector<connector::Token>& tokens,
                                                     std::int64_t now_ms);

// Everything of an account that was connected anew, `account` being the row as it is to be but for
// its generation, which is the one before; secrets and tokens sealed for the one after.
store::CredentialChange reconnect_change(const store::Account& account,
                                         std::vector<store::AccountSecret> secrets,
                                         std::vector<store::AccountToken> tokens,
                                         std::int64_t now_ms);

// By the rule of patchbay_done: same name replaces, an empty value removes, others stay. True when
// anything changed.
bool merge_secrets(std::vector<connector::NamedSecret>& kept,
                   std::vector<connector::NamedSecret> fresh);
void merge_tokens(std::vector<connector::Token>& kept, std::vector<connector::Token> fresh);

// When the next refresh is worth while: the earliest token at `share` of its life, moved by up to a
// tenth of what remains after it (`unit` in [0,1)). 0: no token ends.
std::int64_t plan_refresh(const std::vector<connector::Token>& tokens, std::int64_t now_ms,
                          double share, double unit);

// {"client_id":"..."} and back; what the account row keeps of the form.
std::string fields_to_json(const std::vector<connector::NamedValue>& fields);
std::vector<connector::NamedValue> fields_from_json(std::string_view json);

// What placeholders in the manifest's hosts stand for. A host that the provider tells comes from
// the account's facts alone, and only while the manifest allows that one.
manifest::HostValues host_values(const manifest::Manifest& manifest,
                                 const connector::FlowInput& input);

}  // namespace patchbay::accounts
