// The end of a link: the account, its sealed credentials and its event, in one transaction.
#include <algorithm>

#include "accounts/account_events.h"
#include "accounts/connection_attempts.h"
#include "accounts/credentials.h"
#include "accounts/link_attempt.h"
#include "accounts/revoker.h"
#include "accounts/shared_authorization.h"
#include "accounts/told_hosts.h"
#include "base/log.h"
#include "base/planted_bug.h"
#include "store/accounts_table.h"
#include "store/events_table.h"
#include "store/flows_table.h"

namespace patchbay::accounts {
namespace {

// What save() decides before it seals: the row to write, and whether it replaces one.
struct Destination {
  store::Account account;
  std::optional<StoredAccount> replaced;
};

Result<Destination> find_destination(store::Database& db, const store::ConnectSession& session,
                                     const std::string& connector_id, std::string fresh_id) {
  Destination target;
  PATCHBAY_TRY_ASSIGN(target.replaced, account_to_replace(db, session, connector_id));
  if (target.replaced) {
    target.account = target.replaced->account;
  } else {
    target.account.id = std::move(fresh_id);
  }
  return target;
}

bool is_same_client(const connector::FlowInput& one, const connector::FlowInput& other) {
  const auto same = [](const connector::NamedValue& a, const connector::NamedValue& b) {
    return a.name == b.name && a.value == b.value;
  };
  return one.auth_method_id == other.auth_method_id && one.environment_id == other.environment_id &&
         std::ranges::equal(one.setup_fields, other.setup_fields, same);
}

}  // namespace

Result<std::optional<StoredAccount>> account_to_replace(store::Database& db,
                                                        const store::ConnectSession& session,
                                                        const std::string& connector_id) {
  std::string id = session.account_id;
  if (id.empty() && !session.multiple) {
    PATCHBAY_TRY_ASSIGN(const auto existing,
                        store::accounts_table::find_by_owner(db, session.project_id, connector_id,
                                                             session.owner_id));
    if (existing) id = existing->id;
  }
  if (id.empty()) return std::optional<StoredAccount>();
  PATCHBAY_TRY_ASSIGN(auto stored, read_account(db, session.project_id, id));
  if (stored.account.connector_id != connector_id)
    return make_error(ErrorCode::kConflict, "This link belongs to an account of another provider.");
  return std::optional(std::move(stored));
}

// Reads what is there, seals outside of the store thread's transaction, then writes with the
// generation as fence. Somebody else's change in between is a conflict, and is read again once.
Task<Result<store::Account>> Linker::save(Attempt& attempt) {
  const auto now = services_.clock.unix_ms();
  const auto& session = attempt.session;
  Result<store::Account> result = make_error(ErrorCode::kInternal, "not saved");
  for (int round = 0; round < 2; ++round) {
    auto found = co_await services_.store.read(
        [&session, id = attempt.connector->id, fresh = services_.random.id("acc_")](
            store::Database& db) { return find_destination(db, session, id, fresh); });
    if (!found) co_return found.error();
    Destination target = std::move(*found);
    store::Account& account = target.account;
    const bool replacing = target.replaced.has_value();
    const auto generation = replacing ? account.generation + 1 : 1;

    account.project_id = session.project_id;
    account.integration_id = attempt.integration.id;
    account.connector_id = attempt.connector->id;
    account.connector_version = attempt.connector->manifest->version;
    account.environment = attempt.integration.environment;
    account.auth_method = attempt.integration.auth_method;
    account.owner_name = session.owner_name;
    account.username = session.username;
    account.fields = fields_to_json(attempt.input.fields);
    account.granted = to_json(attempt.granted);
    account.granted_known = attempt.granted.known;
    account.facts = facts_to_json(attempt.input.facts);
    account.updated = now;
    account.next_refresh = plan_refresh(attempt.tokens, now, 0.8, services_.random.unit());
    if (!replacing) {
      account.owner_id = session.owner_id;
      account.label = session.label;
      account.metadata = session.metadata;
      account.type = session.type;
      account.created = now;
      account.status_changed = now;
    }
    auto secrets = seal_secrets(services_.vault, account, generation, attempt.input.secrets);
    if (!secrets) co_return secrets.error();
    auto tokens = seal_tokens(services_.vault, account, generation, attempt.tokens, now);
    if (!tokens) co_return tokens.error();

    std::optional<store::Revocation> revocation;
    if (replacing) {
      auto old = open_input(services_.vault, *target.replaced);
      if (old) {
        RevocationOrder order{.project_id = account.project_id,
                              .account_id = account.id,
                              .connector_id = account.connector_id,
                              .reason = "reconnect",
                              .input = &*old,
                              .tokens = {},
                              .ends_grant = true};
        for (auto& token : old->tokens) order.tokens.push_back(token.copy());
        if (is_same_client(*old, attempt.input)) leave_shared_tokens(services_, order);
        auto job = revoker_.prepare(order);
        if (!job) co_return job.error();
        revocation = std::move(*job);
      } else {
        // The new credentials are good; old ones that can't be opened are no reason to refuse them.
        log::error("link", "old_tokens_not_revoked",
                   {{"account", account.id}, {"error", old.error().message}});
      }
    }

    auto write = [&](store::Database& db) -> Result<store::Account> {
      using namespace store;  // NOLINT(google-build-using-namespace)
      PATCHBAY_TRY_ASSIGN(const bool ours, flows_table::take(db, attempt.row.id));
      if (!ours)
        return make_error(ErrorCode::kTimeout,
                          "Connecting took too long and was given up. Try again.");
      PATCHBAY_TRY(connect_sessions_table::claim(db, session.id, account.id, now));
      if (!attempt.connection_attempt_id.empty())
        PATCHBAY_TRY(finish_attempt(db, attempt.connection_attempt_id, account.id));
      if (replacing) {
        PATCHBAY_TRY(
            account_credentials::replace(db, reconnect_change(account, *secrets, *tokens, now)));
        if (revocation && !PATCHBAY_PLANTED_BUG(2))
          PATCHBAY_TRY(revocations_table::enqueue(db, *revocation));
      } else {
        PATCHBAY_TRY(accounts_table::insert(db, account, session.multiple));
        PATCHBAY_TRY(account_credentials::insert(db, account, *secrets, *tokens));
      }
      PATCHBAY_TRY_ASSIGN(auto stored, accounts_table::find(db, account.project_id, account.id));
      if (!stored) return make_error(ErrorCode::kInternal, "the account is gone again");
      PATCHBAY_TRY(events_table::append(
          db, account_event(*stored, replacing ? "account.updated" : "account.created", now)));
      if (replacing && target.replaced->account.status == AccountStatus::kError)
        PATCHBAY_TRY(events_table::append(db, account_event(*stored, "account.recovered", now)));
      return *std::move(stored);
    };
    attempt.was_there_before = replacing;
    PATCHBAY_CO_TRY(
        services_.audit.append({.kind = replacing ? "account.reconnected" : "account.linked",
                                .project_id = account.project_id,
                                .account_id = account.id,
                                .subject = told_hosts_of(attempt.manifest(), attempt.input.facts),
                                .connector_id = account.connector_id,
                                .actor = "session " + session.id}));
    result = co_await services_.store.transact(write);
    if (result) break;
    audit::append_or_complain(&services_.audit,
                              {.kind = "account.link_failed",
                               .project_id = account.project_id,
                               .account_id = account.id,
                               .subject = std::string(to_string(result.error().code)),
                               .connector_id = account.connector_id,
                               .actor = "session " + session.id});
    if (result.error().code != ErrorCode::kConflict) break;
  }
  co_return result;
}

}  // namespace patchbay::accounts
