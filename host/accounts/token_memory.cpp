#include "accounts/token_memory.h"

#include <utility>

#include "accounts/restored_accounts.h"

namespace patchbay::accounts {

Error connector_missing(const store::Account& account) {
  return make_error(ErrorCode::kUnavailable, "connector " + account.connector_id +
                                                 " is not in the connectors folder or not ready");
}

bool is_withdrawn(const Services& services, const StoredAccount& stored) {
  return stored.restored && renewal_of(services, stored.account) != manifest::Renewal::kNever;
}

Task<Result<EntryPtr>> TokenMemory::load(std::string project_id, std::string account_id) {
  PATCHBAY_CO_TRY_ASSIGN(const auto sequence, co_await services_.instance.sequence());
  auto& shard = shard_of(account_id);
  if (const auto found = shard.find(account_id);
      found != shard.end() && found->second->read_at >= sequence &&
      found->second->project_id == project_id && serving_error(*found->second))
    co_return found->second;
  auto stored = co_await services_.store.read(
      [=](store::Database& db) { return read_account(db, project_id, account_id); });
  if (!stored) {
    if (stored.error().code == ErrorCode::kNotFound) forget(account_id);
    co_return stored.error();
  }
  // Whether its tokens may be served depends on how they are renewed.
  if (stored->restored && !renewal_of(services_, stored->account))
    co_return connector_missing(stored->account);
  auto& entry = shard[account_id];
  if (!entry) entry = std::make_shared<Entry>();
  // A refresh may have stored a newer generation since this was read.
  if (entry->project_id.empty() || entry->account.generation <= stored->account.generation)
    PATCHBAY_CO_TRY(take_over(*entry, *std::move(stored)));
  entry->project_id = std::move(project_id);
  co_return entry;
}

Entry* TokenMemory::find(std::string_view project_id, std::string_view account_id) const {
  const auto& shard = shards_[services_.loops.index_for(account_id)];
  const auto found = shard.find(account_id);
  if (found == shard.end()) return nullptr;
  Entry& entry = *found->second;
  const bool may_serve = entry.project_id == project_id &&
                         services_.instance.may_serve(entry.read_at) && serving_error(entry);
  return may_serve ? &entry : nullptr;
}

void TokenMemory::forget(const std::string& account_id) {
  auto& shard = shard_of(account_id);
  const auto found = shard.find(account_id);
  if (found == shard.end()) return;
  found->second->read_at = -1;
  // Whoever has it in hand, a refresh above all, goes on with what is there.
  if (found->second.use_count() == 1) found->second->tokens.clear();
}

Result<> TokenMemory::take_over(Entry& entry, StoredAccount stored) const {
  PATCHBAY_TRY_ASSIGN(auto input, open_input(services_.vault, stored));
  if (is_withdrawn(services_, stored)) {
    input.tokens.clear();
    stored.tokens.clear();
  }
  entry.read_at = stored.read_at;
  entry.account = std::move(stored.account);
  entry.tokens = std::move(input.tokens);
  entry.minted.clear();
  for (const auto& token : stored.tokens) entry.minted[token.name] = token.minted;
  return {};
}

Result<> TokenMemory::serving_error(const Entry& entry) {
  const auto& account = entry.account;
  if (account.status == store::AccountStatus::kInactive)
    return make_error(ErrorCode::kForbidden, "This account is suspended.");
  if (account.status == store::AccountStatus::kError)
    return make_error(
        ErrorCode::kInvalidCredentials,
        "This account needs attention (" + account.reason_code + "): " + account.reason_text);
  return {};
}

}  // namespace patchbay::accounts
