#include "inbound/event_identity.h"

#include "base/hash.h"
#include "base/json.h"

namespace patchbay::inbound {
namespace {

// A list, so that no two different ones are written the same. A member that is missing is null.
std::string identifying_text(const manifest::InboundEvents& events, const json::Value& body) {
  if (events.identity.empty()) return body.dump();
  json::Writer out;
  out.begin_array();
  for (const auto& place : events.identity) out.value(body.pointer(place));
  return out.end_array().take();
}

}  // namespace

Result<EventIdentity> identify(const manifest::InboundEvents& events, std::string_view body) {
  const auto document = json::Document::parse(body);
  if (!document || !document->root().is_object())
    return make_error(ErrorCode::kInvalidArgument, "An event must be a JSON object.");
  EventIdentity found;
  found.type = document->root().pointer(events.type).string_or("");
  if (found.type.size() > kMostOfType) found.type.clear();
  std::string text = identifying_text(events, document->root());
  found.identity = sha256_hex(text);
  return found;
}

}  // namespace patchbay::inbound
