#pragma once
// What the hub has to know of a shared library before it is loaded anywhere, read from bytes that
// may be anything: whether it is whole, for this machine, and which other libraries it needs.
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace patchbay::connector {

struct ElfImage {
  std::vector<std::string> needed;  // DT_NEEDED: "libc.so.6"
};

// kUnavailable: shorter than its own heads say, as a copy under way is. kInvalidArgument: not a
// shared library of this machine, or broken; the message completes "FILE ...".
Result<ElfImage> read_elf(std::string_view bytes);

// The libraries that a worker has loaded before its walls go up; nothing else can be opened then.
bool worker_offers(std::string_view library);

}  // namespace patchbay::connector
