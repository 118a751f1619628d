// What every request has to get right, and how BambooHR answers: JSON where `Accept` asks for it,
// else XML; failures without a body, with their reason in a header.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "patchbay/sandbox/http.h"
#include "patchbay/sandbox/json.h"

namespace bamboohr_sandbox {

namespace sandbox = patchbay::sandbox;
namespace json = sandbox::json;

// The reason stands in X-BambooHR-Error-Message.
sandbox::Response error(int status, std::string_view reason);
// RFC 7807, as the datasets answer.
sandbox::Response problem(int status, std::string_view title, std::string_view detail);

// `value` as the request's Accept asks for it; in XML, below an element `root`.
sandbox::Response answer(const sandbox::Request& request, const json::value& value,
                         std::string_view root);

// What is wrong with the query; nothing when all is well. `known` holds every name it may have.
std::optional<std::string> wrong_query(const sandbox::Request& request,
                                       std::initializer_list<std::string_view> known);

// The request's JSON object; else `refusal` is what to answer.
std::optional<json::object> body_of(const sandbox::Request& request,
                                    std::optional<sandbox::Response>& refusal);

// 2026-12-31
bool is_date(std::string_view text);
// 2026-12-31T00:00:00Z, or with +01:00
bool is_moment(std::string_view text);
// Digits alone, and not too many.
std::optional<std::int64_t> number(std::string_view text);
// "a,b" has "b".
bool lists(std::string_view commas, std::string_view item);

}  // namespace bamboohr_sandbox
