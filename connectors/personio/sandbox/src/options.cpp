#include "personio_sandbox/options.h"

#include <algorithm>
#include <initializer_list>
#include <string_view>
#include <type_traits>
#include <vector>

namespace patchbay::personio_sandbox {
namespace {

namespace json = sandbox::json;

constexpr std::int64_t kMillion = 1'000'000;

/// Shows every option to `visit(name, member, bounds or choices)`: the one list of names.
template <typename OptionsType, typename Visitor>
void visit_options(OptionsType& o, Visitor& visit) {
  visit.number("token_lifetime_s", o.token_lifetime_s, 1, 10 * kMillion);
  visit.flag("token_reuse", o.token_reuse);
  visit.flag("tokens_interchangeable", o.tokens_interchangeable);
  visit.choice("revoke_auth", o.revoke_auth, {"bearer", "either", "none"});
  visit.flag("v1_auth_expiry_and_scope", o.v1_auth_expiry_and_scope);
  visit.choice("v1_query_credentials", o.v1_query_credentials, {"refused", "accepted"});
  visit.number("v1_wrong_credentials_status", o.v1_wrong_credentials_status, 400, 499);
  visit.flag("long_unauthorized_client_text", o.long_unauthorized_client_text);
  visit.number("v1_missing_right_status", o.v1_missing_right_status, 400, 499);
  visit.number("persons_missing_right_status", o.persons_missing_right_status, 400, 499);
  visit.number("reports_missing_right_status", o.reports_missing_right_status, 400, 499);
  visit.number("missing_right_status", o.missing_right_status, 400, 499);
  visit.flag("compensation_writes", o.compensation_writes);
  visit.choice("legal_entities_scope", o.legal_entities_scope, {});
  visit.choice("org_units_scope", o.org_units_scope, {});
  visit.choice("cost_centers_scope", o.cost_centers_scope, {});
  visit.choice("workplaces_scope", o.workplaces_scope, {});
  visit.flag("organisation_feature", o.organisation_feature);
  visit.flag("recruiting_feature", o.recruiting_feature);
  visit.flag("recruiting_api", o.recruiting_api);
  visit.flag("recruiting_beta", o.recruiting_beta);
  visit.flag("organisation_beta", o.organisation_beta);
  visit.flag("relative_next_links", o.relative_next_links);
  visit.choice("cursor_with_filters", o.cursor_with_filters, {"ignored", "refused"});
  visit.flag("employments_at_root_links", o.employments_at_root_links);
  visit.choice("v1_limit_over_maximum", o.v1_limit_over_maximum, {"capped", "refused"});
  visit.choice("unknown_parameters", o.unknown_parameters, {"ignored", "refused"});
  visit.choice("error_links", o.error_links, {"live", "spec"});
  visit.choice("custom_attribute_type_case", o.custom_attribute_type_case, {"lower", "upper"});
  visit.flag("custom_attribute_labels", o.custom_attribute_labels);
  visit.choice("last_working_day_key", o.last_working_day_key,
               {"last_working_day", "last_working_date"});
  visit.flag("whitelist_covers_employments", o.whitelist_covers_employments);
  visit.flag("period_timestamps_utc", o.period_timestamps_utc);
  visit.flag("retry_after", o.retry_after);
  visit.flag("rate_limits", o.rate_limits);
  visit.flag("token_limits_shared", o.token_limits_shared);
  visit.number("v1_auth_per_minute", o.v1_auth_per_minute, 0, kMillion);
  visit.number("v2_token_per_minute", o.v2_token_per_minute, 0, kMillion);
  visit.number("v1_per_minute", o.v1_per_minute, 0, kMillion);
  visit.number("v1_documents_per_minute", o.v1_documents_per_minute, 0, kMillion);
  visit.number("v1_recruiting_per_minute", o.v1_recruiting_per_minute, 0, kMillion);
  visit.number("v1_employees_per_minute", o.v1_employees_per_minute, 0, kMillion);
  visit.number("v1_employees_per_second", o.v1_employees_per_second, 0, kMillion);
  visit.number("v2_persons_per_second", o.v2_persons_per_second, 0, kMillion);
  visit.number("v2_employments_per_second", o.v2_employments_per_second, 0, kMillion);
  visit.number("v2_other_per_second", o.v2_other_per_second, 0, kMillion);
  visit.number("v2_absences_per_second", o.v2_absences_per_second, 0, kMillion);
  visit.number("v2_burst", o.v2_burst, 0, kMillion);
  visit.text("webhook_ca_file", o.webhook_ca_file);
  visit.number("webhook_deadline_ms", o.webhook_deadline_ms, 1, 60'000);
  visit.number("persons", o.persons, 0, 100 * kMillion);
  visit.number("seed", o.seed, 0, INT64_MAX);
}

using Choices = std::initializer_list<std::string_view>;

struct Writer {
  json::object result;
  void number(std::string_view name, std::int64_t value, std::int64_t, std::int64_t) {
    result[name] = value;
  }
  void flag(std::string_view name, bool value) { result[name] = value; }
  void choice(std::string_view name, const std::string& value, Choices) { result[name] = value; }
  void text(std::string_view name, const std::string& value) { result[name] = value; }
};

struct Reader {
  const json::object& changes;
  std::size_t known{0};
  std::vector<std::string_view> names;
  std::optional<std::string> error;

  const json::value* take(std::string_view name) {
    names.push_back(name);
    const json::value* value = changes.if_contains(name);
    known += value != nullptr ? 1 : 0;
    return value;
  }
  void number(std::string_view name, std::int64_t& target, std::int64_t low, std::int64_t high) {
    const json::value* value = take(name);
    if (value == nullptr) return;
    if (!value->is_int64() || value->as_int64() < low || value->as_int64() > high) {
      error = std::string(name) + " must be a whole number from " + std::to_string(low) + " to " +
              std::to_string(high);
    } else {
      target = value->as_int64();
    }
  }
  void flag(std::string_view name, bool& target) {
    const json::value* value = take(name);
    if (value == nullptr) return;
    if (!value->is_bool()) {
      error = std::string(name) + " must be true or false";
    } else {
      target = value->as_bool();
    }
  }
  /// May be empty.
  void text(std::string_view name, std::string& target) {
    const json::value* value = take(name);
    if (value == nullptr) return;
    if (!value->is_string()) {
      error = std::string(name) + " must be a text";
    } else {
      target = std::string(value->as_string());
    }
  }
  /// Without choices any text but the empty one will do.
  void choice(std::string_view name, std::string& target, Choices choices) {
    const json::value* value = take(name);
    if (value == nullptr) return;
    const std::string text = value->is_string() ? std::string(value->as_string()) : "";
    const bool allowed = choices.size() == 0
                             ? !text.empty()
                             : std::find(choices.begin(), choices.end(), text) != choices.end();
    if (allowed) {
      target = text;
      return;
    }
    error = std::string(name) + " must be a text";
    for (const std::string_view candidate : choices) *error += ", or " + std::string(candidate);
  }
};

}  // namespace

json::object options_to_json(const Options& options) {
  Writer writer;
  visit_options(options, writer);
  return std::move(writer.result);
}

std::optional<std::string> change_options(Options& options, const json::object& changes) {
  Options changed = options;
  Reader reader{.changes = changes, .known = 0, .names = {}, .error = {}};
  visit_options(changed, reader);
  if (reader.error) return reader.error;
  if (reader.known != changes.size()) {
    for (const auto& member : changes) {
      const auto& names = reader.names;
      if (std::find(names.begin(), names.end(), std::string_view(member.key())) == names.end()) {
        return "unknown option " + std::string(member.key());
      }
    }
  }
  options = changed;
  return std::nullopt;
}

}  // namespace patchbay::personio_sandbox
