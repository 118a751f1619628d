#include "actions/token_source.h"

namespace patchbay::actions {

Task<Result<accounts::AccessToken>> KeeperTokens::token(std::string project_id,
                                                        std::string account_id,
                                                        std::string token_name,
                                                        std::int64_t min_validity_ms) {
  return keeper_.token(std::move(project_id), std::move(account_id), std::move(token_name),
                       min_validity_ms, by_);
}

Task<Result<accounts::AccessToken>> KeeperTokens::replace_refused(std::string project_id,
                                                                  std::string account_id,
                                                                  std::string token_name,
                                                                  SecretString refused) {
  return keeper_.replace_refused(std::move(project_id), std::move(account_id),
                                 std::move(token_name), std::move(refused));
}

}  // namespace patchbay::actions
