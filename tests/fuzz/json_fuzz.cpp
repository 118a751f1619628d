// The JSON façade. Whatever the bytes: no crash; and what parses is written as text that parses to
// the same text again.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/json.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using patchbay::json::Document;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto document = Document::parse(text);
  if (!document) return 0;
  const auto root = document->root();
  (void)root.pointer("/a/0/b");
  (void)root.get("a").as_integer();
  const auto written = root.dump();
  const auto again = Document::parse(written);
  if (!again || again->root().dump() != written) std::abort();
  return 0;
}
