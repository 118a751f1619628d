#pragma once
// What is tried: a flow, the provider that answers it, and perhaps something that cuts in. Borrows
// from the manifest and the provider.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/provider.h"
#include "manifest/manifest.h"

namespace patchbay::conformance {

enum class Begin : std::uint8_t { kConnect, kRefresh, kRevoke, kInvoke };
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
    kAfterTheEnd,    // one event more, when the flow has ended
    kLargerStructs,  // every struct is of a later revision, with more behind it; at every step
  };
  Kind kind = Kind::kCancel;
  unsigned step = 0;
};
std::string_view to_string(Interruption::Kind kind);
// What may cut into a flow that goes well, at this step. Before START there is little.
std::vector<Interruption> cuts_at(unsigned step);

struct Trial {
  Begin begin = Begin::kConnect;
  const manifest::AuthMethod* method = nullptr;
  const Provider* provider = nullptr;
  std::optional<Interruption> interruption = {};
  unsigned person = 0;                       // who connects: each types something else
  const manifest::Action* action = nullptr;  // kInvoke
  bool required_only = false;                // fields that may be empty are

  [[nodiscard]] std::string name() const;
};

// Every way in which a flow of this manifest can begin, without a provider as yet: connect, refresh
// and revoke by each auth method, and the actions that the connector handles itself.
std::vector<Trial> beginnings(const manifest::Manifest& manifest);

}  // namespace patchbay::conformance
