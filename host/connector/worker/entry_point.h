#pragma once
// What a connector's entry point hands out, looked at before anything of it is used: its major
// (ABI-003) and its table (ABI-004). Runs the connector's code in this process. Any thread.
#include <cstdint>
#include <string>

#include "patchbay/connector.h"

namespace patchbay::connector {

enum class TableFault { kNone, kOtherMajor, kIncomplete };

struct AskedTable {
  const patchbay_connector* table = nullptr;  // the library's, static; null when there is a fault
  std::uint32_t major = 0;                    // as the connector says
  TableFault fault = TableFault::kNone;
};

// Asks as a host of today's revision. `query` is not null.
AskedTable ask_for_table(patchbay_connector_query_fn query);

// The extension of a library that serves any manifest; null: it has none that is complete.
// `instance` was made by this table.
const patchbay_manifest_in* find_manifest_in(const patchbay_connector& table,
                                             patchbay_instance* instance);

// The fault and what to do, for the connector's author and the operator.
std::string explain(const AskedTable& asked);

}  // namespace patchbay::connector
