#pragma once
// One scripted exchange: a flow, a provider's answers, and perhaps something that cuts in. In this
// process and over the C interface itself, so that what a worker would do and what the sanitizers
// of the author's build see are the same.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/finding.h"
#include "conformance/trial.h"
#include "manifest/manifest.h"
#include "patchbay/connector.h"

namespace patchbay::conformance {

// What a connector did: for comparing runs.
struct Trace {
  static constexpr char kDone[] = "DONE";
  std::string text;           // every action, byte for byte
  unsigned steps = 0;         // that were answered
  std::string ending;         // kDone, or FAIL with its kind and message; empty: neither
  std::string refused_field;  // that the FAIL names
  bool keeps_more = false;    // DONE hands out secrets other than a refresh token
  std::int64_t live_blocks = 0;
  std::int64_t freed_with_secrets = 0;
  [[nodiscard]] bool has_failed() const { return !ending.empty() && ending != kDone; }
  [[nodiscard]] bool is_clean() const { return live_blocks <= 0 && freed_with_secrets <= 0; }
  bool operator==(const Trace& other) const { return text == other.text; }
};

// A connector's table in this process, with one instance.
class Subject {
 public:
  // `given`: the manifest that the instance is to serve; empty: the library's own.
  Subject(const patchbay_connector& table, const manifest::Manifest& manifest,
          std::string_view given = {});
  ~Subject();
  Subject(const Subject&) = delete;
  Subject& operator=(const Subject&) = delete;

  // False: create() refused, or the manifest was.
  [[nodiscard]] bool is_created() const { return instance_ != nullptr; }

  [[nodiscard]] const void* extension(std::string_view id) const;
  // By patchbay.manifest-in/1, which the library has.
  [[nodiscard]] patchbay_status set_manifest(std::string_view json);

  // Runs it to its end, and checks every action. May be called from several threads.
  Trace run(const Trial& trial, Findings& findings);
  // Several flows, their steps taken in turns.
  std::vector<Trace> run_in_turns(const std::vector<Trial>& trials, Findings& findings);

 private:
  class Flow;
  const patchbay_connector& table_;
  const manifest::Manifest& manifest_;
  patchbay_host host_{};
  patchbay_instance* instance_ = nullptr;
};

}  // namespace patchbay::conformance
