#pragma once
// Editing an account: the secrets that a person left untouched are taken from the store. They are
// never shown, only used again.
#include <string>
#include <vector>

#include "accounts/linker.h"
#include "accounts/services.h"
#include "store/accounts_table.h"

namespace patchbay::accounts {

// Which of an account's secrets are there. Nothing is opened.
Task<Result<std::vector<std::string>>> stored_secret_names(const Services& services,
                                                           const store::Account& account);

// The form with the account's own secrets for the fields that it leaves out. kInvalidArgument when
// it changes a field that decides which host they would be sent to: then they have to be entered
// again, so that nobody sends away a secret they don't know.
Task<Result<FormInput>> with_kept_secrets(const Services& services, const store::Account& account,
                                          const manifest::Manifest& manifest,
                                          const manifest::AuthMethod& method, FormInput form);

}  // namespace patchbay::accounts
