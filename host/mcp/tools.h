#pragma once
// An account's actions as MCP tools, and what running one gives as a tool's result.
#include <string>

#include "actions/action_runner.h"
#include "actions/catalogue.h"
#include "api/errors.h"
#include "base/json.h"

namespace patchbay::mcp {

// One tool for each action, or two for all of them: agents whose context is small search first.
enum class ToolMode : std::uint8_t { kIndividual, kSearchExecute };

// The list of tools, a JSON array.
std::string tool_list(const actions::Catalogue& catalogue, ToolMode mode);

std::string search_tool_name(const manifest::Manifest& manifest);
std::string execute_tool_name(const manifest::Manifest& manifest);

// Answers of the search tool: the actions that fit, each with how to call it.
std::string found_actions(const actions::Catalogue& catalogue, const json::Value& arguments);

// {"content": ..., "structuredContent": ..., "isError": ...} around a JSON object.
std::string tool_result(std::string_view payload, bool is_error);
std::string tool_result(const actions::ActionReply& reply);
std::string tool_result(const api::ApiError& told);

}  // namespace patchbay::mcp
