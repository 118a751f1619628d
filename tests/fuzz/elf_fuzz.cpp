// A library's bytes as the hub reads them before it loads anything: whatever they are, an answer
// comes, and what is accepted keeps the reader's promises.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "connector/elf_image.h"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace patchbay;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto image = connector::read_elf(bytes);
  if (!image) {
    require(image.error().code == ErrorCode::kUnavailable ||
            image.error().code == ErrorCode::kInvalidArgument);
    require(!image.error().message.empty());
    return 0;
  }
  require(image->needed.size() <= 64);
  for (const auto& name : image->needed) {
    require(name.size() < 256 && bytes.find(name) != std::string_view::npos);
    (void)connector::worker_offers(name);
  }
  return 0;
}
