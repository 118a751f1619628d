#pragma once
#include <string>
#include <vector>

#include "accounts/credentials.h"
#include "accounts/linker.h"
#include "accounts/permission_report.h"
#include "store/flows_table.h"

namespace patchbay::accounts {

// One link on its way from the form to the stored account.
struct Linker::Attempt {
  store::ConnectSession session;
  std::string connection_attempt_id;  // empty: none
  connector::ConnectorPtr connector;
  store::Integration integration;
  const manifest::AuthMethod* method = nullptr;
  store::Flow row;
  connector::FlowInput input;  // what was entered; connect's kept secrets and facts are merged in
  connector::CancelFlag cancel;
  std::vector<connector::Token> tokens;
  GrantedPermissions granted;
  bool was_there_before = false;

  [[nodiscard]] const manifest::Manifest& manifest() const { return *connector->manifest; }
  [[nodiscard]] bool cancelled() const { return cancel && cancel->load(); }
  [[nodiscard]] connector::FlowPlan plan(connector::FlowJournal& journal) const {
    return {.operation = connector::Operation::kConnect,
            .manifest = connector->manifest,
            .host_values = host_values(manifest(), input),
            .limits = {},
            .cancel = cancel,
            .journal = &journal,
            .account_id = session.account_id};
  }
};

// The account that a link of this session gives new credentials; nothing: it makes one.
// kNotFound, kConflict: the session is for an account that is gone, or another provider's.
Result<std::optional<StoredAccount>> account_to_replace(store::Database& db,
                                                        const store::ConnectSession& session,
                                                        const std::string& connector_id);

}  // namespace patchbay::accounts
