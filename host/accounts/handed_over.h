#pragma once
// Tokens of a person who signed in at the provider, handed over by the hub that had them until now:
// stored as the account that connecting here would have made. Nothing is asked of the provider, so
// nothing proves them yet; the first refresh does (token_keeper.h). They belong to the client that
// they were granted to, which has to be the one that the integration is set up with.
//
// Any loop.
#include <string>
#include <vector>

#include "accounts/services.h"
#include "accounts/token_keeper.h"
#include "connector/registry.h"
#include "store/accounts_table.h"
#include "store/integrations_table.h"

namespace patchbay::accounts {

struct HandedOver {
  // Owner, names, label, metadata and type; its id, where an account gets these in place of
  // credentials that no longer work.
  store::Account account;
  store::Integration integration;
  connector::ConnectorPtr connector;
  std::vector<connector::NamedSecret> secrets;  // "refresh_token"; those a connect would have kept
  std::vector<connector::Token> tokens;         // may be none: the first refresh brings one
  std::vector<connector::NamedValue> facts;     // where the account lives, if that is told
  bool multiple = false;                        // beside another of the owner's
};

// The account as it is stored. kInvalidArgument: nothing was handed over that works without the
// other (a token, or what renews one). kProtocol: the account lives where the manifest does not
// allow it. kPermissionMissing. kConflict: the owner has an account with this connector.
Task<Result<store::Account>> take_over(const Services& services, TokenKeeper& keeper,
                                       HandedOver handed, audit::Asker who);

}  // namespace patchbay::accounts
