#pragma once
// Carries out an action by the connector's own code: its `invoke` flow, driven with the account's
// tokens and secrets under the rules of every call. Tokens come fresh from the token source; when
// the provider refuses one with 401 and nothing was changed, it is replaced and the flow begun
// anew, once. What the flow hands out is taken as JSON, with the account's secrets taken out.
//
// An action can't wait for a person, and mints and uses up no credential: such flows are ended as
// not_supported. A rotating refresh token is not among what the flow is given.
//
// Used on the account's loop; everything it was built from, and what a call is given, outlives the
// call.
#include <string>

#include "actions/account_access.h"
#include "actions/call_trace.h"
#include "actions/token_source.h"

namespace patchbay::actions {

class ConnectorCaller {
 public:
  using Outcome = boost::system::result<std::string, ActionError>;  // JSON

  // `max_result_bytes`: longer results are refused.
  ConnectorCaller(const accounts::Services& services, TokenSource& tokens,
                  const connector::FlowLimits& limits, std::size_t max_result_bytes)
      : services_(services),
        tokens_(tokens),
        limits_(limits),
        max_result_bytes_(max_result_bytes) {}

  // `input` was checked against the action's schema. `trace` null: nobody wants to know what was
  // sent.
  Task<Outcome> call(const UsableAccount& account, const manifest::Action& action,
                     std::string input, CallTrace* trace = nullptr);

 private:
  struct Try;
  Task<Result<>> prepare(Try& attempt);
  Task<boost::system::result<bool, ActionError>> run(Try& attempt);
  [[nodiscard]] ActionError failure(const Try& attempt) const;
  [[nodiscard]] Outcome result(const Try& attempt) const;

  const accounts::Services& services_;
  TokenSource& tokens_;
  const connector::FlowLimits limits_;
  const std::size_t max_result_bytes_;
};

}  // namespace patchbay::actions
