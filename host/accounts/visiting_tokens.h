#pragma once
// Tokens of accounts that live on other loops, as they were handed out there: what one loop serves
// without going to the other. Each is good until its account's entry changes or goes, which the
// entry tells through the token's `current`; whether it may be served beyond that is the caller's
// to ask, of the serving lease and the clock.
//
// Belongs to one loop.
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "accounts/token_keeper.h"

namespace patchbay::accounts {

class VisitingTokens {
 public:
  struct Visitor {
    std::string project_id;
    AccessToken token;
    std::int64_t came = 0;  // unix ms
  };

  explicit VisitingTokens(std::size_t most) : most_(most) {}

  // The account's one of that name in place of the one before. When there are too many all go.
  void keep(std::string_view project_id, const std::string& account_id, const AccessToken& token,
            std::int64_t now_ms);
  // Null when there is none that is current. Good until keep().
  [[nodiscard]] const Visitor* find(std::string_view project_id, std::string_view account_id,
                                    std::string_view token_name) const;

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view id) const { return std::hash<std::string_view>()(id); }
  };

  std::size_t most_;
  std::unordered_map<std::string, std::vector<Visitor>, Hash, std::equal_to<>> by_account_;
};

}  // namespace patchbay::accounts
