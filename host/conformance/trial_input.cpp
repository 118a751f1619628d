#include "conformance/trial_input.h"

#include "conformance/sample_arguments.h"

namespace patchbay::conformance {
namespace {

using testing::Pairs;

void fill(const std::vector<manifest::Field>& fields, unsigned person, Pairs& values,
          Pairs& secrets) {
  for (const auto& field : fields)
    (field.secret ? secrets : values).emplace_back(field.id, typed(field, person));
}

}  // namespace

std::string typed(const manifest::Field& field, unsigned person) {
  if (field.secret)
    return kSecretMark + field.id + "-" + std::to_string(person) +
           "-0123456789abcdefghijklmnopqrstuvwxyz";
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

testing::InputSpec input_of(const manifest::Manifest& manifest, const Trial& trial) {
  testing::InputSpec input;
  const auto& method = *trial.method;
  input.auth_method = method.id;
  input.environment = method.environments.front().id;
  fill(method.fields, trial.person, input.fields, input.secrets);
  fill(method.setup_fields, 0, input.setup_fields, input.setup_secrets);
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
