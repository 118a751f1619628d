#pragma once
// Which library runs for a connector file: the file itself, or, for a manifest that came alone, the
// one that belongs to the hub. That one lies beside patchbay-worker, is as trusted as that program
// is, and nothing in the connectors folder can take its place.
#include <string>

#include "base/fd.h"
#include "base/result.h"
#include "connector/connector_file.h"

namespace patchbay::connector {

inline constexpr std::string_view kDeclarativeLibrary = "patchbay-declarative.so";

struct Code {
  Fd library;             // sealed memfd
  std::string path;       // of the file that it is a copy of
  std::string manifest;   // what the library is to serve; empty: its own
  std::string hands_out;  // the manifest of the library itself, which its table must give
};

// Looks at the library's owner, mode and ELF heads as at any connector's, runs nothing of it.
// kConfiguration: it is missing or may not be used.
Result<Code> code_of(const ConnectorFile& file, const std::string& worker_program);

}  // namespace patchbay::connector
