#pragma once
// A connector library that has been loaded into this process: one instance and its flows. Used by
// patchbay-worker, and in process by tests, `check --in-process` and benchmarks; never by the hub.
//
// The library is loaded with Boost.DLL from a descriptor (a sealed memfd whose bytes were checked)
// and never unloaded. One thread.
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "connector/flow_types.h"
#include "connector/worker/flow_codec.h"
#include "patchbay/connector.h"

namespace patchbay::connector {

// Why a library could not be used; the numbers travel in LoadedMessage::failure.
enum class LoadFailure : std::uint32_t {
  kNone = 0,
  kNotALibrary = 1,      // the loader refused the bytes
  kNoEntryPoint = 2,     // patchbay_connector_query is missing
  kWrongMajor = 3,       // made for another major of the interface
  kBadTable = 4,         // the table lacks functions or is too small
  kCreateFailed = 5,     // create() refused
  kNoWalls = 6,          // the kernel refuses the walls it would run behind
  kNoManifestIn = 7,     // it was given a manifest and serves none but its own
  kManifestRefused = 8,  // it does not serve the manifest that it was given
};
std::string_view to_string(LoadFailure failure);

using LogSink = std::function<void(std::uint32_t level, std::string_view text)>;

class Library {
 public:
  // `loaded` tells what happened, its own manifest included; null when it failed. `manifest` is
  // what the instance is to serve instead (patchbay.manifest-in/1); empty: its own.
  static std::unique_ptr<Library> load(const std::string& path, std::string_view manifest,
                                       LogSink log, LoadedMessage& loaded);
  ~Library();
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;

  // Flow ids are the caller's; one in use already is PATCHBAY_E_INVALID.
  std::uint32_t begin(std::uint64_t flow_id, const BeginMessage& message);
  // Every status but OK ends the flow. Calls broken by rule violations are PATCHBAY_E_INTERNAL.
  ActionMessage step(std::uint64_t flow_id, const FlowEvent& event);
  void release(std::uint64_t flow_id);

 private:
  struct Loaded;
  explicit Library(LogSink log);
  LoadFailure give_manifest(std::string_view manifest, std::string& detail);
  static const void* extension(void* context, patchbay_str id);
  static void log_line(void* context, std::uint32_t level, patchbay_str message);

  LogSink log_;
  patchbay_host host_{};
  std::unique_ptr<Loaded> library_;
  const patchbay_connector* table_ = nullptr;
  patchbay_instance* instance_ = nullptr;
  std::map<std::uint64_t, patchbay_flow*> flows_;
};

}  // namespace patchbay::connector
