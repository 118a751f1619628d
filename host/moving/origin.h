#pragma once
// Where an account came from: kept in its metadata, so that a second run knows it, and in the
// metadata of a connect link until that is used.
#include <string>
#include <string_view>

#include "moving/source_row.h"

namespace patchbay::moving {

struct Origin {
  std::string source;  // "nango"; empty: it was not imported
  std::string id;      // of the account there
};

Origin origin_in(std::string_view metadata);

// The row's own tags, and where it comes from; a JSON object.
std::string with_origin(const SourceRow& row, std::string_view source);

}  // namespace patchbay::moving
