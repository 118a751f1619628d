#include "base/optional_members.h"

#include "base/iso_time.h"

namespace patchbay::json {

void write_text_or_null(Writer& out, std::string_view name, const std::string& text) {
  out.key(name);
  if (text.empty())
    out.null();
  else
    out.string(text);
}

void write_time_or_null(Writer& out, std::string_view name, std::int64_t unix_ms) {
  write_text_or_null(out, name, unix_ms == 0 ? std::string() : iso_time(unix_ms));
}

}  // namespace patchbay::json
