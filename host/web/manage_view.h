#pragma once
// What end users see of their own connection.
#include <cstdint>
#include <string>

#include "accounts/account_service.h"
#include "web/language.h"
#include "web/view.h"

namespace patchbay::web {

// For the templates manage and manage_disconnect, but for their forms' CSRF token.
View manage_view(const accounts::AccountDetail& detail, const std::string& product_name,
                 std::int64_t now_ms, const Language& language);

}  // namespace patchbay::web
