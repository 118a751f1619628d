#include "accounts/account_service.h"

#include "accounts/account_events.h"
#include "accounts/credentials.h"
#include "accounts/failed_flows.h"
#include "accounts/held_events.h"
#include "accounts/permission_checker.h"
#include "base/encoding.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/log.h"
#include "base/planted_bug.h"
#include "store/change_sequence_table.h"
#include "store/flows_table.h"
#include "store/integrations_table.h"
#include "store/refresh_leases_table.h"

namespace patchbay::accounts {
namespace {

constexpr std::int64_t kLongestSession = 30LL * 24 * 3600;
constexpr std::int64_t kReconnectSeconds = 30LL * 60;
constexpr std::size_t kMaxName = 256;
constexpr std::int64_t kHistory = 50;

Result<> check_text(std::string_view value, std::string_view field, bool required) {
  if (required && value.empty())
    return make_error(ErrorCode::kInvalidArgument, std::string(field) + " must not be empty",
                      std::string(field));
  if (value.size() > kMaxName)
    return make_error(ErrorCode::kTooLarge,
                      std::string(field) + " is longer than " + std::to_string(kMaxName) + " bytes",
                      std::string(field));
  for (const char c : value)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
      return make_error(ErrorCode::kInvalidArgument,
                        std::string(field) + " holds a control character", std::string(field));
  return {};
}

Error no_account() {
  return make_error(ErrorCode::kNotFound, "There is no such account. It may have been unlinked.");
}

audit::AuditEvent event_of(std::string_view kind, const std::string& project_id,
                           const std::string& account_id, const audit::Asker& who) {
  return audit::asked_by(
      who, {.kind = std::string(kind), .project_id = project_id, .account_id = account_id});
}

Result<> check_integration_is_on(store::Database& db, const std::string& project_id,
                                 const std::string& account_id) {
  PATCHBAY_TRY_ASSIGN(const auto account, store::accounts_table::find(db, project_id, account_id));
  if (!account) return no_account();
  PATCHBAY_TRY_ASSIGN(const auto integration,
                      store::integrations_table::find(db, project_id, account->integration_id));
  if (!integration || integration->active) return {};
  return make_error(ErrorCode::kConflict,
                    "The integration that this account belongs to is switched off. Switch it on.");
}

// What suspending put out of sight: its tokens could not be renewed when that was last tried.
Result<bool> is_suspended_in_error(store::Database& db, const std::string& project_id,
                                   const std::string& account_id) {
  PATCHBAY_TRY_ASSIGN(const auto account, store::accounts_table::find(db, project_id, account_id));
  if (!account || account->status != store::AccountStatus::kInactive) return false;
  PATCHBAY_TRY_ASSIGN(const auto lease, store::refresh_leases_table::find(db, account_id));
  return lease && lease->generation == account->generation && !lease->last_error.empty();
}

}  // namespace

SessionRequest reconnect_request(const store::Account& account) {
  SessionRequest wanted;
  wanted.project_id = account.project_id;
  wanted.owner_id = account.owner_id;
  wanted.owner_name = account.owner_name;
  wanted.username = account.username;
  wanted.connector_id = account.connector_id;
  wanted.integration_id = account.integration_id;
  wanted.account_id = account.id;
  wanted.type = account.type;
  wanted.label = account.label;
  wanted.expires_in_s = kReconnectSeconds;
  return wanted;
}

struct AccountService::Changed {
  store::Account account;     // as it is afterwards, or was
  std::int64_t sequence = 0;  // tells of the change
};

// A change of one account with its event.
template <class Change>
auto AccountService::changing(const std::string& project, const std::string& id,
                              std::string_view event, std::int64_t now, const Change& change) {
  return [=](store::Database& db) -> Result<Changed> {
    PATCHBAY_TRY(change(db));
    PATCHBAY_TRY_ASSIGN(auto account, store::accounts_table::find(db, project, id));
    if (!account) return no_account();
    PATCHBAY_TRY(store::events_table::append(db, account_event(*account, event, now)));
    PATCHBAY_TRY_ASSIGN(const auto sequence, store::change_sequence_table::current(db));
    return Changed{*std::move(account), sequence};
  };
}

Task<Result<NewSession>> AccountService::create_session(SessionRequest request) {
  PATCHBAY_CO_TRY(check_text(request.owner_id, "origin_owner_id", true));
  PATCHBAY_CO_TRY(check_text(request.owner_name, "origin_owner_name", true));
  PATCHBAY_CO_TRY(check_text(request.username, "origin_username", false));
  PATCHBAY_CO_TRY(check_text(request.label, "label", false));
  if (request.expires_in_s < 1 || request.expires_in_s > kLongestSession)
    co_return make_error(ErrorCode::kInvalidArgument, "expires_in must be 1 to 2592000 seconds",
                         "expires_in");
  NewSession made;
  std::string token = services_.random.token();
  auto& session = made.session;
  session.id = services_.random.id("ses_");
  session.project_id = request.project_id;
  session.token_hash = sha256_hex(token);
  made.token = SecretString::take(token);
  session.owner_id = std::move(request.owner_id);
  session.owner_name = std::move(request.owner_name);
  session.username = std::move(request.username);
  session.connector_id = std::move(request.connector_id);
  session.integration_id = std::move(request.integration_id);
  session.account_id = std::move(request.account_id);
  session.multiple = request.multiple;
  session.type = request.type;
  session.label = std::move(request.label);
  session.metadata = std::move(request.metadata);
  session.categories = std::move(request.categories);
  session.created = services_.clock.unix_ms();
  session.expires = session.created + request.expires_in_s * 1000;
  auto stored = co_await services_.store.transact(
      [row = session](store::Database& db) -> Result<store::ConnectSession> {
        auto session_row = row;
        if (!row.account_id.empty()) {
          PATCHBAY_TRY_ASSIGN(const auto account,
                              store::accounts_table::find(db, row.project_id, row.account_id));
          if (!account) return no_account();
          session_row.connector_id = account->connector_id;
          session_row.integration_id = account->integration_id;
        }
        PATCHBAY_TRY_ASSIGN(session_row.number,
                            store::connect_sessions_table::insert(db, session_row));
        return session_row;
      });
  if (!stored) co_return stored.error();
  session = std::move(*stored);
  co_return made;
}

Task<Result<store::ConnectSession>> AccountService::find_session_in_any_state(std::string token) {
  if (token.size() > 256) co_return make_error(ErrorCode::kNotFound, "This link is not valid.");
  auto found = co_await services_.store.read([hash = sha256_hex(token)](store::Database& db) {
    return store::connect_sessions_table::find_by_token_hash(db, hash);
  });
  wipe(token.data(), token.size());
  if (!found) co_return found.error();
  if (!*found) co_return make_error(ErrorCode::kNotFound, "This link is not valid.");
  co_return std::move(**found);
}

Task<Result<store::ConnectSession>> AccountService::find_session(std::string token) {
  PATCHBAY_CO_TRY_ASSIGN(auto session, co_await find_session_in_any_state(std::move(token)));
  if (session.status == store::SessionStatus::kUsed)
    co_return make_error(ErrorCode::kConflict, "This link has been used already.");
  if (session.status == store::SessionStatus::kCancelled)
    co_return make_error(ErrorCode::kConflict, "This link was withdrawn.");
  if (session.expires <= services_.clock.unix_ms())
    co_return make_error(ErrorCode::kExpired, "This link has expired. Ask for a new one.");
  co_return session;
}

Task<Result<std::vector<store::Account>>> AccountService::list(store::AccountFilter filter) {
  co_return co_await services_.store.read([filter = std::move(filter)](store::Database& db) {
    return store::accounts_table::list(db, filter);
  });
}

Task<Result<store::Account>> AccountService::get(std::string project_id, std::string account_id) {
  auto found = co_await services_.store.read(
      [=](store::Database& db) { return store::accounts_table::find(db, project_id, account_id); });
  if (!found) co_return found.error();
  if (!*found) co_return no_account();
  co_return std::move(**found);
}

Task<Result<store::Account>> AccountService::change(std::string project_id, std::string account_id,
                                                    store::AccountDetails details,
                                                    audit::Asker who) {
  const auto check = [](const std::optional<std::string>& text, const char* field, bool required) {
    return text ? check_text(*text, field, required) : Result<>();
  };
  PATCHBAY_CO_TRY(check(details.owner_id, "origin_owner_id", true));
  PATCHBAY_CO_TRY(check(details.owner_name, "origin_owner_name", true));
  PATCHBAY_CO_TRY(check(details.username, "origin_username", false));
  PATCHBAY_CO_TRY(check(details.label, "label", false));
  PATCHBAY_CO_TRY(services_.audit.append(event_of("account.changed", project_id, account_id, who)));
  const auto now = services_.clock.unix_ms();
  auto changed = co_await services_.store.transact(
      changing(project_id, account_id, "account.updated", now, [=](store::Database& db) {
        return store::accounts_table::update_details(db, project_id, account_id, details, now);
      }));
  if (!changed) co_return changed.error();
  co_await keeper_.forget(account_id);
  co_return std::move(changed->account);
}

Task<Result<AccountDetail>> AccountService::detail(std::string project_id, std::string account_id) {
  struct Read {
    StoredAccount stored;
    std::optional<store::Integration> integration;
    std::vector<store::Event> history;
  };
  auto read = co_await services_.store.read([=](store::Database& db) -> Result<Read> {
    Read all;
    PATCHBAY_TRY_ASSIGN(all.stored, read_account(db, project_id, account_id));
    PATCHBAY_TRY_ASSIGN(all.integration, store::integrations_table::find(
                                             db, project_id, all.stored.account.integration_id));
    PATCHBAY_TRY_ASSIGN(all.history,
                        store::events_table::list_of_account(db, project_id, account_id, kHistory));
    return all;
  });
  if (!read) co_return read.error();
  AccountDetail detail;
  detail.account = std::move(read->stored.account);
  for (const auto& token : read->stored.tokens)
    detail.tokens.push_back({token.name, token.minted, token.expires});
  detail.history = std::move(read->history);
  detail.connector = services_.registry.find(detail.account.connector_id);
  if (detail.connector) {
    const auto& manifest = *detail.connector->manifest;
    const auto allowed =
        read->integration ? read->integration->allowed_actions : std::optional<std::string>();
    const auto actions = allowed_actions(manifest, allowed);
    if (const auto* method = manifest.find_auth_method(detail.account.auth_method))
      detail.fields = field_report(manifest, *method, actions,
                                   filled_fields(detail.account, read->stored.secrets));
    detail.permissions = permission_report(
        manifest, actions, granted_from_json(detail.account.granted, detail.account.granted_known));
  }
  co_return detail;
}

Task<Result<store::Account>> AccountService::suspend(std::string project_id, std::string account_id,
                                                     audit::Asker who) {
  const auto now = services_.clock.unix_ms();
  auto changed = co_await services_.store.transact(
      changing(project_id, account_id, "account.suspended", now, [=](store::Database& db) {
        return store::accounts_table::suspend(db, project_id, account_id,
                                              "Suspended by the operator.", now);
      }));
  if (!changed) co_return changed.error();
  co_await keeper_.forget(account_id);
  audit::append_or_complain(&services_.audit,
                            event_of("account.suspended", project_id, account_id, who));
  if (PATCHBAY_PLANTED_BUG(8)) co_return std::move(changed->account);
  co_await services_.instance.until_all_have_seen(changed->sequence);
  co_return std::move(changed->account);
}

Task<Result<store::Account>> AccountService::resume(std::string project_id, std::string account_id,
                                                    audit::Asker who) {
  PATCHBAY_CO_TRY(services_.audit.append(event_of("account.resumed", project_id, account_id, who)));
  const auto now = services_.clock.unix_ms();
  auto resume = changing(project_id, account_id, "account.resumed", now,
                         [=](store::Database& db) -> Result<> {
                           PATCHBAY_TRY(check_integration_is_on(db, project_id, account_id));
                           return store::accounts_table::resume(db, project_id, account_id, now);
                         });
  struct Resumed {
    Changed changed;
    bool in_error = false;
  };
  auto resumed = co_await services_.store.transact([=](store::Database& db) -> Result<Resumed> {
    Resumed done;
    PATCHBAY_TRY_ASSIGN(done.in_error, is_suspended_in_error(db, project_id, account_id));
    PATCHBAY_TRY_ASSIGN(done.changed, resume(db));
    PATCHBAY_TRY(tell_of_held_events(db, done.changed.account, now));
    return done;
  });
  if (!resumed) co_return resumed.error();
  co_await keeper_.forget(account_id);
  if (!resumed->in_error) co_return std::move(resumed->changed.account);
  // Asked at once rather than called active: it comes back with the error that it still has.
  (void)co_await keeper_.refresh(project_id, account_id);
  co_return co_await get(project_id, account_id);
}

Task<Result<>> AccountService::refresh(std::string project_id, std::string account_id) {
  co_return co_await keeper_.refresh(std::move(project_id), std::move(account_id));
}

Task<Result<>> AccountService::check_permissions(std::string project_id, std::string account_id,
                                                 audit::Asker who) {
  PATCHBAY_CO_TRY(
      services_.audit.append(event_of("account.permissions_checked", project_id, account_id, who)));
  if (services_.permission_checker == nullptr) co_return Result<>();
  co_return co_await services_.permission_checker->check(std::move(project_id),
                                                         std::move(account_id));
}

Task<Result<store::Account>> AccountService::unlink(std::string project_id, std::string account_id,
                                                    audit::Asker who) {
  Result<Changed> removed = make_error(ErrorCode::kInternal, "not removed");
  // A refresh may come in between; then its tokens are the ones to be revoked.
  for (int round = 0; round < 3; ++round) {
    removed = co_await unlink_once(project_id, account_id);
    if (removed || removed.error().code != ErrorCode::kConflict) break;
  }
  if (!removed) co_return removed.error();
  co_await keeper_.forget(account_id);
  revoker_.wake();
  log::info("account", "unlinked", {{"account", account_id}});
  audit::append_or_complain(&services_.audit,
                            event_of("account.unlinked", project_id, account_id, who));
  co_await services_.instance.until_all_have_seen(removed->sequence);
  co_return std::move(removed->account);
}

Task<Result<AccountService::Changed>> AccountService::unlink_once(std::string project_id,
                                                                  std::string account_id) {
  auto stored = co_await services_.store.read(
      [=](store::Database& db) { return read_account(db, project_id, account_id); });
  if (!stored) co_return stored.error();
  const auto now = services_.clock.unix_ms();
  std::optional<store::Revocation> revocation;
  if (auto input = open_input(services_.vault, *stored)) {
    RevocationOrder order{.project_id = project_id,
                          .account_id = account_id,
                          .connector_id = stored->account.connector_id,
                          .reason = "unlink",
                          .input = &*input,
                          .tokens = {},
                          .ends_grant = true};
    for (auto& token : input->tokens) order.tokens.push_back(token.copy());
    auto job = revoker_.prepare(order);
    if (!job) co_return job.error();
    revocation = std::move(*job);
  } else {
    // An account whose secrets can't be opened must still be removable.
    log::error("account", "unlinked_without_revocation",
               {{"account", account_id}, {"error", input.error().message}});
  }
  co_return co_await services_.store.transact([=, account = stored->account](
                                                  store::Database& db) -> Result<Changed> {
    PATCHBAY_TRY_ASSIGN(const auto current,
                        store::accounts_table::find(db, project_id, account_id));
    if (!current) return no_account();
    if (current->generation != account.generation && !PATCHBAY_PLANTED_BUG(18))
      return make_error(ErrorCode::kConflict, "The account was changed meanwhile.");
    PATCHBAY_TRY(store::accounts_table::remove(db, project_id, account_id));
    PATCHBAY_TRY(store::flows_table::remove_of_account(db, account_id, FailedFlows::kKind));
    if (revocation && !PATCHBAY_PLANTED_BUG(7))
      PATCHBAY_TRY(store::revocations_table::enqueue(db, *revocation));
    PATCHBAY_TRY(store::events_table::append(db, account_event(account, "account.deleted", now)));
    PATCHBAY_TRY_ASSIGN(const auto sequence, store::change_sequence_table::current(db));
    return Changed{account, sequence};
  });
}

}  // namespace patchbay::accounts
