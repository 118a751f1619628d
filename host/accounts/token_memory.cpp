#include "accounts/token_memory.h"

#include <utility>

#include "accounts/restored_accounts.h"
#include "metrics/hub_counters.h"

namespace patchbay::accounts {

Error connector_missing(const store::Account& account) {
  return make_error(ErrorCode::kUnavailable, "connector " + account.connector_id +
                                                 " is not in the connectors folder or not ready");
}

bool is_withdrawn(const Services& services, const StoredAccount& stored) {
  return stored.restored && renewal_of(services, stored.account) != manifest::Renewal::kNever;
}

TokenMemory::~TokenMemory() {
  for (const auto& shard : shards_)
    metrics::of_hub().held_accounts.add(-static_cast<std::int64_t>(shard.entries.size()));
}

void TokenMemory::note_use(Shard& shard, Entry& entry) {
  shard.by_use.splice(shard.by_use.end(), shard.by_use, ByUse::s_iterator_to(entry));
}

// A refresh that failed is not forgotten while it tells when to try again.
bool TokenMemory::may_go(const EntryPtr& entry) const {
  return entry.use_count() == 1 && !entry->refreshing &&
         entry->not_before <= services_.clock.unix_ms();
}

// A few at a time: what may not go is passed over, and there may be more of it than room.
void TokenMemory::make_room(Shard& shard) const {
  constexpr int kLooks = 8;
  for (int i = 0; i < kLooks && shard.entries.size() > most_a_loop_; ++i) {
    Entry& oldest = shard.by_use.front();
    if (may_go(shard.entries.find(oldest.account.id)->second))
      take_out(shard, oldest);
    else
      note_use(shard, oldest);
  }
}

void TokenMemory::take_out(Shard& shard, Entry& entry) {
  entry.has_changed();
  shard.by_use.erase(ByUse::s_iterator_to(entry));
  shard.entries.erase(shard.entries.find(entry.account.id));
  metrics::of_hub().held_accounts.add(-1);
}

Task<Result<EntryPtr>> TokenMemory::load(std::string project_id, std::string account_id) {
  PATCHBAY_CO_TRY_ASSIGN(const auto sequence, co_await services_.instance.sequence());
  auto& shard = shard_of(account_id);
  if (const auto found = shard.entries.find(account_id);
      found != shard.entries.end() && found->second->read_at >= sequence &&
      found->second->project_id == project_id && serving_error(*found->second)) {
    note_use(shard, *found->second);
    co_return found->second;
  }
  const EntryPtr entry = place_for(shard, account_id);
  const auto read = co_await read_into(*entry, project_id, account_id);
  if (!read) {
    if (read.error().code == ErrorCode::kNotFound) forget(account_id);
    if (entry->project_id.empty() && entry.use_count() == 2) take_out(shard, *entry);
    co_return read.error();
  }
  entry->project_id = std::move(project_id);
  make_room(shard);
  co_return entry;
}

Task<Result<>> TokenMemory::read_into(Entry& entry, std::string project_id,
                                      std::string account_id) {
  auto stored = co_await services_.store.read(
      [=](store::Database& db) { return read_account(db, project_id, account_id); });
  if (!stored) co_return stored.error();
  // Whether its tokens may be served depends on how they are renewed.
  if (stored->restored && !renewal_of(services_, stored->account))
    co_return connector_missing(stored->account);
  // A refresh may have stored a newer generation since this was read.
  if (!entry.project_id.empty() && entry.account.generation > stored->account.generation)
    co_return Result<>();
  co_return take_over(entry, *std::move(stored));
}

// There before it is read, and in hand until then: what is learnt meanwhile is not lost.
EntryPtr TokenMemory::place_for(Shard& shard, const std::string& account_id) {
  if (const auto found = shard.entries.find(account_id); found != shard.entries.end()) {
    note_use(shard, *found->second);
    return found->second;
  }
  EntryPtr entry = std::make_shared<Entry>();
  entry->account.id = account_id;
  shard.entries.emplace(account_id, entry);
  shard.by_use.push_back(*entry);
  metrics::of_hub().held_accounts.add(1);
  return entry;
}

Entry* TokenMemory::find(std::string_view project_id, std::string_view account_id) {
  auto& shard = shard_of(account_id);
  const auto found = shard.entries.find(account_id);
  if (found == shard.entries.end()) return nullptr;
  Entry& entry = *found->second;
  const bool may_serve = entry.project_id == project_id &&
                         services_.instance.may_serve(entry.read_at) && serving_error(entry);
  if (!may_serve) return nullptr;
  note_use(shard, entry);
  return &entry;
}

void TokenMemory::forget(const std::string& account_id) {
  auto& shard = shard_of(account_id);
  const auto found = shard.entries.find(account_id);
  if (found == shard.entries.end()) return;
  found->second->read_at = -1;
  found->second->has_changed();
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
  entry.has_changed();
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
