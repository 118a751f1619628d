#include "explain/facts.h"

#include <algorithm>
#include <utility>

#include "accounts/credentials.h"
#include "pacing/pace.h"
#include "store/refresh_leases_table.h"
#include "store/store_epoch_table.h"

namespace patchbay::explain {
namespace {

struct Stored {
  accounts::StoredAccount account;
  std::optional<store::RefreshLease> lease;
  std::int64_t restored_at = 0;
  std::vector<store::Revocation> revocations;
  std::vector<store::StepOfRequest> exchanges;
};

Result<Stored> read_stored(store::Database& db, const std::string& project_id,
                           const std::string& account_id) {
  Stored stored;
  PATCHBAY_TRY_ASSIGN(stored.account, accounts::read_account(db, project_id, account_id));
  PATCHBAY_TRY_ASSIGN(stored.lease, store::refresh_leases_table::find(db, account_id));
  PATCHBAY_TRY_ASSIGN(const auto epoch, store::store_epoch_table::current(db));
  stored.restored_at = epoch.restored;
  PATCHBAY_TRY_ASSIGN(stored.revocations, store::revocations_table::list_of_account(
                                              db, project_id, account_id, kMostRevocations));
  store::LogFilter filter;
  filter.project_id = project_id;
  filter.account_ids = {account_id};
  filter.limit = kMostExchanges;
  PATCHBAY_TRY_ASSIGN(stored.exchanges, store::request_logs_table::list_steps(db, filter));
  return stored;
}

// A file that stands behind its running predecessor does not matter.
connector::ConnectorPtr file_of(const connector::Connectors& connectors, const std::string& id) {
  const auto all = connectors.list();
  const auto found = std::ranges::find_if(all, [&](const auto& one) { return one->id == id; });
  return found == all.end() ? nullptr : *found;
}

}  // namespace

manifest::Renewal Facts::renewal() const {
  const auto* method =
      detail.connector ? detail.connector->manifest->find_auth_method(detail.account.auth_method)
                       : nullptr;
  return method == nullptr ? manifest::Renewal::kNever : method->renewal;
}

Task<Result<Facts>> gather(const accounts::Services& services, accounts::AccountService& accounts,
                           std::string project_id, std::string account_id) {
  Facts facts;
  PATCHBAY_CO_TRY_ASSIGN(facts.detail, co_await accounts.detail(project_id, account_id));
  PATCHBAY_CO_TRY_ASSIGN(
      auto stored, co_await services.store.read([project_id, account_id](store::Database& db) {
        return read_stored(db, project_id, account_id);
      }));
  facts.integration_on = stored.account.integration.id.empty() || stored.account.integration.active;
  facts.restored = stored.account.restored;
  facts.restored_at = stored.restored_at;
  facts.failure = accounts::failure_of(stored.lease, stored.account.account.generation);
  if (stored.lease && stored.lease->generation == stored.account.account.generation) {
    facts.retry_at = stored.lease->retry_at;
    facts.renewing = !stored.lease->holder.empty();
  }
  // Opened to see whether that is possible, and wiped at once.
  if (const auto opened = accounts::open_input(services.vault, stored.account); !opened)
    facts.sealed_away = opened.error().message;
  facts.revocations = std::move(stored.revocations);
  facts.exchanges = std::move(stored.exchanges);
  const std::string& connector_id = facts.detail.account.connector_id;
  facts.file =
      facts.detail.connector ? facts.detail.connector : file_of(services.registry, connector_id);
  if (facts.file && facts.file->runtime) facts.health = facts.file->runtime->health();
  if (services.pace != nullptr) facts.resting = services.pace->providers().resting(connector_id);
  co_return facts;
}

}  // namespace patchbay::explain
