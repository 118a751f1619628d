#include "invariants.h"

#include <algorithm>
#include <limits>

#include "connector/flow_transcript.h"
#include "store/account_credentials.h"
#include "store/data_keys_table.h"
#include "store/flows_table.h"
#include "store/sealed_columns.h"

namespace patchbay::simulator {
namespace {

// A flow's deadline, and more than as long again for what comes after it.
constexpr std::int64_t kFlowTakesMs = 150'000;
constexpr std::size_t kMostRemembered = 65'536;
constexpr std::int64_t kAllRows = std::numeric_limits<std::int32_t>::max();

bool belongs_to_account(const store::SealedColumn& column) {
  return column.table == store::kTokensTable || column.table == store::kSecretsTable;
}

// The tokens that a flow's recovery finds: those of the answers it has seen.
std::vector<int> minted_in(std::string_view transcript) {
  std::vector<int> tokens;
  const auto read = connector::transcript_from_json(transcript);
  if (!read) return tokens;
  for (const auto& event : read->events)
    for (const auto& reply : event.replies)
      for (const int id : TokenBook::mentioned_in(reply.body.reveal())) tokens.push_back(id);
  return tokens;
}

std::string named(const MintedToken& token) {
  return (token.is_refresh ? "refresh token " : "token ") + std::to_string(token.id);
}

}  // namespace

Invariants::Invariants(World& world, SharedDisk& disk, TokenBook& book, Ledger& ledger,
                       const vault::KeyChain& keys, Random& random)
    : world_(world), disk_(disk), book_(book), ledger_(ledger), keys_(keys), random_(random) {}

void Invariants::check() {
  read_accounts();
  read_sealed_rows();
  check_kept();
  check_tokens();
}

void Invariants::read_accounts() {
  accounts_.clear();
  const auto rows = disk_.database().query("SELECT id, status FROM accounts");
  if (!rows) return world_.violated("opens", rows.error().message);
  for (const auto& row : *rows) accounts_[row.text(0)] = {row.text(0), row.text(1), {}};
}

void Invariants::read_sealed_rows() {
  pending_.clear();
  for (const auto& column : store::sealed_columns()) {
    const auto rows =
        store::sealed_rows::not_sealed_with(disk_.database(), column, "", "", "", kAllRows);
    if (!rows) return world_.violated("opens", rows.error().message);
    for (const auto& row : *rows) {
      const auto* tokens = opened(row.sealed, row.place(column));
      if (tokens == nullptr) continue;
      if (belongs_to_account(column)) {
        auto& held = accounts_[row.id].tokens;
        held.insert(held.end(), tokens->begin(), tokens->end());
      } else {
        for (const int id : *tokens) pending_[id] = std::string(column.table) + " " + row.id;
      }
    }
  }
}

// The tokens that a sealed record names; null, and a violation, when it does not open.
const std::vector<int>* Invariants::opened(const std::string& sealed, const vault::Place& place) {
  const auto known = opened_.find(sealed);
  if (known != opened_.end()) return &known->second;
  if (opened_.size() > kMostRemembered) opened_.clear();
  Result<SecretString> text = make_error(ErrorCode::kConfiguration, "not unlocked");
  if (vault_) text = vault_->open(sealed, place);
  if (!text && unlock()) text = vault_->open(sealed, place);
  if (!text) {
    world_.violated("opens", std::string(place.table) + " " + std::string(place.row_id) + " " +
                                 std::string(place.column) + ": " + text.error().message);
    return nullptr;
  }
  auto tokens = place.table == store::kFlowsTable ? minted_in(text->reveal())
                                                  : TokenBook::mentioned_in(text->reveal());
  return &opened_.emplace(sealed, std::move(tokens)).first->second;
}

Result<> Invariants::unlock() {
  PATCHBAY_TRY_ASSIGN(const auto keys, store::data_keys_table::list(disk_.database()));
  PATCHBAY_TRY_ASSIGN(auto vault, vault::Vault::unlock(keys_, keys, random_));
  vault_ = std::make_unique<vault::Vault>(std::move(vault));
  return {};
}

void Invariants::check_kept() {
  for (const auto& [id, account] : ledger_.accounts())
    if (!account.unlink_asked && !accounts_.contains(id))
      world_.violated("kept", "account " + id + " was acknowledged and is gone");
}

void Invariants::check_tokens() {
  for (const auto& [id, account] : accounts_)
    for (const int token_id : account.tokens) {
      auto& token = book_.token(token_id);
      token.held_by = id;
      if (!token.revoked_by_hub && !book_.grant(token.grant).ended_by_hub) continue;
      if (account.status != "active" || has_spent_its_refresh_token(account))
        token.is_known_dead = true;
      if (!token.is_known_dead)
        world_.violated("not revoked",
                        "account " + id + " holds " + named(token) + ", which a hub has revoked");
    }
  for (const int id : book_.living(world_.now())) check_token(book_.token(id));
}

// It was presented and processed, and no other was stored: the account can only be reconnected.
bool Invariants::has_spent_its_refresh_token(const StoredAccount& account) const {
  return std::ranges::any_of(account.tokens, [&](int id) { return book_.token(id).spent != 0; });
}

void Invariants::check_token(MintedToken& token) {
  if (token.delivery != Delivery::kDelivered || token.is_excused) return;
  if (pending_.contains(token.id)) return;
  const auto holder = accounts_.find(token.held_by);
  const bool is_held =
      holder != accounts_.end() &&
      std::ranges::find(holder->second.tokens, token.id) != holder->second.tokens.end();
  if (is_held) return;
  if (replaced(token)) {
    token.is_excused = true;
    return;
  }
  if (is_in_memory(token)) return;
  world_.violated("no orphan", named(token) + " of grant " + std::to_string(token.grant) +
                                   " lives, and nothing knows it" +
                                   (token.held_by.empty() ? "" : "; " + token.held_by + " had it"));
}

// Its account goes on with other tokens of the same grant. Where the grant rotates, that is enough
// even if it never had this one: revoking it could end the grant.
bool Invariants::replaced(const MintedToken& token) const {
  const bool rotates = book_.grant(token.grant).kind != GrantKind::kCredentials;
  return std::ranges::any_of(accounts_, [&](const auto& entry) {
    if (entry.first != token.held_by && !rotates) return false;
    return std::ranges::any_of(entry.second.tokens, [&](int id) {
      return id != token.id && book_.token(id).grant == token.grant;
    });
  });
}

bool Invariants::is_in_memory(const MintedToken& token) const {
  const auto frozen = frozen_since_.find(token.life);
  const auto until = frozen != frozen_since_.end() ? frozen->second : world_.now();
  return token.held_by.empty() && alive_.contains(token.life) &&
         until - token.delivered - token.frozen_ms < kFlowTakesMs;
}

void Invariants::thawed(Life life) {
  const auto since = frozen_since_.extract(life);
  if (since.empty()) return;
  const auto frozen_ms = world_.now() - since.mapped();
  for (const int id : book_.living(world_.now()))
    if (auto& token = book_.token(id); token.life == life) token.frozen_ms += frozen_ms;
}

void Invariants::killed(Life life) {
  alive_.erase(life);
  frozen_since_.erase(life);
  for (const int id : book_.living(world_.now())) {
    auto& token = book_.token(id);
    if (token.life == life && token.held_by.empty() && !pending_.contains(id) &&
        disk_.failed_since(life, token.delivered))
      token.is_excused = true;
  }
  check();
}

void Invariants::served(const std::string& account_id, std::string_view value) {
  const auto* account = ledger_.find(account_id);
  const auto* token = book_.find(value);
  if (account == nullptr || token == nullptr)
    return world_.violated("served", "something unknown was served for account " + account_id);
  if (account->is_blocked)
    world_.violated("served", named(*token) + " was served for account " + account_id +
                                  " after it was told to be suspended or unlinked");
  if (!ledger_.may_hold(account->owner, token->grant))
    world_.violated("served", named(*token) + " was served for account " + account_id +
                                  ", whose owner never had its grant");
}

void Invariants::check_resolved() {
  auto& db = disk_.database();
  const auto intents = db.query(
      "SELECT a.id FROM accounts a JOIN refresh_leases l ON l.account_id = a.id "
      "WHERE l.presented > 0 AND l.generation = a.generation AND a.status = 'active'");
  if (!intents) return world_.violated("resolved", intents.error().message);
  for (const auto& row : *intents)
    world_.violated("resolved", "nobody knows what came of the refresh of " + row.text(0));
  for (const std::string table : {"flows", "revocations"}) {
    const auto rows = db.query("SELECT id FROM " + table);
    if (!rows) return world_.violated("resolved", rows.error().message);
    for (const auto& row : *rows)
      world_.violated("resolved", table + " still has " + row.text(0) + " to be worked off");
  }
}

}  // namespace patchbay::simulator
