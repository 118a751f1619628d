#pragma once
// Providers to choose from, for end users: grouped by category, and searched once they are many.
#include <string_view>
#include <vector>

#include "web/connector_view.h"

namespace patchbay::web {

// For the template choose. `wanted` is what was searched for; empty: everything. Groups and what is
// in them stand in the order of their names.
View picker_view(const std::vector<connector::ConnectorPtr>& choices, std::string_view wanted,
                 const HostList& overridden_hosts, const Language& language);

}  // namespace patchbay::web
