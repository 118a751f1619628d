#pragma once
// Where actions and the token API get access tokens from: a seam in front of the token keeper. Any
// loop.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "accounts/token_keeper.h"

namespace patchbay::actions {

using net::Task;

// Long enough for a request to arrive while its token is good.
inline constexpr std::int64_t kMinValidityMs = 10'000;

class TokenSource {
 public:
  virtual ~TokenSource() = default;
  // As accounts::TokenKeeper::token.
  virtual Task<Result<accounts::AccessToken>> token(std::string project_id, std::string account_id,
                                                    std::string token_name,
                                                    std::int64_t min_validity_ms) = 0;
  // As accounts::TokenKeeper::held; by itself it has nothing.
  [[nodiscard]] virtual std::optional<accounts::HeldToken> held(std::string_view /*project_id*/,
                                                                std::string_view /*account_id*/,
                                                                std::string_view /*token_name*/,
                                                                std::int64_t /*min_validity_ms*/) {
    return std::nullopt;
  }
  // As accounts::TokenKeeper::replace_refused.
  virtual Task<Result<accounts::AccessToken>> replace_refused(std::string project_id,
                                                              std::string account_id,
                                                              std::string token_name,
                                                              SecretString refused) = 0;
};

// The keeper outlives it.
class KeeperTokens final : public TokenSource {
 public:
  explicit KeeperTokens(accounts::TokenKeeper& keeper,
                        accounts::UsedBy by = accounts::UsedBy::kOthers)
      : keeper_(keeper), by_(by) {}
  Task<Result<accounts::AccessToken>> token(std::string project_id, std::string account_id,
                                            std::string token_name,
                                            std::int64_t min_validity_ms) override;
  [[nodiscard]] std::optional<accounts::HeldToken> held(std::string_view project_id,
                                                        std::string_view account_id,
                                                        std::string_view token_name,
                                                        std::int64_t min_validity_ms) override;
  Task<Result<accounts::AccessToken>> replace_refused(std::string project_id,
                                                      std::string account_id,
                                                      std::string token_name,
                                                      SecretString refused) override;

 private:
  accounts::TokenKeeper& keeper_;
  const accounts::UsedBy by_;
};

}  // namespace patchbay::actions
