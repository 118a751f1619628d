#pragma once
// One scripted exchange: a flow, a provider's answers, and perhaps something that cuts in. In this
// process and over the C interface itself, so that what a worker would do and what the sanitizers
// of the author's build see are the same.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "conformance/finding.h"
#include "conformance/provider.h"
#include "manifest/manifest.h"
#include "patchbay/connector.h"

namespace patchbay::conformance {

enum class Begin : std::uint8_t { kConnect, kRefresh, kRevoke };
std::string_view to_string(Begin begin);

// What happens instead of the event that would be next, at a step counted from 0 (START).
struct Interruption {
  enum class Kind : std::uint8_t {
    kCancel,         // CANCEL, with the answers of requests under way
    kCancelEmpty,    // CANCEL, and the answers never came
    kRelease,        // the host lets go
    kUnknownEvent,   // an event of a later revision
    kOtherEvent,     // TIMER where it does not belong
    kSecondStart,    // START again
    kMissingReply,   // REPLIES without any
    kSurplusReply,   // one reply too many
    kLargerStructs,  // every struct is of a later revision, with more behind it; at every step
  };
  Kind kind = Kind::kCancel;
  unsigned step = 0;
};
std::string_view to_string(Interruption::Kind kind);

struct Trial {
  Begin begin = Begin::kConnect;
  const manifest::AuthMethod* method = nullptr;
  const Provider* provider = nullptr;
  std::optional<Interruption> interruption;
  unsigned person = 0;  // who connects: each types something else

  [[nodiscard]] std::string name() const;
};

// What a connector did: for comparing runs.
struct Trace {
  std::string text;    // every action, byte for byte
  unsigned steps = 0;  // that were answered
  std::int64_t live_blocks = 0;
  std::int64_t freed_with_secrets = 0;
  bool operator==(const Trace& other) const { return text == other.text; }
};

// A connector's table in this process, with one instance.
class Subject {
 public:
  Subject(const patchbay_connector& table, const manifest::Manifest& manifest);
  ~Subject();
  Subject(const Subject&) = delete;
  Subject& operator=(const Subject&) = delete;

  // False: create() refused.
  [[nodiscard]] bool is_created() const { return instance_ != nullptr; }

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
