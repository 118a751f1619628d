#pragma once
// The conformance suite: everything that plugin_api/abi.md and manifests/README.md ask of a
// connector and that can be seen from outside, tried on one library, or on a manifest that is a
// connector by itself.
#include <cstdint>
#include <functional>
#include <string>

#include "conformance/finding.h"
#include "connector/connector_file.h"

namespace patchbay::conformance {

struct SuiteOptions {
  std::string path;
  std::uint64_t seed = 1;  // of the random part
  unsigned random_exchanges = 300;
  std::string worker_program;  // beside it lies what runs manifests without code
  bool in_process = false;     // nothing is run in a worker
  // Before each part: its name. May be empty.
  std::function<void(const std::string& part)> on_part;
};

struct SuiteResult {
  Findings findings;
  std::string connector;  // id and version; empty: the file has no valid manifest
  std::uint64_t exchanges = 0;
};

// In a program without other threads: it forks.
SuiteResult run_suite(const SuiteOptions& options);

}  // namespace patchbay::conformance
