#pragma once
// Status and type of an account, as words in the database and on the wire.
#include <cstdint>
#include <optional>
#include <string_view>

namespace patchbay::store {

enum class AccountStatus : std::uint8_t {
  kActive,
  kInactive,  // suspended by the operator
  kError,     // see reason_code
};

enum class AccountType : std::uint8_t { kProduction, kTest };

std::string_view to_string(AccountStatus status);  // active, inactive, error
std::optional<AccountStatus> account_status_from(std::string_view text);
std::string_view to_string(AccountType type);  // production, test
std::optional<AccountType> account_type_from(std::string_view text);

}  // namespace patchbay::store
