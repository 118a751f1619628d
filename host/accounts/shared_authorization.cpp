#include "accounts/shared_authorization.h"

#include "base/log.h"

namespace patchbay::accounts {

void leave_shared_tokens(const Services& services, RevocationOrder& order) {
  const auto connector = services.registry.find(order.connector_id);
  const auto* method =
      connector ? connector->manifest->find_auth_method(order.input->auth_method_id) : nullptr;
  if (method == nullptr || method->grant_type != manifest::GrantType::kAuthorizationCode) return;
  if (order.tokens.empty() && !order.ends_grant) return;
  log::info(
      "revocation", "left_to_end",
      {{"account", order.account_id}, {"connector", order.connector_id}, {"reason", order.reason}});
  order.tokens.clear();
  order.ends_grant = false;
}

}  // namespace patchbay::accounts
