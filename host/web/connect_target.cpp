#include "web/connect_target.h"

#include "accounts/permission_report.h"

namespace patchbay::web {

Result<ConnectTarget> connect_target(connector::ConnectorPtr connector,
                                     store::Integration integration) {
  ConnectTarget target;
  target.connector = std::move(connector);
  target.integration = std::move(integration);
  target.method = target.manifest().find_auth_method(target.integration.auth_method);
  if (target.method == nullptr)
    return make_error(ErrorCode::kConfiguration,
                      "The integration uses a way of connecting that the connector no longer has.");
  const auto actions =
      accounts::allowed_actions(target.manifest(), target.integration.allowed_actions);
  target.needed = target.manifest().needed_permissions(actions);
  target.needed_fields = accounts::needed_fields(target.manifest(), *target.method, actions);
  return target;
}

}  // namespace patchbay::web
