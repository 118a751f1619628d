#include "tokens.h"

#include <algorithm>

#include "patchbay/sandbox/text.h"
#include "personio_sandbox/secret_mark.h"

namespace patchbay::personio_sandbox {
namespace {

bool belongs(const Token& token, const std::string& client_id) {
  return client_id.empty() || token.client_id == client_id;
}

}  // namespace

bool Token::has_scope(const std::string& scope) const {
  return std::find(scopes.begin(), scopes.end(), scope) != scopes.end();
}

std::string new_secret() {
  return "papi-" + std::string(kSecretMark) + sandbox::random_base64url(48);
}

std::string Tokens::mint(Token token, std::int64_t now_ms) {
  if (tokens_.size() >= prune_at_) {
    std::erase_if(tokens_, [&](const auto& entry) { return entry.second.expires_ms <= now_ms; });
    prune_at_ = std::max<std::size_t>(10'000, 2 * tokens_.size());
  }
  std::string value = new_secret();
  tokens_.emplace(value, std::move(token));
  return value;
}

const Token* Tokens::find(const std::string& value, std::int64_t now_ms) const {
  const auto found = tokens_.find(value);
  if (found == tokens_.end() || found->second.expires_ms <= now_ms) return nullptr;
  return &found->second;
}

std::string Tokens::find_equal(const Token& wanted, std::int64_t now_ms) const {
  std::string best;
  std::int64_t best_expiry = now_ms;
  for (const auto& [value, token] : tokens_) {
    if (token.client_id == wanted.client_id && token.version == wanted.version &&
        token.scopes == wanted.scopes && token.expires_ms > best_expiry) {
      best = value;
      best_expiry = token.expires_ms;
    }
  }
  return best;
}

bool Tokens::revoke(const std::string& value) {
  return tokens_.erase(value) > 0;
}

std::size_t Tokens::revoke_all(const std::string& client_id, std::int64_t now_ms) {
  const std::size_t valid = count(client_id, now_ms);
  std::erase_if(tokens_, [&](const auto& entry) { return belongs(entry.second, client_id); });
  return valid;
}

std::size_t Tokens::expire_all(const std::string& client_id, std::int64_t now_ms) {
  std::size_t expired = 0;
  for (auto& [value, token] : tokens_) {
    if (!belongs(token, client_id) || token.expires_ms <= now_ms) continue;
    token.expires_ms = now_ms;
    ++expired;
  }
  return expired;
}

std::size_t Tokens::count(const std::string& client_id, std::int64_t now_ms) const {
  return static_cast<std::size_t>(
      std::count_if(tokens_.begin(), tokens_.end(), [&](const auto& entry) {
        return belongs(entry.second, client_id) && entry.second.expires_ms > now_ms;
      }));
}

void Tokens::for_each(const std::function<void(const Token&)>& visit) const {
  for (const auto& [value, token] : tokens_) visit(token);
}

}  // namespace patchbay::personio_sandbox
