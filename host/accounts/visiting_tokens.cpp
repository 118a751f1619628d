#include "accounts/visiting_tokens.h"

#include <algorithm>

namespace patchbay::accounts {

void VisitingTokens::keep(std::string_view project_id, const std::string& account_id,
                          const AccessToken& token, std::int64_t now_ms) {
  if (by_account_.size() >= most_ && !by_account_.contains(account_id)) by_account_.clear();
  auto& visitors = by_account_[account_id];
  std::erase_if(visitors, [&](const Visitor& visitor) { return visitor.token.name == token.name; });
  visitors.push_back({std::string(project_id), token.copy(), now_ms});
}

const VisitingTokens::Visitor* VisitingTokens::find(std::string_view project_id,
                                                    std::string_view account_id,
                                                    std::string_view token_name) const {
  const auto found = by_account_.find(account_id);
  if (found == by_account_.end()) return nullptr;
  for (const Visitor& visitor : found->second)
    if (visitor.token.name == token_name)
      return visitor.project_id == project_id && visitor.token.current->load() ? &visitor : nullptr;
  return nullptr;
}

}  // namespace patchbay::accounts
