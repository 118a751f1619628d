#pragma once
// Accounts of a CSV file. The first line names the columns: `owner_id`, `connector`, and if you
// like `id`, `owner_name`, `username`, `label`, `environment`; `refresh_token`, `access_token`,
// `expires_at` and `scope` where people sign in at the provider; every other column is a field of
// the connector's form, by its id. Empty cells are as good as none.
#include <istream>
#include <memory>

#include "moving/source_row.h"

namespace patchbay::moving {

// `connector`: of every row where there is no such column; empty: the column has to be there.
// kInvalidArgument: the first line names no owner_id, or a column twice.
Result<std::unique_ptr<RowSource>> open_csv(std::unique_ptr<std::istream> in,
                                            const std::string& connector);

}  // namespace patchbay::moving
