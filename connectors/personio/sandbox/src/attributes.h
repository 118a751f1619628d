#pragma once

#include <functional>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "patchbay/sandbox/json.h"
#include "people.h"

namespace patchbay::personio_sandbox {

using Readable = std::optional<std::set<std::string>>;  ///< nothing: every attribute

/// An employee attribute as v1's list shows it, and how to get its value.
struct Attribute {
  std::string_view key;
  std::string_view label;
  std::string_view type;          ///< standard, date, integer, decimal, list, link, tags, multiline
  std::string_view universal_id;  ///< empty: null
  std::vector<std::string_view> options;
  std::string_view v2_type;  ///< of a custom attribute: string, int, date, string_list; else empty
  sandbox::json::value (*value)(const People&, const Person&);
};

std::span<const Attribute> attributes();
bool is_attribute(std::string_view key);
bool is_readable(const Readable& readable, std::string_view key);

/// What was written to the person, else what is computed.
sandbox::json::value value_of(const Attribute& attribute, const People& people,
                              const Person& person);

/// 40 and 38.5: Personio writes no fraction where there is none.
sandbox::json::value whole_or_fraction(double number);

/// `{"label":…,"value":…,"type":…,"universal_id":…}`
sandbox::json::object v1_attribute(const Attribute& attribute, const People& people,
                                   const Person& person);

}  // namespace patchbay::personio_sandbox
