// What a connect session may link through.
#include <algorithm>

#include "accounts/linker.h"
#include "base/json.h"
#include "store/integrations_table.h"

namespace patchbay::accounts {
namespace {

Error not_offered() {
  return make_error(ErrorCode::kNotFound, "This link does not lead to such an integration.");
}

}  // namespace

bool may_link(const store::ConnectSession& session, const connector::Connector& connector) {
  if (!session.connector_id.empty()) return connector.id == session.connector_id;
  const auto wanted = json::Document::parse(session.categories);
  if (!wanted || wanted->root().size() == 0) return true;
  const auto& has = connector.manifest->categories;
  for (std::size_t i = 0; i < wanted->root().size(); ++i)
    if (std::ranges::find(has, wanted->root().at(i).string_or("")) != has.end()) return true;
  return false;
}

Task<Result<Linker::Target>> Linker::usual_target(const store::ConnectSession& session,
                                                  connector::ConnectorPtr connector) {
  Target target;
  target.connector = std::move(connector);
  PATCHBAY_CO_TRY_ASSIGN(target.integration, co_await integration_for(session, *target.connector));
  target.method = target.connector->manifest->find_auth_method(target.integration.auth_method);
  if (target.method == nullptr || !target.integration.active) co_return not_offered();
  co_return target;
}

Task<Result<Linker::Target>> Linker::target(const store::ConnectSession& session,
                                            std::string integration_id) {
  if (!session.integration_id.empty() && session.integration_id != integration_id)
    co_return not_offered();
  const auto found = co_await services_.store.read(
      [project = session.project_id, integration_id](store::Database& db) {
        return store::integrations_table::find(db, project, integration_id);
      });
  if (!found) co_return found.error();
  if (!*found) co_return not_offered();
  const auto connector = services_.registry.find((*found)->connector_id);
  if (!connector || !may_link(session, *connector)) co_return not_offered();
  auto through = session;
  through.integration_id = std::move(integration_id);
  co_return co_await usual_target(through, connector);
}

}  // namespace patchbay::accounts
