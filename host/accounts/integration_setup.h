#pragma once
// What the operator enters once for an integration (the manifest's setup_fields, such as an OAuth
// client): sealed in the integration's row, and part of what every flow of its accounts is given.
// Any loop; none of it inside a store closure, because it seals and opens.
#include "accounts/linker.h"
#include "accounts/services.h"
#include "connector/flow_types.h"
#include "store/integrations_table.h"

namespace patchbay::accounts {

// Adds what is sealed there to a flow's input; an integration without any adds nothing.
Result<> open_setup(const vault::Vault& vault, const store::Integration& integration,
                    connector::FlowInput& input);

// Replaces what was there. Flows that begin later are given the new values, those that wait for a
// person keep theirs. The caller has checked the values against the manifest's setup_fields.
// kConflict: somebody else changed the integration meanwhile. Returns it as stored.
Task<Result<store::Integration>> save_setup(const Services& services,
                                            store::Integration integration, FormInput setup,
                                            audit::Asker who);

}  // namespace patchbay::accounts
