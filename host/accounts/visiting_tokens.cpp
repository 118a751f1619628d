#include "accounts/visiting_tokens.h"

#include <algorithm>

namespace patchbay::accounts {

void VisitingTokens::keep(std::string_view project_id, const std::string& account_id,
                          const AccessToken& token, std::int64_t now_ms) {
  if (by_account_.size() >= most_ && !by_account_.contains(account_id)) by_account_.clear();
  auto& visitors = by_account_[account_id];
  std::erase_if(visitors, [&](const Visitor& visitor) { return visitor.name == token.name; });
  visitors.push_back({std::string(project_id), token.name, token.shared, now_ms});
}

std::shared_ptr<const AccessToken> VisitingTokens::find(std::string_view project_id,
                                                        std::string_view account_id,
                                                        std::string_view token_name,
                                                        std::int64_t since_ms) const {
  const auto found = by_account_.find(account_id);
  if (found == by_account_.end()) return nullptr;
  const auto visitor = std::ranges::find(found->second, token_name, &Visitor::name);
  const bool fits = visitor != found->second.end() && visitor->project_id == project_id &&
                    visitor->came > since_ms;
  return fits ? visitor->token.lock() : nullptr;
}

}  // namespace patchbay::accounts
