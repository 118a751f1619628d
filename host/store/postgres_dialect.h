#pragma once
// PostgreSQL's words, where they are not SQLite's.
#include "store/database.h"

namespace patchbay::store {

const Dialect& postgres_dialect();

}  // namespace patchbay::store
