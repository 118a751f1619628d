#pragma once
#include <string>
#include <vector>

namespace patchbay::manifest {

// How a provider sends events by itself: what proves that it is the sender, and what is what in the
// JSON object it sends. Places are JSON pointers.
struct InboundEvents {
  std::string secret_header;          // brings the secret that was chosen with the subscription
  std::string type;                   // "person.updated"
  std::vector<std::string> identity;  // what the same event has in common; none: the whole body
};

}  // namespace patchbay::manifest
