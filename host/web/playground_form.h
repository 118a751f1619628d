#pragma once
// An action's input as the fields of a form: what there is to enter, by its schema, and what was
// entered as the JSON that the action takes. What a form would not help with (nested objects,
// lists of objects) is entered as JSON. Checks no more than it needs to write JSON; the schema has
// the last word (manifest/input_schema.h). Values are owned; pure functions.
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "manifest/action.h"
#include "net/params.h"

namespace patchbay::web {

struct InputField {
  enum class Kind : unsigned char {
    kText,
    kLongText,
    kDate,
    kNumber,
    kChoice,
    kLines,  // a list of texts, one a line
    kJson,
  };
  std::string name;  // of the schema's property
  std::string help;  // its description
  std::string example;
  Kind kind = Kind::kJson;
  bool required = false;
  std::vector<std::string> choices;  // JSON texts, of kChoice
};

// By property; what is not there was left empty.
using EnteredInput = std::map<std::string, std::string, std::less<>>;

// Inputs are named "in.<property>", so that no manifest can name one of ours.
inline constexpr std::string_view kInputPrefix = "in.";

// In the schema's order. Without the place to go on reading a list from: pages have a button.
std::vector<InputField> input_fields(const manifest::Action& action);

EnteredInput entered_input(const std::vector<InputField>& fields, const net::Params& form);

struct InputMistake {
  std::string property;
  std::string_view text_id;  // of the pages' own texts
};

struct InputJson {
  std::string text;  // an object
  std::vector<InputMistake> mistakes;
};

InputJson input_json(const std::vector<InputField>& fields, const EnteredInput& entered);

}  // namespace patchbay::web
