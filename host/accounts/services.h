#pragma once
// What the accounts code stands on. All of it outlives whoever holds a Services; everything here
// may be used from any loop.
#include <memory>
#include <vector>

#include "audit/audit_log.h"
#include "base/clock.h"
#include "base/random.h"
#include "connector/flow_driver.h"
#include "connector/registry.h"
#include "instances/instance.h"
#include "net/http_client.h"
#include "net/loops.h"
#include "store/store.h"
#include "vault/vault.h"

namespace patchbay::accounts {

using net::Task;

class PermissionChecker;
struct ScopeNames;

struct Services {
  net::LoopPool& loops;
  store::Store& store;
  const vault::Vault& vault;
  const connector::Connectors& registry;
  const Clock& clock;
  Random& random;
  audit::AuditLog& audit;
  std::vector<net::HttpSender*> http;  // one a loop, in the pool's order
  instances::Instance& instance;
  connector::FlowRecorder* failed_flows = nullptr;  // null: they are not kept
  pacing::Pace* pace = nullptr;                     // null: nobody waits for a rate limit
  const ScopeNames* scope_names = nullptr;          // permission_report.h; null: the manifests'
  PermissionChecker* permission_checker = nullptr;  // null: only scopes tell

  [[nodiscard]] net::HttpSender& http_for(std::string_view account_id) const {
    return *http[loops.index_for(account_id)];
  }
  // For a flow on the loop that `http` belongs to.
  [[nodiscard]] connector::FlowServices flow_services(const connector::Connector& connector,
                                                      net::HttpSender& sender) const {
    return {*connector.runtime, sender, clock, random, &audit, failed_flows, pace};
  }
};

}  // namespace patchbay::accounts
