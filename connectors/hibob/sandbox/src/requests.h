// What every request has to get right: no parameter, member or type that the reference does not
// know. Errors are Bob's shape, {"key": ..., "error": ...}.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "patchbay/sandbox/http.h"
#include "patchbay/sandbox/json.h"

namespace hibob_sandbox {

namespace sandbox = patchbay::sandbox;
namespace json = sandbox::json;

sandbox::Response error(int status, std::string_view key, std::string_view text);

// What is wrong with the query; nothing when all is well. `known` holds every name it may have.
std::optional<std::string> wrong_query(const sandbox::Request& request,
                                       std::initializer_list<std::string_view> known);

// The request's JSON object, whose members are all known; else `refusal` is what to answer.
std::optional<json::object> body_of(const sandbox::Request& request,
                                    std::initializer_list<std::string_view> known,
                                    std::optional<sandbox::Response>& refusal);

// 2026-12-31
bool is_date(std::string_view text);

}  // namespace hibob_sandbox
