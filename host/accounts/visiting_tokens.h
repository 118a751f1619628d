#pragma once
// Tokens of accounts that live on other loops: what one loop serves without going to the other.
// Each is the entry's, which lets go of it when the account changes or leaves the memory; nothing
// of it stays here then. Whether it may be served beyond that is the caller's to ask, of the
// serving lease and the clock.
//
// Belongs to one loop.
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "accounts/token_keeper.h"

namespace patchbay::accounts {

class VisitingTokens {
 public:
  explicit VisitingTokens(std::size_t most) : most_(most) {}

  // In place of the account's one of that name. When there are too many all go.
  void keep(std::string_view project_id, const std::string& account_id, const AccessToken& token,
            std::int64_t now_ms);
  // One that came after `since_ms` and is still the account's; null: there is none.
  [[nodiscard]] std::shared_ptr<const AccessToken> find(std::string_view project_id,
                                                        std::string_view account_id,
                                                        std::string_view token_name,
                                                        std::int64_t since_ms) const;

 private:
  struct Visitor {
    std::string project_id;
    std::string name;
    std::weak_ptr<const AccessToken> token;
    std::int64_t came = 0;  // unix ms
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view id) const { return std::hash<std::string_view>()(id); }
  };

  std::size_t most_;
  std::unordered_map<std::string, std::vector<Visitor>, Hash, std::equal_to<>> by_account_;
};

}  // namespace patchbay::accounts
