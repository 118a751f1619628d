#pragma once
// Actions and the parts they share with events, as JSON for people. Texts that are not UTF-8 become
// {"base64": "..."}.
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "connector/flow_types.h"

namespace patchbay::connector {

std::string to_json(const FlowAction& action);

void write_text(json::Writer& out, std::string_view text);
std::string read_text(const json::Value& from);

// Lists of pairs: [["name", "value"], ...]
void write_pairs(json::Writer& out, const std::vector<NamedValue>& pairs);
void write_pairs(json::Writer& out, const std::vector<NamedSecret>& pairs);
std::vector<NamedValue> read_values(const json::Value& from);
std::vector<NamedSecret> read_secrets(const json::Value& from);

void write_tokens(json::Writer& out, const std::vector<Token>& tokens);
std::vector<Token> read_tokens(const json::Value& from);

// "START" and so on; the number of one that is unknown.
std::string event_name(std::uint32_t kind);
std::uint32_t event_kind(std::string_view name);  // 0: there is none

}  // namespace patchbay::connector
