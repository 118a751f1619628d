#pragma once

#include <boost/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "patchbay/sandbox/http.h"

namespace patchbay::sandbox {

namespace json = boost::json;

/// Parses a whole text, at most 32 levels deep. Nothing when it is not JSON.
std::optional<json::value> parse_json(std::string_view text);
/// Parses a whole text that must be an object.
std::optional<json::object> parse_json_object(std::string_view text);

Response json_response(int status, const json::value& body,
                       std::string content_type = "application/json");

/// Members of an object by type; nothing when absent or of another type.
std::optional<std::string> string_member(const json::object& object, std::string_view name);
std::optional<std::int64_t> int_member(const json::object& object, std::string_view name);
std::optional<bool> bool_member(const json::object& object, std::string_view name);

}  // namespace patchbay::sandbox
