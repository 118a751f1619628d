#pragma once
// One refresh in its turn, from the first look at the credentials to what came of it. Shared by
// refresher.cpp and refresh_save.cpp.
#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "accounts/refresher.h"
#include "accounts/stored_journal.h"
#include "manifest/auth_method.h"

namespace patchbay::accounts {

struct Refresher::Attempt {
  Entry& entry;            // may move on meanwhile: somebody reconnects, somebody else reads it
  store::Account account;  // as it was when the turn began
  store::RefreshLease lease;
  connector::ConnectorPtr connector;
  connector::FlowInput input;
  std::vector<connector::Token> withdrawn;  // from a backup; revoked once there are new ones
  bool rotates = false;
  bool unlinked = false;  // meanwhile
  std::optional<std::uint32_t> grace_s;
  std::optional<std::chrono::milliseconds> within;  // for this presentation
  std::optional<RefreshFailure> failed_before{};    // with the same credentials
};

struct Refresher::Called {
  connector::FlowOutcome outcome;
  std::string flow_id;  // the journal's row; empty: none
  std::optional<StoredJournal::Unwritten> unwritten;
};

}  // namespace patchbay::accounts
