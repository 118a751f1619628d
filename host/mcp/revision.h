#pragma once
// MCP's revisions, of which this server speaks two kinds. Until 2025-11-25 a client says
// `initialize` once and the server answers with the revision that both use from then on; nothing is
// kept here for it, since no method depends on it. From 2026-07-28 on there is no such handshake:
// every request names its revision, in its _meta and again in its header fields, which have to
// agree.
#include <optional>
#include <string>
#include <string_view>

#include "mcp/json_rpc.h"
#include "net/http_types.h"

namespace patchbay::mcp {

inline constexpr std::string_view kStatelessRevision = "2026-07-28";

// What to answer to an initialize that asks for this one: the same if it is known, else the newest
// that has an initialize.
std::string_view negotiated_revision(std::string_view asked);

// Whether a request speaks the stateless kind, right or wrong.
bool is_stateless(const net::Request& request, const RpcCall& call);

// What a stateless request lacks.
std::optional<RpcError> check_stateless(const net::Request& request, const RpcCall& call);
// A request of the older kind whose header field names a revision that is unknown here.
std::optional<RpcError> check_legacy(const net::Request& request);

}  // namespace patchbay::mcp
