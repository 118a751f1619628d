#include <algorithm>

#include "manifest/checks.h"
#include "manifest/form_check.h"
#include "manifest/pattern.h"

namespace patchbay::manifest {
namespace {

void check_options(const Field& field, const std::string& pointer, Report& report) {
  if ((field.type == FieldType::kSelect) == field.options.empty())
    report.add("field_options", pointer, "A select needs options, and nothing else takes any.");
  for (std::size_t i = 0; i < field.options.size(); ++i)
    for (std::size_t k = 0; k < i; ++k)
      if (field.options[i].value == field.options[k].value)
        report.add("option_twice", pointer + "/options/" + std::to_string(i),
                   "This value stood earlier in the list. Keep one of them.");
}

void check_pattern(const Field& field, const std::string& pointer, Report& report) {
  if (!field.pattern.empty() && compile_pattern(field.pattern) == nullptr)
    report.add("pattern", pointer + "/pattern",
               "The pattern does not compile. Use RE2 syntax: no look-around, no back-references.");
  const bool shaped = !field.pattern.empty() || field.format != FieldFormat::kNone;
  if (!field.pattern.empty() && field.format != FieldFormat::kNone)
    report.add("field_shape", pointer, "Use either a pattern or a format.");
  if (shaped && field.type == FieldType::kSelect)
    report.add("field_shape", pointer, "A select's options say enough. Remove pattern and format.");
  if (shaped != !field.pattern_error.empty())
    report.add("field_shape", pointer,
               "A pattern or format needs a pattern_error that tells people what to enter, and "
               "nothing else does.");
}

void check_secrecy(const Field& field, const std::string& pointer, Report& report) {
  if (field.type == FieldType::kPassword && !field.secret)
    report.add("field_secret", pointer, "A password is always secret. Remove secret: false.");
  if (field.secret && (field.default_value || field.identifies_account))
    report.add("field_secret", pointer,
               "A secret field has no default and can't tell accounts apart.");
  if (field.secret && field.type == FieldType::kSelect)
    report.add("field_secret", pointer, "A select can't be secret: its options are public.");
}

void check_visibility(const std::vector<Field>& fields, std::size_t index,
                      const std::string& pointer, Report& report) {
  const auto& when = fields[index].visible_when;
  if (!when) return;
  const auto end = fields.begin() + static_cast<std::ptrdiff_t>(index);
  const auto decider =
      std::find_if(fields.begin(), end, [&when](const Field& f) { return f.id == when->field; });
  if (decider == end) {
    report.add("visible_when", pointer + "/visible_when/field",
               "Name a field that stands earlier in this form.");
    return;
  }
  if (decider->secret)
    report.add("visible_when", pointer + "/visible_when/field",
               "A secret can't decide what is shown.");
  for (std::size_t i = 0; i < when->values.size(); ++i) {
    const auto& options = decider->options;
    const bool possible =
        options.empty() || std::any_of(options.begin(), options.end(), [&](const Option& option) {
          return option.value == when->values[i];
        });
    if (!possible)
      report.add("visible_when", pointer + "/visible_when/values/" + std::to_string(i),
                 "The other field has no such option.");
  }
}

void check_default(const Field& field, const std::string& pointer, Report& report) {
  if (!field.default_value || field.default_value->empty()) return;
  Field alone = field;
  alone.visible_when.reset();
  if (!check_form({alone}, FormView{}).empty())
    report.add("field_default", pointer + "/default",
               "The default would be refused in the form. Change it, or remove it.");
}

}  // namespace

void check_fields(const std::vector<Field>& fields, const std::string& pointer, Report& report) {
  check_ids(fields, &Field::id, pointer, report);
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const std::string where = pointer + "/" + std::to_string(i);
    if (fields[i].id.starts_with("patchbay"))
      report.add("id_reserved", where, "Ids that start with patchbay are the hub's own.");
    check_options(fields[i], where, report);
    check_pattern(fields[i], where, report);
    check_secrecy(fields[i], where, report);
    check_visibility(fields, i, where, report);
    check_default(fields[i], where, report);
  }
}

}  // namespace patchbay::manifest
