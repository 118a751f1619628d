#pragma once
// A connector's form in the shape that the component draws: fields, notices, what the method is.
#include <string>

#include "base/json.h"
#include "connector/registry.h"
#include "store/accounts_table.h"
#include "store/integrations_table.h"
#include "web/language.h"

namespace patchbay::embed {

// What a secret that is stored is shown as. The component leaves a field that still holds it out of
// what it sends.
inline constexpr std::string_view kMask = "__secretvalue:**redacted**";

// The person signs in at the provider, in a window that the component opens.
bool needs_window(const manifest::AuthMethod& method);
// Whether the component can connect it. That window's address holds what was entered, so no secret
// may be needed.
bool is_offered(const manifest::AuthMethod& method);

// An entry of the component's list.
void write_entry(json::Writer& out, const store::Integration& integration,
                 const connector::Connector& connector, const web::Language& language);

// {"config": ..., "hub_settings": ...}
void write_form(json::Writer& out, const connector::Connector& connector,
                const manifest::AuthMethod& method, const web::Language& language);

// An account to be edited: what was entered, with masks for the secrets that are `stored`.
void write_account(json::Writer& out, const store::Account& account,
                   const store::Integration& integration, const connector::Connector& connector,
                   const std::vector<std::string>& stored);

}  // namespace patchbay::embed
