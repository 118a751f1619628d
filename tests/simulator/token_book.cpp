#include "token_book.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <ranges>

namespace patchbay::simulator {
namespace {

// Values are told apart from everything else in a text, and name their token.
constexpr std::string_view kMark = "tok-";
constexpr std::size_t kDigits = 8;

std::string value_of(int id) {
  char text[32];
  std::snprintf(text, sizeof text, "tok-%08d-opaque", id);
  return text;
}

}  // namespace

Grant& TokenBook::add_grant(GrantKind kind, std::int64_t lifetime_ms) {
  Grant grant;
  grant.id = static_cast<int>(grants_.size());
  grant.kind = kind;
  grant.lifetime_ms = lifetime_ms;
  char text[64];
  if (kind == GrantKind::kCredentials) {
    std::snprintf(text, sizeof text, "papi-00000000-0000-4000-8000-%012d", grant.id);
  } else {
    std::snprintf(text, sizeof text, "code-%08d", grant.id);
  }
  grant.client_id = text;
  std::snprintf(text, sizeof text, "secret-of-%08d", grant.id);
  grant.secret = text;
  by_client_.emplace(grant.client_id, grant.id);
  return grants_.emplace_back(std::move(grant));
}

MintedToken& TokenBook::mint(const Grant& grant, bool is_refresh, std::int64_t now) {
  MintedToken token;
  token.id = static_cast<int>(tokens_.size());
  token.grant = grant.id;
  token.value = value_of(token.id);
  token.is_refresh = is_refresh;
  token.expires = is_refresh ? 0 : now + grant.lifetime_ms;
  living_.push_back(token.id);
  return tokens_.emplace_back(std::move(token));
}

Grant* TokenBook::find_client(std::string_view client_id) {
  const auto found = by_client_.find(client_id);
  return found == by_client_.end() ? nullptr : &grant(found->second);
}

MintedToken* TokenBook::find(std::string_view value) {
  const auto ids = mentioned_in(value);
  if (ids.size() != 1 || static_cast<std::size_t>(ids.front()) >= tokens_.size()) return nullptr;
  auto& found = token(ids.front());
  return found.value == value ? &found : nullptr;
}

const std::vector<int>& TokenBook::living(std::int64_t now) {
  std::erase_if(living_, [&](int id) { return !token(id).is_alive(now); });
  return living_;
}

std::size_t TokenBook::count_revoked() const {
  const auto is_revoked = [&](const Grant& grant) {
    auto known = tokens_ | std::views::filter([&](const MintedToken& token) {
                   return token.grant == grant.id && token.delivery == Delivery::kDelivered;
                 });
    return grant.ended_by_hub ||
           (!known.empty() && std::ranges::all_of(known, &MintedToken::revoked_by_hub));
  };
  return static_cast<std::size_t>(std::ranges::count_if(grants_, is_revoked));
}

void TokenBook::end(Grant& grant) {
  grant.is_over = true;
  for (auto& token : tokens_)
    if (token.grant == grant.id) token.is_over = true;
}

std::vector<int> TokenBook::mentioned_in(std::string_view text) {
  std::vector<int> ids;
  for (auto at = text.find(kMark); at != std::string_view::npos; at = text.find(kMark, at + 1)) {
    const auto digits = text.substr(at + kMark.size(), kDigits);
    int id = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), id);
    if (error == std::errc() && end == digits.data() + kDigits) ids.push_back(id);
  }
  return ids;
}

}  // namespace patchbay::simulator
