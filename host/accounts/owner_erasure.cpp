#include "accounts/owner_erasure.h"

#include "base/json.h"
#include "base/log.h"
#include "store/owner_data.h"

namespace patchbay::accounts {
namespace {

// Somebody may unlink one of them at the same time.
Task<Result<std::int64_t>> unlink_all(AccountService& accounts, store::AccountFilter filter,
                                      audit::Asker who) {
  std::int64_t unlinked = 0;
  for (;;) {
    PATCHBAY_CO_TRY_ASSIGN(const auto some, co_await accounts.list(filter));
    if (some.empty()) co_return unlinked;
    for (const auto& account : some) {
      const auto done = co_await accounts.unlink(filter.project_id, account.id, who);
      if (!done && done.error().code != ErrorCode::kNotFound) co_return done.error();
      if (done) ++unlinked;
    }
  }
}

}  // namespace

std::string to_json(const ErasedOwner& erased) {
  json::Writer out;
  return out.begin_object()
      .member("accounts", erased.accounts)
      .member("connect_sessions", erased.connect_sessions)
      .member("request_logs", erased.request_logs)
      .member("events", erased.events)
      .end_object()
      .take();
}

Task<Result<ErasedOwner>> erase_owner(const Services& services, AccountService& accounts,
                                      std::string project_id, std::string owner_id,
                                      audit::Asker who) {
  ErasedOwner erased;
  PATCHBAY_CO_TRY_ASSIGN(
      erased.connect_sessions,
      co_await services.store.transact([project_id, owner_id](store::Database& db) {
        return store::owner_data::remove_connect_sessions(db, project_id, owner_id);
      }));
  store::AccountFilter filter;
  filter.project_id = project_id;
  filter.owner_ids = {owner_id};
  filter.limit = store::AccountFilter::kMaxLimit;
  PATCHBAY_CO_TRY_ASSIGN(erased.accounts, co_await unlink_all(accounts, std::move(filter), who));
  PATCHBAY_CO_TRY_ASSIGN(
      const auto traces,
      co_await services.store.transact([project_id, owner_id](store::Database& db) {
        return store::owner_data::remove_traces(db, project_id, owner_id);
      }));
  erased.request_logs = traces.request_logs;
  erased.events = traces.events;
  audit::append_or_complain(&services.audit,
                            audit::asked_by(who, {.kind = "owner.erased",
                                                  .project_id = std::move(project_id),
                                                  .subject = std::move(owner_id)}));
  log::info("account", "owner_erased", {{"accounts", erased.accounts}});
  co_return erased;
}

}  // namespace patchbay::accounts
