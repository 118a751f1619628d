#include "conformance/trial_input.h"

#include <algorithm>
#include <array>
#include <map>
#include <mutex>
#include <optional>
#include <tuple>

#include "conformance/sample_arguments.h"
#include "conformance/sample_pattern.h"
#include "manifest/form_check.h"

namespace patchbay::conformance {
namespace {

using testing::Pairs;

constexpr std::array kRepeats{16U, 32U, 64U, 4U, 1U, 0U};
constexpr unsigned kBranches = 4;

// A hub asks for what is visible and hands on no more.
void fill(const std::vector<manifest::Field>& fields, const Trial& trial, unsigned person,
          Pairs& values, Pairs& secrets) {
  manifest::FormValues form;
  for (const auto& field : fields) {
    if (!manifest::is_visible(field, fields, form)) continue;
    if (trial.required_only && !field.required) continue;
    std::string value = typed(field, person);
    form[field.id] = value;
    (field.secret ? secrets : values).emplace_back(field.id, std::move(value));
  }
}

std::string usual_secret(const manifest::Field& field, unsigned person) {
  const std::string number = std::to_string(person);
  std::string secret = kSecretMark;
  secret += field.id;
  secret += "-" + number + "-0123456789abcdefghijklmnopqrstuvwxyz";
  if (secret.size() <= field.max_length) return secret;
  secret = kSecretMark + number + "-0123456789abcdefghijklmnopqrstuvwxyz";
  if (secret.size() > field.max_length) secret.resize(field.max_length);
  return secret;
}

std::string usual_value(const manifest::Field& field, unsigned person) {
  if (field.secret) return usual_secret(field, person);
  if (field.default_value) return *field.default_value;
  if (!field.options.empty()) return field.options.front().value;
  switch (field.format) {
    case manifest::FieldFormat::kEmail:
      return "person@example.com";
    case manifest::FieldFormat::kHttpsUrl:
      return "https://example.com/";
    case manifest::FieldFormat::kUuid:
      return "123e4567-e89b-12d3-a456-426614174000";
    case manifest::FieldFormat::kDate:
      return "2026-01-31";
    default:
      return "example" + std::to_string(person);
  }
}

// With room for kSecretMark where the pattern's ends are fixed: "key_" + mark + the rest.
std::optional<std::string> marked(const manifest::Field& field, const std::string& sample) {
  constexpr std::size_t kMark = sizeof kSecretMark - 1;
  for (std::size_t at = 0; at + kMark <= sample.size(); ++at) {
    std::string with = sample;
    with.replace(at, kMark, kSecretMark);
    if (fits(field, with)) return with;
  }
  return std::nullopt;
}

std::optional<std::string> by_pattern(const manifest::Field& field, unsigned person) {
  for (const unsigned repeats : kRepeats)
    for (unsigned branch = 0; branch < kBranches; ++branch) {
      auto sample = sample_of(field.pattern, {person, repeats, branch});
      if (!sample || sample->empty() || !fits(field, *sample)) continue;
      return field.secret ? marked(field, *sample).value_or(*sample) : std::move(sample);
    }
  return std::nullopt;
}

}  // namespace

bool fits(const manifest::Field& field, const std::string& value) {
  manifest::Field alone = field;
  alone.visible_when.reset();
  return manifest::check_form({alone}, manifest::FormValues{{field.id, value}}).empty();
}

std::string typed(const manifest::Field& field, unsigned person) {
  if (field.pattern.empty()) return usual_value(field, person);
  // The search takes a while, and every exchange asks.
  static std::mutex mutex;
  static std::map<std::tuple<std::string, std::string, unsigned>, std::string> known;
  const std::scoped_lock lock(mutex);
  auto [entry, is_new] = known.try_emplace({field.id, field.pattern, person});
  if (is_new) {
    entry->second = usual_value(field, person);
    if (!fits(field, entry->second))
      entry->second = by_pattern(field, person).value_or(entry->second);
  }
  return entry->second;
}

const manifest::Field* field_without_sample(const manifest::AuthMethod& method) {
  for (const auto* fields : {&method.fields, &method.setup_fields}) {
    const auto found = std::ranges::find_if(
        *fields, [](const manifest::Field& field) { return !fits(field, typed(field, 0)); });
    if (found != fields->end()) return &*found;
  }
  return nullptr;
}

void learn_secrets_of(const manifest::Manifest& manifest, unsigned people) {
  for (const auto& method : manifest.auth_methods)
    for (const auto* fields : {&method.fields, &method.setup_fields, &method.further_fields})
      for (const auto& field : *fields)
        for (unsigned person = 0; field.secret && person < people; ++person)
          learn_secret(typed(field, person));
}

testing::InputSpec input_of(const manifest::Manifest& manifest, const Trial& trial) {
  testing::InputSpec input;
  const auto& method = *trial.method;
  input.auth_method = method.id;
  input.environment = method.environments.front().id;
  fill(method.fields, trial, trial.person, input.fields, input.secrets);
  fill(method.setup_fields, trial, 0, input.setup_fields, input.setup_secrets);
  for (const auto& permission : manifest.required_permissions())
    input.needed_permissions.push_back(permission.to_string());
  input.redirect_uri = "https://hub.example/connect/return";
  if (trial.action != nullptr) {
    input.action = trial.action->id;
    input.arguments_json = sample_arguments(*trial.action);
  }
  if (trial.begin == Begin::kConnect) return input;
  input.secrets.emplace_back("refresh_token", std::string(kHeldRefreshToken));
  for (const auto& token : method.tokens)
    input.tokens.push_back({.name = token.name,
                            .value = kSecretMark + ("held-" + token.name) + "-0123456789abcdef",
                            .expires_unix_ms = testing::kStartUnixMs + 60'000});
  return input;
}

manifest::HostValues host_values(const manifest::AuthMethod& method, unsigned person) {
  manifest::HostValues values;
  for (const auto& [name, value] : method.environments.front().variables) values[name] = value;
  for (const auto& field : method.fields)
    if (!field.secret) values[field.id] = typed(field, person);
  for (const auto& field : method.setup_fields)
    if (!field.secret) values[field.id] = typed(field, 0);
  return values;
}

}  // namespace patchbay::conformance
