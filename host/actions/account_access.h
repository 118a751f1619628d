#pragma once
// An account that may be used now: neither suspended nor of an integration that is switched off,
// and its connector is there. What every call for an account begins with.
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "accounts/credentials.h"
#include "accounts/services.h"
#include "actions/action_error.h"

namespace patchbay::actions {

using net::Task;

// Ready ones only; null when there is none.
using FindConnector = std::function<connector::ConnectorPtr(std::string_view connector_id)>;

struct UsableAccount {
  accounts::StoredAccount stored;  // its secrets sealed
  connector::ConnectorPtr connector;
  std::shared_ptr<const manifest::Manifest> manifest;  // the connector's
  manifest::HostValues host_values;
  std::string credential;    // connector::credential_key of what it was connected with
  std::int64_t read_at = 0;  // the oldest change sequence of what a request for it rests on

  [[nodiscard]] const store::Account& account() const { return stored.account; }
  // How it was connected; null when the manifest no longer knows that way.
  [[nodiscard]] const manifest::AuthMethod* auth_method() const {
    return manifest->find_auth_method(stored.account.auth_method);
  }
};

// `allowed_at`: the change sequence at which the caller was allowed to call. Each refusal has a
// reason of its own (action_error.h).
Task<boost::system::result<UsableAccount, ActionError>> usable_account(
    const accounts::Services& services, FindConnector find_connector, std::string project_id,
    std::string account_id, std::int64_t allowed_at);

// Set when requests with this token are authorised with optional fields that were left empty when
// the account was connected.
std::optional<ActionError> fields_missing(const UsableAccount& usable,
                                          const manifest::AuthMethod& method,
                                          std::string_view token);

// Adds to a refusal which fields it may be about, where requests with this token are authorised
// with what people filled in.
void name_fields(ActionError& refusal, const UsableAccount& usable,
                 const manifest::AuthMethod& method, std::string_view token);

// For requests that were held back because access was changed after it was checked.
ActionError access_changed();

}  // namespace patchbay::actions
