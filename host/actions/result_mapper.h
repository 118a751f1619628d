#pragma once
// From a provider's answer to what the caller gets, by the manifest's result rule. Pure functions.
#include <cstddef>
#include <optional>
#include <string>

#include "base/json.h"
#include "base/result.h"
#include "manifest/action.h"
#include "net/http_client.h"

namespace patchbay::actions {

struct MappedResult {
  std::string data = "null";  // JSON
  std::size_t records = 0;    // of a list
};

// The body as JSON; nothing when it is empty or the rule asks for none. kProtocol when it should be
// JSON and is not.
Result<std::optional<json::Document>> parse_answer(const manifest::ResultRule& rule,
                                                   const net::ClientReply& reply,
                                                   std::size_t max_bytes);

// Whether the provider says "failed" in spite of a 2xx status.
bool says_failed(const manifest::ResultRule& rule, const json::Value& answer);

// A binary answer becomes {"content_type", "filename", "size", "content" (base64)}. kProtocol when
// the answer does not have the shape that the manifest names.
Result<MappedResult> map_result(const manifest::ResultRule& rule, const net::ClientReply& reply,
                                const json::Value& answer);

}  // namespace patchbay::actions
