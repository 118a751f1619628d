#include "accounts/integration_setup.h"

#include "base/json.h"

namespace patchbay::accounts {
namespace {

vault::Place place_of(const store::Integration& integration) {
  return {"integrations", integration.project_id, integration.id, "setup",
          integration.setup_generation};
}

// Which value is secret is kept with it: the manifest may have changed when it is opened.
SecretString to_json(const FormInput& setup) {
  json::Writer out;
  out.begin_object().key("fields").begin_object();
  for (const auto& field : setup.values) out.member(field.name, field.value);
  out.end_object().key("secrets").begin_object();
  for (const auto& secret : setup.secrets) out.member(secret.name, secret.value.reveal());
  std::string text = out.end_object().end_object().take();
  return SecretString::take(text);
}

}  // namespace

Result<> open_setup(const vault::Vault& vault, const store::Integration& integration,
                    connector::FlowInput& input) {
  if (integration.sealed_setup.empty()) return {};
  PATCHBAY_TRY_ASSIGN(const auto text, vault.open(integration.sealed_setup, place_of(integration)));
  PATCHBAY_TRY_ASSIGN(const auto document, json::Document::parse(text.reveal()));
  const auto fields = document.root().get("fields");
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const auto [name, value] = fields.member(i);
    input.setup_fields.push_back({std::string(name), value.string_or("")});
  }
  const auto secrets = document.root().get("secrets");
  for (std::size_t i = 0; i < secrets.size(); ++i) {
    const auto [name, value] = secrets.member(i);
    input.setup_secrets.push_back({std::string(name), SecretString(*value.as_string())});
  }
  return {};
}

Task<Result<store::Integration>> save_setup(const Services& services,
                                            store::Integration integration, FormInput setup,
                                            audit::Asker who) {
  const auto before = integration.setup_generation++;
  PATCHBAY_CO_TRY_ASSIGN(integration.sealed_setup,
                         services.vault.seal(to_json(setup), place_of(integration)));
  PATCHBAY_CO_TRY(
      services.audit.append(audit::asked_by(who, {.kind = "integration.setup_changed",
                                                  .project_id = integration.project_id,
                                                  .subject = integration.id,
                                                  .connector_id = integration.connector_id})));
  co_return co_await services.store.transact(
      [integration, before](store::Database& db) -> Result<store::Integration> {
        using namespace store;  // NOLINT(google-build-using-namespace)
        PATCHBAY_TRY_ASSIGN(auto stored,
                            integrations_table::find(db, integration.project_id, integration.id));
        if (!stored) return make_error(ErrorCode::kNotFound, "There is no such integration.");
        if (stored->setup_generation != before)
          return make_error(
              ErrorCode::kConflict,
              "Somebody else set this integration up meanwhile. Look, and try again.");
        stored->sealed_setup = integration.sealed_setup;
        stored->setup_generation = integration.setup_generation;
        PATCHBAY_TRY(integrations_table::update(db, *stored));
        return *std::move(stored);
      });
}

}  // namespace patchbay::accounts
