#include "mcp/revision.h"

#include <algorithm>
#include <array>

namespace patchbay::mcp {
namespace {

constexpr std::array<std::string_view, 3> kWithInitialize = {"2025-11-25", "2025-06-18",
                                                             "2025-03-26"};
constexpr std::string_view kVersionKey = "io.modelcontextprotocol/protocolVersion";
constexpr std::string_view kCapabilitiesKey = "io.modelcontextprotocol/clientCapabilities";
constexpr std::string_view kVersionField = "MCP-Protocol-Version";

bool has_initialize(std::string_view revision) {
  return std::ranges::find(kWithInitialize, revision) != kWithInitialize.end();
}

RpcError wrong(RpcCode code, std::string message) {
  return {code, std::move(message), {}, 400};
}

RpcError unsupported(std::string_view asked) {
  json::Writer data;
  data.begin_object().key("supported").begin_array().string(kStatelessRevision).end_array();
  data.member("requested", asked).end_object();
  return {RpcCode::kUnsupportedVersion, "This server does not speak that revision of MCP.",
          data.take(), 400};
}

// The field has to be there and say what the body says.
std::optional<RpcError> check_field(const net::Request& request, std::string_view field,
                                    std::string_view in_body) {
  if (request.headers.count(field) == 1 && request.header(field) == in_body) return std::nullopt;
  return wrong(RpcCode::kHeaderMismatch, "The header field " + std::string(field) +
                                             " has to be \"" + std::string(in_body) +
                                             "\", as the body says.");
}

}  // namespace

std::string_view negotiated_revision(std::string_view asked) {
  const auto* const found = std::ranges::find(kWithInitialize, asked);
  return found == kWithInitialize.end() ? kWithInitialize.front() : *found;
}

bool is_stateless(const net::Request& request, const RpcCall& call) {
  return call.params.get("_meta").get(kVersionKey).exists() ||
         request.header(kVersionField) == kStatelessRevision || call.method == "server/discover";
}

std::optional<RpcError> check_stateless(const net::Request& request, const RpcCall& call) {
  const auto meta = call.params.get("_meta");
  const auto version = meta.get(kVersionKey).as_string();
  if (!version)
    return wrong(RpcCode::kInvalidParams,
                 "params._meta has to name the revision, as " + std::string(kVersionKey) + ".");
  if (auto error = check_field(request, kVersionField, *version)) return error;
  if (*version != kStatelessRevision) return unsupported(*version);
  if (!meta.get(kCapabilitiesKey).is_object())
    return wrong(RpcCode::kInvalidParams,
                 "params._meta has to hold the client's capabilities, as " +
                     std::string(kCapabilitiesKey) + ".");
  if (auto error = check_field(request, "Mcp-Method", call.method)) return error;
  if (call.method == "tools/call")
    return check_field(request, "Mcp-Name", call.params.get("name").string_or(""));
  return std::nullopt;
}

std::optional<RpcError> check_legacy(const net::Request& request) {
  const auto version = request.header(kVersionField);
  if (version.empty() || has_initialize(version)) return std::nullopt;
  return wrong(RpcCode::kInvalidRequest, "This server does not speak that revision of MCP.");
}

}  // namespace patchbay::mcp
