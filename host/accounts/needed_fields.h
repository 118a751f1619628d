#pragma once
// Fields that a form lets people leave empty, and that some actions can't do without: what requests
// of those actions are authorised with (manifest::AuthMethod::optional_fields).
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "manifest/manifest.h"
#include "store/account_credentials.h"

namespace patchbay::accounts {

using FieldPtrs = std::vector<const manifest::Field*>;  // in the auth method

// By the ids of what was filled in when the account was connected.
using FilledFields = std::set<std::string, std::less<>>;
FilledFields filled_fields(const store::Account& account,
                           const std::vector<store::AccountSecret>& secrets);

// What requests with this token need and an account lacks.
FieldPtrs lacking_fields(const manifest::AuthMethod& method, std::string_view token,
                         const FilledFields& filled);

// What these actions need, each once, in the form's order.
FieldPtrs needed_fields(const manifest::Manifest& manifest, const manifest::AuthMethod& method,
                        const std::vector<std::string>& action_ids);

struct FieldLine {
  const manifest::Field* field = nullptr;  // in the auth method
  bool filled = false;
  bool needed = false;               // by an action that is allowed
  std::vector<std::string> actions;  // of the manifest, that need it
};

// One line for every field that some action of the manifest needs.
std::vector<FieldLine> field_report(const manifest::Manifest& manifest,
                                    const manifest::AuthMethod& method,
                                    const std::vector<std::string>& action_ids,
                                    const FilledFields& filled);

// "Company number, Key", as the form names them in English.
std::string field_labels(const manifest::Manifest& manifest, const FieldPtrs& fields);

}  // namespace patchbay::accounts
