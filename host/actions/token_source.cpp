#include "actions/token_source.h"

namespace patchbay::actions {

Task<Result<accounts::AccessToken>> KeeperTokens::token(std::string project_id,
                                                        std::string account_id,
                                                        std::string token_name,
                                                        std::int64_t min_validity_ms) {
  return keeper_.token(std::move(project_id), std::move(account_id), std::move(token_name),
                       min_validity_ms, by_);
}

// A use of the hub's own counts as none, which token() knows.
std::optional<accounts::HeldToken> KeeperTokens::held(std::string_view project_id,
                                                      std::string_view account_id,
                                                      std::string_view token_name,
                                                      std::int64_t min_validity_ms) {
  if (by_ == accounts::UsedBy::kHub) return std::nullopt;
  return keeper_.held(project_id, account_id, token_name, min_validity_ms);
}

Task<Result<accounts::AccessToken>> KeeperTokens::replace_refused(std::string project_id,
                                                                  std::string account_id,
                                                                  std::string token_name,
                                                                  SecretString refused) {
  return keeper_.replace_refused(std::move(project_id), std::move(account_id),
                                 std::move(token_name), std::move(refused));
}

}  // namespace patchbay::actions
