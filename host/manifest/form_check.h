#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "manifest/auth_method.h"
#include "manifest/field.h"
#include "manifest/texts.h"

namespace patchbay::manifest {

// Field id -> value as typed. The view is for checking forms that hold secrets, without copying
// them.
using FormValues = std::map<std::string, std::string, std::less<>>;
using FormView = std::map<std::string, std::string_view, std::less<>>;

[[nodiscard]] inline FormView view_of(const FormValues& values) {
  return {values.begin(), values.end()};
}

// Without the blanks around it, which people paste along. A value is checked and sent without them,
// and one that has nothing else is as good as none.
[[nodiscard]] std::string_view trim(std::string_view text);

// What is wrong with one field. Never holds the value.
struct FieldProblem {
  enum class Kind {
    kRequired,
    kTooLong,
    kNotAnOption,
    kPattern,
    kControlCharacter,
    kUnknownField,
  };
  std::string field;
  Kind kind = Kind::kRequired;
  TextId text;  // the manifest's own error text (pattern problems); else empty: use `kind`
  bool operator==(const FieldProblem&) const = default;
};

// Checks what a person entered against the form, in the form's order. Fields that are not visible
// are not asked for and their values are ignored. Blank values of optional fields pass. Patterns
// run through RE2 (linear time) over the whole value, after blanks around it were taken off.
[[nodiscard]] std::vector<FieldProblem> check_form(const std::vector<Field>& fields,
                                                   const FormView& values);
[[nodiscard]] inline std::vector<FieldProblem> check_form(const std::vector<Field>& fields,
                                                          const FormValues& values) {
  return check_form(fields, view_of(values));
}

// The same for the form of a way of connecting. Optional fields that requests are authorised with
// together (AuthMethod::optional_fields) are filled in together: a blank one beside another that is
// not is kRequired.
[[nodiscard]] std::vector<FieldProblem> check_form(const AuthMethod& method,
                                                   const FormView& values);

// Whether the field is shown while the form holds `values` (defaults count where nothing is set).
[[nodiscard]] bool is_visible(const Field& field, const std::vector<Field>& fields,
                              const FormView& values);
[[nodiscard]] inline bool is_visible(const Field& field, const std::vector<Field>& fields,
                                     const FormValues& values) {
  return is_visible(field, fields, view_of(values));
}

}  // namespace patchbay::manifest
