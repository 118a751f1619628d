#include "conformance/trial.h"

namespace patchbay::conformance {

std::string_view to_string(Begin begin) {
  switch (begin) {
    case Begin::kConnect:
      return "connect";
    case Begin::kRefresh:
      return "refresh";
    case Begin::kRevoke:
      return "revoke";
    case Begin::kInvoke:
      return "invoke";
  }
  return "unknown";
}

std::string_view to_string(Interruption::Kind kind) {
  using Kind = Interruption::Kind;
  switch (kind) {
    case Kind::kCancel:
      return "cancelled";
    case Kind::kCancelEmpty:
      return "cancelled without answers";
    case Kind::kRelease:
      return "released";
    case Kind::kUnknownEvent:
      return "an unknown event";
    case Kind::kOtherEvent:
      return "TIMER in place of another event";
    case Kind::kSecondStart:
      return "START again";
    case Kind::kMissingReply:
      return "REPLIES without a reply";
    case Kind::kSurplusReply:
      return "a reply too many";
    case Kind::kAfterTheEnd:
      return "an event after the end";
    case Kind::kLargerStructs:
      return "structs of a later revision";
  }
  return "unknown";
}

std::vector<Trial> beginnings(const manifest::Manifest& manifest) {
  std::vector<Trial> all;
  for (const auto& method : manifest.auth_methods) {
    for (const auto begin : {Begin::kConnect, Begin::kRefresh, Begin::kRevoke})
      all.push_back({.begin = begin, .method = &method});
    for (const auto& action : manifest.actions)
      if (action.handler == manifest::Handler::kConnector)
        all.push_back({.begin = Begin::kInvoke, .method = &method, .action = &action});
  }
  return all;
}

std::vector<Interruption> cuts_at(unsigned step) {
  using Kind = Interruption::Kind;
  std::vector<Interruption> cuts{{Kind::kRelease, step}, {Kind::kUnknownEvent, step}};
  if (step == 0) return cuts;
  cuts.reserve(8);
  for (const auto kind : {Kind::kCancel, Kind::kCancelEmpty, Kind::kOtherEvent, Kind::kSecondStart,
                          Kind::kMissingReply, Kind::kSurplusReply})
    cuts.push_back({kind, step});
  return cuts;
}

std::string Trial::name() const {
  std::string name(to_string(begin));
  name += " " + (action != nullptr ? action->id + " " : "") + method->id + ", " + provider->name;
  if (required_only) name += ", optional fields empty";
  if (interruption) {
    name += ", " + std::string(to_string(interruption->kind));
    if (interruption->kind < Interruption::Kind::kAfterTheEnd)
      name += " at step " + std::to_string(interruption->step);
  }
  return name;
}

}  // namespace patchbay::conformance
