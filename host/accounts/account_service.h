#pragma once
// The hub's accounts, as pages, API and command line use them: look up, suspend, resume, unlink,
// permission report, connect sessions. Any loop. Every call names its project; what belongs to
// another project is kNotFound.
#include <optional>
#include <string>
#include <vector>

#include "accounts/connection_attempts.h"
#include "accounts/linker.h"
#include "accounts/needed_fields.h"
#include "accounts/passed_on_links.h"
#include "accounts/permission_report.h"
#include "accounts/revoker.h"
#include "accounts/services.h"
#include "accounts/token_keeper.h"
#include "store/accounts_table.h"
#include "store/connect_sessions_table.h"
#include "store/events_table.h"

namespace patchbay::accounts {

struct SessionRequest {
  std::string project_id;
  std::string owner_id;
  std::string owner_name;
  std::string username;
  std::string connector_id;    // empty: the end user picks
  std::string integration_id;  // empty: the default
  std::string account_id;      // set: reconnect this account
  bool multiple = false;
  store::AccountType type = store::AccountType::kProduction;
  std::string label;
  std::string metadata = "{}";    // JSON object, kept on the account
  std::string categories = "[]";  // JSON array: the kinds of providers to pick from
  std::int64_t expires_in_s = 1800;
};

// For new credentials of this account, by a link that is good for half an hour.
SessionRequest reconnect_request(const store::Account& account);

struct NewSession {
  store::ConnectSession session;
  SecretString token;  // shown once; the store keeps its hash
};

struct TokenInfo {
  std::string name;
  std::int64_t minted = 0;   // unix ms
  std::int64_t expires = 0;  // unix ms; 0: unknown
};

struct AccountDetail {
  store::Account account;
  std::vector<TokenInfo> tokens;
  std::vector<FieldLine> fields;            // optional ones that actions need; likewise
  std::vector<PermissionLine> permissions;  // empty while the connector is missing
  std::vector<store::Event> history;        // newest first
  connector::ConnectorPtr connector;        // null while it is missing
};

class AccountService {
 public:
  AccountService(const Services& services, Revoker& revoker, TokenKeeper& keeper, Linker& linker)
      : services_(services),
        revoker_(revoker),
        keeper_(keeper),
        linker_(linker),
        attempts_(services),
        passed_on_(services) {}

  Task<Result<NewSession>> create_session(SessionRequest request);
  // Open and unexpired ones. kNotFound, kExpired ("this link has expired"), kConflict (used).
  Task<Result<store::ConnectSession>> find_session(std::string token);
  // Those that are over, too, as long as they are kept. kNotFound.
  Task<Result<store::ConnectSession>> find_session_in_any_state(std::string token);
  Task<LinkOutcome> link(LinkRequest request) { return linker_.link(std::move(request)); }
  [[nodiscard]] Linker& linker() const { return linker_; }
  [[nodiscard]] ConnectionAttempts& attempts() { return attempts_; }
  [[nodiscard]] PassedOnLinks& passed_on() { return passed_on_; }

  Task<Result<std::vector<store::Account>>> list(store::AccountFilter filter);
  Task<Result<store::Account>> get(std::string project_id, std::string account_id);
  Task<Result<AccountDetail>> detail(std::string project_id, std::string account_id);

  // `who`, here and below, is for the audit log. What a caller may say about an account, beside its
  // credentials. kConflict: the new owner has one with this connector.
  Task<Result<store::Account>> change(std::string project_id, std::string account_id,
                                      store::AccountDetails details, audit::Asker who = {});

  // Suspend and unlink return when no instance of the hub serves the
  // account's tokens from memory any more, two seconds later at most.
  Task<Result<store::Account>> suspend(std::string project_id, std::string account_id,
                                       audit::Asker who = {});
  Task<Result<store::Account>> resume(std::string project_id, std::string account_id,
                                      audit::Asker who = {});
  Task<Result<>> refresh(std::string project_id, std::string account_id);
  // Asks the provider where scopes don't tell (permission_checker.h); detail() then tells what was
  // found. At a connect this happens by itself, in the background.
  Task<Result<>> check_permissions(std::string project_id, std::string account_id,
                                   audit::Asker who = {});
  // Local use ends at once; the provider is told by a durable job. Returns what it was.
  Task<Result<store::Account>> unlink(std::string project_id, std::string account_id,
                                      audit::Asker who = {});

 private:
  struct Changed;
  template <class Change>
  static auto changing(const std::string& project, const std::string& id, std::string_view event,
                       std::int64_t now, const Change& change);
  Task<Result<Changed>> unlink_once(std::string project_id, std::string account_id);

  const Services& services_;
  Revoker& revoker_;
  TokenKeeper& keeper_;
  Linker& linker_;
  ConnectionAttempts attempts_;
  PassedOnLinks passed_on_;
};

}  // namespace patchbay::accounts
