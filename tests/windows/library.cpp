#include "library.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <span>
#include <stdexcept>
#include <string_view>
#include <type_traits>

#include "patchbay/manifest_blob.h"

namespace patchbay::windows {
namespace {

std::string manifest_in(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string bytes(std::istreambuf_iterator<char>(file), {});
  const auto found =
      find_manifest({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
  if (!found) throw std::runtime_error("no manifest: " + std::string(name_of(found.error)));
  return std::string(found.text());
}

}  // namespace

Library::Library(const std::string& path) {
  const std::string manifest = manifest_in(path);
  handle_.load(std::filesystem::absolute(path));
  using Query = std::remove_pointer_t<patchbay_connector_query_fn>;
  const auto& query = handle_.get<Query>(PATCHBAY_CONNECTOR_QUERY_SYMBOL);
  table_ = query(PATCHBAY_ABI_MAJOR, PATCHBAY_ABI_MINOR, nullptr);
  if (table_ == nullptr) throw std::runtime_error("made for another major of the interface");
  if (std::string_view(table_->manifest.ptr, table_->manifest.len) != manifest)
    throw std::runtime_error("the table's manifest is not the file's");
}

}  // namespace patchbay::windows
