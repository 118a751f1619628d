#include "store/account_enums.h"

namespace patchbay::store {

std::string_view to_string(AccountStatus status) {
  switch (status) {
    case AccountStatus::kActive:
      return "active";
    case AccountStatus::kInactive:
      return "inactive";
    case AccountStatus::kError:
      break;
  }
  return "error";
}

std::optional<AccountStatus> account_status_from(std::string_view text) {
  for (const auto status :
       {AccountStatus::kActive, AccountStatus::kInactive, AccountStatus::kError}) {
    if (to_string(status) == text) return status;
  }
  return std::nullopt;
}

std::string_view to_string(AccountType type) {
  return type == AccountType::kTest ? "test" : "production";
}

std::optional<AccountType> account_type_from(std::string_view text) {
  for (const auto type : {AccountType::kProduction, AccountType::kTest}) {
    if (to_string(type) == text) return type;
  }
  return std::nullopt;
}

}  // namespace patchbay::store
