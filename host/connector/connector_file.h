#pragma once
// Reads a connector library without running any of it: checks who may have written it, copies its
// bytes into a sealed memfd (what was hashed is what will be loaded), finds the embedded manifest
// and checks that.
#include <memory>
#include <string>

#include "base/fd.h"
#include "base/result.h"
#include "manifest/parse.h"

namespace patchbay::connector {

inline constexpr std::size_t kMaxConnectorBytes = std::size_t{64} << 20U;

struct ConnectorFile {
  std::string path;
  std::string sha256;  // hex, of the whole file
  std::size_t size = 0;
  Fd bytes;  // sealed memfd
  std::string manifest_json;
  std::shared_ptr<const manifest::Manifest> manifest;
};

// Errors say what is wrong and what to do. kUnavailable means: not complete yet, look again (a copy
// under way); everything else stays wrong until the file changes.
Result<ConnectorFile> read_connector_file(const std::string& path);

}  // namespace patchbay::connector
