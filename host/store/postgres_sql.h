#pragma once
// The store's SQL as PostgreSQL wants it.
#include <cstddef>
#include <string>
#include <string_view>

namespace patchbay::store {

struct PostgresSql {
  std::string text;              // each `?` as $1, $2, …
  std::size_t placeholders = 0;  // how many there are
};

// A `?` inside of a literal, a quoted name or a comment stays as it is. Literals are the
// standard's: a quote is doubled, a backslash means itself.
PostgresSql to_postgres(std::string_view sql);

}  // namespace patchbay::store
