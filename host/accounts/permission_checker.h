#pragma once
// Finds out what an account may do where the scopes of its tokens don't tell, by asking the
// provider. A seam: accounts begin it, actions carry it out (actions/permission_prober.h). Any
// loop.
#include <string>

#include "base/result.h"
#include "net/asio.h"

namespace patchbay::accounts {

class PermissionChecker {
 public:
  virtual ~PermissionChecker() = default;
  // Later, in the background; what becomes of it stands in the account's permissions. Never blocks.
  virtual void check_soon(std::string project_id, std::string account_id) = 0;
  // Now, or with the check that is under way; half a minute at most. A provider that can't be asked
  // is no error: what was not known stays unknown. kNotFound; kForbidden: the account or its
  // integration is switched off; kConfiguration: its connector is missing; kRateLimited: too many
  // are being checked.
  virtual net::Task<Result<>> check(std::string project_id, std::string account_id) = 0;
};

}  // namespace patchbay::accounts
