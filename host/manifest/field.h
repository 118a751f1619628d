#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "manifest/texts.h"

namespace patchbay::manifest {

enum class FieldType { kText, kPassword, kSelect, kTextArea };

// Shapes checked by code rather than by a pattern of the manifest's own.
enum class FieldFormat { kNone, kEmail, kHttpsUrl, kUuid, kDate, kHostLabel };

struct Option {
  std::string value;
  TextId label;
};

// Show the field only while another field of the same form holds one of these values.
struct VisibleWhen {
  std::string field;
  std::vector<std::string> values;
};

// One input of a generated form. A value type. What a person typed is checked by `check_form`.
struct Field {
  std::string id;
  FieldType type = FieldType::kText;
  TextId label;
  TextId placeholder;   // empty text ids mean: none
  TextId description;   // stands under the input
  TextId tooltip;       // stands behind the (i)
  std::string pattern;  // RE2, matched against the whole value; empty: none
  FieldFormat format = FieldFormat::kNone;
  TextId pattern_error;  // shown when pattern or format does not match
  bool required = false;
  bool secret = false;  // always true for passwords: stored sealed, never shown again
  bool identifies_account =
      false;  // shown on the accounts page to tell accounts apart; never secret
  std::optional<std::string> default_value;
  std::uint32_t max_length = 4096;  // bytes
  std::vector<Option> options;      // only for select
  std::optional<VisibleWhen> visible_when;
};

}  // namespace patchbay::manifest
