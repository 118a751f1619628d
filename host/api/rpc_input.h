#pragma once
// The body of POST /actions/rpc, {action, path?, query?, body?, headers?}, as a call of an action.
//
// An action's input is one flat object; whether a value travels in path, query, body or header is
// the manifest's business. So the four groups are put together. What clients add on their own is
// left out unless the action declares it: all headers but declared ones (x-account-id comes here
// too), and `debug`. `next` and `page_size`, wherever they stand, page through lists; a page size
// above the provider's is lowered, not refused, since callers use one size for everything.
#include <array>
#include <string>
#include <string_view>

#include "base/json.h"
#include "base/result.h"
#include "manifest/action.h"

namespace patchbay::api {

inline constexpr std::array<std::string_view, 4> kRpcGroups = {"path", "query", "body", "headers"};

struct RpcCall {
  std::string action;
  std::string account_id;  // from `headers`, for clients that send it there alone
  std::string input = "{}";
  std::string next;
  std::uint32_t page_size = 0;
};

// `action` may be null: unknown ones fail later, with a better text. kInvalidArgument: groups that
// are no objects, or two of them that give one name different values.
Result<RpcCall> read_rpc(const json::Value& body, const manifest::Action* action);

}  // namespace patchbay::api
