#pragma once
// A body that comes in parts, for whoever passes it on without holding it.
#include <exception>
#include <functional>
#include <optional>
#include <string>

#include "base/result.h"
#include "net/asio.h"

namespace patchbay::net {

// Its next part, never empty; none after the last. Asked for again only when the one before was
// dealt with, so that a slow taker holds back whoever sends. Fails when the body breaks off, and is
// then not asked again. Asked on the loop of the connection that it comes from; let go of on any
// thread, which ends that connection when the body has not.
using BodyReader = std::function<Task<Result<std::optional<std::string>>>()>;

// Thrown by BodyParts (http_types.h) when what they are made of has broken off, which is in the log
// already.
struct BodyBrokeOff : std::exception {};

}  // namespace patchbay::net
