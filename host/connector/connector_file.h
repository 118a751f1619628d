#pragma once
// Reads a connector file without running any of it: checks who may have written it and the folders
// above it, copies its bytes into a sealed memfd (what was hashed is what will be loaded), looks at
// a library's ELF heads, finds its manifest, or the one that is the file, and checks that. Links
// are not followed.
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/fd.h"
#include "base/result.h"
#include "manifest/parse.h"

namespace patchbay::connector {

inline constexpr std::size_t kMaxConnectorBytes = std::size_t{64} << 20U;

// A file's bytes in memory, for as long as this lives.
class MappedBytes {
 public:
  MappedBytes(const char* bytes, std::size_t size) : bytes_(bytes), size_(size) {}
  MappedBytes(MappedBytes&& other) noexcept
      : bytes_(std::exchange(other.bytes_, nullptr)), size_(other.size_) {}
  MappedBytes& operator=(MappedBytes&&) = delete;
  ~MappedBytes();
  [[nodiscard]] std::string_view view() const { return {bytes_, size_}; }

 private:
  const char* bytes_;
  std::size_t size_;
};

struct ConnectorFile {
  std::string path;
  std::string sha256;  // hex, of the whole file
  std::size_t size = 0;
  Fd bytes;  // sealed memfd
  std::string manifest_json;
  std::shared_ptr<const manifest::Manifest> manifest;
  std::string signature;  // text of the file beside it, named with .minisig; empty: none

  [[nodiscard]] Result<MappedBytes> map() const;
};

// Whether only the hub's user and root can put files into this folder or exchange it, all the way
// up. kConfiguration names the folder that others can write to.
Result<> check_folder(const std::string& folder);

// Errors say what is wrong and what to do. kUnavailable means: not complete yet, look again (a copy
// under way); everything else stays wrong until the file changes.
Result<ConnectorFile> read_connector_file(const std::string& path);

}  // namespace patchbay::connector
