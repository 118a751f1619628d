#include "manifest/form_check.h"

#include <re2/re2.h>

#include <algorithm>

#include "manifest/hosts.h"
#include "manifest/pattern.h"
#include "patchbay/sdk/text.h"

namespace patchbay::manifest {
namespace {

using Kind = FieldProblem::Kind;

std::string_view current_value(const Field& field, const FormView& values) {
  if (const auto value = values.find(field.id); value != values.end()) return value->second;
  return field.default_value ? std::string_view(*field.default_value) : std::string_view{};
}

bool is_digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

int number(std::string_view digits) {
  int value = 0;
  for (const char c : digits) value = value * 10 + (c - '0');
  return value;
}

bool is_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-' || !is_digits(text.substr(0, 4)) ||
      !is_digits(text.substr(5, 2)) || !is_digits(text.substr(8, 2)))
    return false;
  const int year = number(text.substr(0, 4));
  const int month = number(text.substr(5, 2));
  const int day = number(text.substr(8, 2));
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month >= 1 && month <= 12 && day >= 1 &&
         day <= kDays[month - 1] + (month == 2 && leap ? 1 : 0);
}

bool is_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool hyphen = i == 8 || i == 13 || i == 18 || i == 23;
    constexpr std::string_view kHex = "0123456789abcdefABCDEF";
    if (hyphen ? text[i] != '-' : kHex.find(text[i]) == std::string_view::npos) return false;
  }
  return true;
}

// Roughly what a mail server would take; the provider has the last word.
bool is_email(std::string_view text) {
  const std::size_t at = text.find('@');
  if (at == std::string_view::npos || at == 0 || at > 64 || text.size() > 254) return false;
  const std::string_view host = text.substr(at + 1);
  return text.find_first_of(" \t\"<>(),;") == std::string_view::npos &&
         host.find('.') != std::string_view::npos && expand_host(host, {}).has_value();
}

bool fits_format(FieldFormat format, std::string_view text) {
  switch (format) {
    case FieldFormat::kNone:
      return true;
    case FieldFormat::kEmail:
      return is_email(text);
    case FieldFormat::kHttpsUrl:
      return parse_https_url(text).has_value();
    case FieldFormat::kUuid:
      return is_uuid(text);
    case FieldFormat::kDate:
      return is_date(text);
    case FieldFormat::kHostLabel:
      return is_host_label(text);
  }
  return false;
}

bool has_control_character(const Field& field, std::string_view text) {
  return std::any_of(text.begin(), text.end(), [&field](char c) {
    const bool line_break = c == '\n' || c == '\r' || c == '\t';
    const bool control = (c >= '\0' && c < ' ') || c == 0x7f;
    return control && !(line_break && field.type == FieldType::kTextArea);
  });
}

std::optional<Kind> fault(const Field& field, std::string_view typed) {
  if (typed.size() > field.max_length) return Kind::kTooLong;
  const std::string_view value = trim(typed);
  if (value.empty()) {
    if (field.required) return Kind::kRequired;
    return std::nullopt;
  }
  if (has_control_character(field, value)) return Kind::kControlCharacter;
  if (field.type == FieldType::kSelect) {
    const bool known = std::any_of(field.options.begin(), field.options.end(),
                                   [value](const Option& option) { return option.value == value; });
    if (!known) return Kind::kNotAnOption;
    return std::nullopt;
  }
  if (!fits_format(field.format, value)) return Kind::kPattern;
  if (!field.pattern.empty()) {
    const auto pattern = compile_pattern(field.pattern);
    if (!pattern || !re2::RE2::FullMatch(to_re2(value), *pattern)) return Kind::kPattern;
  }
  return std::nullopt;
}

}  // namespace

// As connectors take values: what is left around a value here would be missed there, and the other
// way round.
std::string_view trim(std::string_view text) {
  return sdk::trim(text);
}

bool is_visible(const Field& field, const std::vector<Field>& fields, const FormView& values) {
  const Field* shown = &field;
  // A field depends on an earlier one only, so this ends; the bound guards against forms that did
  // not come from parse_manifest.
  for (std::size_t steps = 0; shown->visible_when && steps <= fields.size(); ++steps) {
    const VisibleWhen& when = *shown->visible_when;
    const auto decider = std::find_if(fields.begin(), fields.end(),
                                      [&when](const Field& f) { return f.id == when.field; });
    if (decider == fields.end()) return false;
    const std::string_view value = trim(current_value(*decider, values));
    if (std::find(when.values.begin(), when.values.end(), value) == when.values.end()) return false;
    shown = &*decider;
  }
  return true;
}

std::vector<FieldProblem> check_form(const std::vector<Field>& fields, const FormView& values) {
  std::vector<FieldProblem> problems;
  for (const Field& field : fields) {
    if (!is_visible(field, fields, values)) continue;
    if (const auto kind = fault(field, current_value(field, values)))
      problems.push_back(
          {field.id, *kind, *kind == Kind::kPattern ? field.pattern_error : TextId{}});
  }
  for (const auto& [id, value] : values) {
    const bool known = std::any_of(fields.begin(), fields.end(),
                                   [&id](const Field& field) { return field.id == id; });
    if (!known) problems.push_back({id, Kind::kUnknownField, {}});
  }
  return problems;
}

std::vector<FieldProblem> check_form(const AuthMethod& method, const FormView& values) {
  auto problems = check_form(method.fields, values);
  for (const RequestAuth& rule : method.authorization) {
    const auto together = method.optional_fields(rule.token);
    const auto is_blank = [&](const Field* field) {
      return trim(current_value(*field, values)).empty();
    };
    if (std::ranges::all_of(together, is_blank)) continue;
    for (const Field* field : together) {
      const FieldProblem problem{field->id, FieldProblem::Kind::kRequired, {}};
      if (is_blank(field) && is_visible(*field, method.fields, values) &&
          std::ranges::find(problems, problem) == problems.end())
        problems.push_back(problem);
    }
  }
  return problems;
}

}  // namespace patchbay::manifest
