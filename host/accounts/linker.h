#pragma once
// Links an account, or gives an existing one new credentials. The order is fixed: form valid →
// connector's connect → required permissions there → stored, with its event, in one transaction.
// Nothing is stored when any of it fails, and tokens minted on the way are revoked by a durable
// job; after a kill by flow_recovery.h. Where the connector needs the person once more, the link
// waits (waiting_flows.h) and goes on by resume(). A reconnect swaps only after the new credentials
// passed; then the old tokens are revoked.
//
// Any loop; runs on the caller's.
#include <optional>
#include <string>
#include <vector>

#include "accounts/services.h"
#include "connector/flow_driver.h"
#include "manifest/form_check.h"
#include "store/account_credentials.h"
#include "store/connect_sessions_table.h"
#include "store/integrations_table.h"

namespace patchbay::accounts {

class Revoker;
class TokenKeeper;

struct FormInput {
  std::vector<connector::NamedValue> values;    // of fields that are not secret
  std::vector<connector::NamedSecret> secrets;  // of fields that are
};

struct LinkRequest {
  store::ConnectSession session;  // open and unexpired
  std::string connector_id;
  FormInput form;
  connector::CancelFlag cancel;  // may be null
  bool has_browser = false;      // the person can be sent elsewhere or asked again
  std::string redirect_uri{};    // where a provider may send them back
  std::string attempt_id{};      // of the connection attempt it belongs to (connection_attempts.h)
};

// The person has acted. Exactly one of query and form.
struct ResumeRequest {
  store::ConnectSession session;              // open and unexpired
  std::vector<connector::NamedSecret> query;  // they came back from the provider with this
  FormInput form;                             // they filled in the further fields
  connector::CancelFlag cancel;               // may be null
};

struct LinkOutcome {
  std::optional<store::Account> account;  // set: linked
  bool was_there_before = false;          // an account of this owner was updated
  // Set: the person has to act first. An error beside it says why what they did was not enough.
  std::optional<connector::FlowPause> waiting;
  // When not linked:
  Error error;
  connector::FlowMessage message;  // the connector's own words; its id is empty for our errors
  std::vector<manifest::FieldProblem> field_problems;
  std::string attempt_id;  // of the connection attempt that ends with this; empty: of none
  // Either way, in the connector's words:
  std::vector<connector::FlowMessage> notices;
};

class Linker {
 public:
  Linker(const Services& services, Revoker& revoker, TokenKeeper& keeper)
      : services_(services), revoker_(revoker), keeper_(keeper) {}

  Task<LinkOutcome> link(LinkRequest request);
  Task<LinkOutcome> resume(ResumeRequest request);
  struct Waiting {
    std::string connector_id;
    std::string auth_method_id;
    connector::FlowPause pause;
  };
  // What an open session waits for; kConflict: nothing, or no longer.
  Task<Result<Waiting>> waiting(const store::ConnectSession& session);
  // The person doesn't want to go on: what was minted for it is revoked, and its attempt cancelled.
  Task<Result<>> give_up(const store::ConnectSession& session);

  // The integration a session links through: the one it names, or the connector's default, which is
  // made (reads only) when the project has none yet.
  Task<Result<store::Integration>> integration_for(const store::ConnectSession& session,
                                                   const connector::Connector& connector);

  // What a session may link through.
  struct Target {
    store::Integration integration;
    connector::ConnectorPtr connector;
    const manifest::AuthMethod* method = nullptr;
  };
  // By the integration's id, and by the connector through what it would choose. kNotFound: the
  // session is not for this, or it is switched off.
  Task<Result<Target>> target(const store::ConnectSession& session, std::string integration_id);
  Task<Result<Target>> usual_target(const store::ConnectSession& session,
                                    connector::ConnectorPtr connector);

 private:
  struct Attempt;
  Task<LinkOutcome> run(LinkRequest request);
  Task<LinkOutcome> run_resumed(ResumeRequest request);
  Task<Result<>> prepare(Attempt& attempt, const std::string& connector_id);
  Task<Result<>> write_down(Attempt& attempt);
  Task<LinkOutcome> conclude(Attempt& attempt, connector::FlowOutcome flowed);
  void accept(Attempt& attempt, connector::FlowDone done) const;
  Task<Result<>> join_attempt_at_work(Attempt& attempt);
  Task<Result<store::Account>> save_if_permitted(Attempt& attempt);
  Task<Result<store::Account>> save(Attempt& attempt);

  const Services& services_;
  Revoker& revoker_;
  TokenKeeper& keeper_;
};

// Whether the session is for this kind of provider.
bool may_link(const store::ConnectSession& session, const connector::Connector& connector);

// In the order the connector named them.
std::vector<manifest::Field> fields_asked_for(const manifest::AuthMethod& method,
                                              const connector::FlowPause& pause);

// Splits posted values by the method's fields; an unknown field is kept, so that the form check can
// name it. Line ends are left alone: connectors trim and say so.
FormInput split_form(const manifest::AuthMethod& method,
                     std::vector<connector::NamedSecret> posted);

}  // namespace patchbay::accounts
