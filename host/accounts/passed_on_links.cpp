#include "accounts/passed_on_links.h"

#include <algorithm>

#include "base/encoding.h"
#include "base/hash.h"
#include "store/row_helpers.h"

namespace patchbay::accounts {
namespace {

namespace sessions = store::connect_sessions_table;
using store::ConnectSession;
using store::SessionStatus;

audit::AuditEvent event_of(std::string_view kind, const ConnectSession& by,
                           const std::string& passed_on, audit::Asker who) {
  who.actor = "session " + by.id;
  return audit::asked_by(who, {.kind = std::string(kind),
                               .project_id = by.project_id,
                               .account_id = by.account_id,
                               .subject = passed_on,
                               .connector_id = by.connector_id});
}

Error over() {
  return make_error(ErrorCode::kConflict, "This link is over and can't be passed on any more.");
}

// What the other link starts from.
ConnectSession copy_of(const ConnectSession& session) {
  ConnectSession copy = session;
  copy.number = 0;
  copy.passed_on_by = session.id;
  copy.status = SessionStatus::kOpen;
  copy.result_account_id.clear();
  return copy;
}

// The open one there is; nothing: there is room for a new one.
Result<std::optional<ConnectSession>> open_one(store::Database& db, const std::string& project_id,
                                               const std::string& by_id, std::int64_t now_ms) {
  PATCHBAY_TRY_ASSIGN(const auto by,
                      store::required(sessions::find(db, project_id, by_id), "connect session"));
  if (by.status != SessionStatus::kOpen || !by.passed_on_by.empty()) return over();
  PATCHBAY_TRY_ASSIGN(auto last, sessions::last_passed_on(db, by_id));
  if (last && last->status == SessionStatus::kOpen && last->expires > now_ms) return last;
  PATCHBAY_TRY_ASSIGN(const auto made, sessions::count_passed_on(db, by_id));
  if (made >= PassedOnLinks::kMost)
    return make_error(ErrorCode::kTooLarge,
                      "This link was passed on too often. Ask for a new one, and send it on.");
  return std::optional<ConnectSession>();
}

Result<ConnectSession> insert(store::Database& db, ConnectSession made) {
  PATCHBAY_TRY_ASSIGN(const auto open,
                      open_one(db, made.project_id, made.passed_on_by, made.created));
  if (open) return *open;
  PATCHBAY_TRY_ASSIGN(made.number, sessions::insert(db, made));
  return made;
}

}  // namespace

SecretString passed_on_token(const SecretString& token, std::string_view id) {
  auto mac = hmac_sha256(token.reveal(), "passed on " + std::string(id));
  std::string text = base64url_encode(as_text(mac));
  wipe(mac.data(), mac.size());
  return SecretString::take(text);
}

Task<Result<ConnectSession>> PassedOnLinks::pass_on(const ConnectSession& session,
                                                    const SecretString& token,
                                                    std::string connector_id,
                                                    std::string integration_id, audit::Asker who) {
  const auto now = services_.clock.unix_ms();
  PATCHBAY_CO_TRY_ASSIGN(
      const auto open, co_await services_.store.read(
                           [project = session.project_id, id = session.id,
                            now](store::Database& db) { return open_one(db, project, id, now); }));
  if (open) co_return *open;
  ConnectSession made = copy_of(session);
  made.id = services_.random.id("ses_");
  made.token_hash = sha256_hex(passed_on_token(token, made.id).reveal());
  made.connector_id = std::move(connector_id);
  made.integration_id = std::move(integration_id);
  made.created = now;
  made.expires = std::max(session.expires, made.created + kValidMs);
  // Recorded first, because it gives access.
  PATCHBAY_CO_TRY(services_.audit.append(
      event_of("connect_session.passed_on", session, made.id, std::move(who))));
  co_return co_await services_.store.transact(
      [made](store::Database& db) { return insert(db, made); });
}

Task<Result<std::optional<ConnectSession>>> PassedOnLinks::last_of(const ConnectSession& session) {
  co_return co_await services_.store.read(
      [id = session.id](store::Database& db) { return sessions::last_passed_on(db, id); });
}

Task<Result<>> PassedOnLinks::take_back(const ConnectSession& session, audit::Asker who) {
  PATCHBAY_CO_TRY_ASSIGN(const auto taken,
                         co_await services_.store.transact([id = session.id](store::Database& db) {
                           return sessions::cancel_passed_on(db, id);
                         }));
  if (taken > 0)
    audit::append_or_complain(&services_.audit,
                              event_of("connect_session.taken_back", session, "", std::move(who)));
  co_return Result<>();
}

Task<Result<ConnectSession>> PassedOnLinks::passed_on_by(const ConnectSession& session) {
  co_return co_await services_.store.read(
      [project = session.project_id, id = session.passed_on_by](store::Database& db) {
        return store::required(sessions::find(db, project, id), "connect session");
      });
}

}  // namespace patchbay::accounts
