#include "accounts/integration_service.h"

#include <algorithm>

#include "accounts/account_events.h"
#include "accounts/held_events.h"
#include "accounts/integration_setup.h"
#include "accounts/permission_report.h"
#include "base/encoding.h"
#include "base/json.h"
#include "manifest/form_check.h"
#include "store/change_sequence_table.h"
#include "store/row_helpers.h"

namespace patchbay::accounts {
namespace {

namespace table = store::integrations_table;
using store::Integration;

constexpr std::size_t kMaxName = 100;

Error wrong(std::string_view field, std::string text) {
  return make_error(ErrorCode::kInvalidArgument, std::move(text), std::string(field));
}

Result<Integration> find(store::Database& db, const std::string& project, const std::string& id) {
  return store::required(table::find(db, project, id), "integration");
}

Result<std::optional<std::string>> actions_as_json(
    const manifest::Manifest& manifest, const std::optional<std::vector<std::string>>& ids) {
  if (!ids) return std::optional<std::string>();
  json::Writer out;
  out.begin_array();
  for (const auto& id : *ids) {
    if (id != kRawReads && id != kRawWrites && manifest.find_action(id) == nullptr)
      return wrong("allowed_actions", "\"" + id + "\" is no action of this connector.");
    out.string(id);
  }
  return std::optional(out.end_array().take());
}

Result<> apply(const IntegrationWish& wish, const manifest::Manifest& manifest,
               Integration& integration) {
  if (wish.name) {
    if (wish.name->empty() || wish.name->size() > kMaxName || !is_valid_utf8(*wish.name))
      return wrong("name", "A name must be text of 1 to 100 bytes.");
    integration.name = *wish.name;
  }
  if (wish.environment) {
    const auto* method = manifest.find_auth_method(integration.auth_method);
    if (method == nullptr || method->find_environment(*wish.environment) == nullptr)
      return wrong("environment", "This way of connecting has no such environment.");
    integration.environment = *wish.environment;
  }
  if (wish.allowed_actions) {
    PATCHBAY_TRY_ASSIGN(integration.allowed_actions,
                        actions_as_json(manifest, *wish.allowed_actions));
  }
  if (wish.active) integration.active = *wish.active;
  return {};
}

// Their accounts follow, each with its event.
Result<> switch_accounts(store::Database& db, const Integration& integration, std::int64_t now) {
  namespace accounts = store::accounts_table;
  PATCHBAY_TRY_ASSIGN(const auto changed,
                      integration.active
                          ? accounts::resume_all(db, integration.id, kIntegrationDisabled, now)
                          : accounts::suspend_all(db, integration.id, kIntegrationDisabled,
                                                  "Its integration is switched off.", now));
  const auto* kind = integration.active ? "account.resumed" : "account.suspended";
  for (const auto& account : changed) {
    PATCHBAY_TRY(store::events_table::append(db, account_event(account, kind, now)));
    if (integration.active) PATCHBAY_TRY(tell_of_held_events(db, account, now));
  }
  return {};
}

FormInput as_form(const std::vector<manifest::Field>& fields,
                  std::map<std::string, SecretString>& values) {
  FormInput form;
  for (const auto& field : fields) {
    const auto value = values.find(field.id);
    if (value == values.end() || value->second.empty()) continue;
    if (field.secret)
      form.secrets.push_back({field.id, std::move(value->second)});
    else
      form.values.push_back({field.id, std::string(value->second.reveal())});
  }
  return form;
}

}  // namespace

Result<std::shared_ptr<const manifest::Manifest>> IntegrationService::manifest_of(
    const std::string& connector_id) const {
  const auto connector = services_.registry.find(connector_id);
  if (!connector || !connector->manifest)
    return make_error(
        ErrorCode::kConflict,
        "The connector \"" + connector_id +
            "\" is not there at the moment. Put its file into the connectors folder.");
  return connector->manifest;
}

Result<> IntegrationService::record(std::string_view kind, const Integration& integration,
                                    const audit::Asker& who) const {
  return services_.audit.append(audit::asked_by(who, {.kind = std::string(kind),
                                                      .project_id = integration.project_id,
                                                      .subject = integration.id,
                                                      .connector_id = integration.connector_id}));
}

Task<Result<std::vector<Integration>>> IntegrationService::list(std::string project_id,
                                                                std::string connector_id) {
  co_return co_await services_.store.read([project_id, connector_id](store::Database& db) {
    return table::list(db, project_id, connector_id);
  });
}

Task<Result<Integration>> IntegrationService::get(std::string project_id, std::string id) {
  co_return co_await services_.store.read(
      [project_id, id](store::Database& db) { return find(db, project_id, id); });
}

Task<Result<Integration>> IntegrationService::create(std::string project_id, NewIntegration wanted,
                                                     audit::Asker who) {
  const auto connector = services_.registry.find(wanted.connector_id);
  if (!connector && connector::awaits_approval(services_.registry, wanted.connector_id))
    co_return wrong("provider", "Its connector waits for approval.");
  if (!connector || !connector->manifest)
    co_return wrong("provider", "There is no provider of that name here.");
  const auto& manifest = *connector->manifest;
  const auto* method = wanted.auth_method.empty() ? &manifest.auth_methods.front()
                                                  : manifest.find_auth_method(wanted.auth_method);
  if (method == nullptr)
    co_return wrong("auth_method", "This provider has no such way of connecting.");
  Integration fresh;
  fresh.id = services_.random.id("int_");
  fresh.project_id = project_id;
  fresh.connector_id = connector->id;
  fresh.name = connector->id;
  fresh.auth_method = method->id;
  fresh.environment = method->environments.front().id;
  fresh.created = services_.clock.unix_ms();
  PATCHBAY_CO_TRY(apply(wanted.wish, manifest, fresh));
  PATCHBAY_CO_TRY(record("integration.created", fresh, who));
  co_return co_await services_.store.transact(
      [fresh, as_default = wanted.wish.make_default](store::Database& db) -> Result<Integration> {
        PATCHBAY_TRY_ASSIGN(const auto usual,
                            table::find_default(db, fresh.project_id, fresh.connector_id));
        PATCHBAY_TRY_ASSIGN(const auto all, table::list(db, fresh.project_id));
        if (all.size() >= kMostOfAProject)
          return make_error(ErrorCode::kConflict, "There are 500 integrations already.");
        PATCHBAY_TRY(table::insert(db, fresh));
        if (!usual || as_default) PATCHBAY_TRY(table::set_default(db, fresh.project_id, fresh.id));
        return find(db, fresh.project_id, fresh.id);
      });
}

Task<Result<Integration>> IntegrationService::change(std::string project_id, std::string id,
                                                     IntegrationWish wish, audit::Asker who) {
  PATCHBAY_CO_TRY_ASSIGN(const auto before, co_await get(project_id, id));
  std::shared_ptr<const manifest::Manifest> manifest;
  // Switching off has to work whatever became of the connector.
  if (wish.environment || wish.allowed_actions) {
    PATCHBAY_CO_TRY_ASSIGN(manifest, manifest_of(before.connector_id));
  }
  PATCHBAY_CO_TRY(record("integration.changed", before, who));
  struct Changed {
    Integration integration;
    std::int64_t sequence = 0;
  };
  const auto changed = co_await services_.store.transact(
      [project_id, id, wish, manifest,
       now = services_.clock.unix_ms()](store::Database& db) -> Result<Changed> {
        static const manifest::Manifest kNone;
        PATCHBAY_TRY_ASSIGN(auto integration, find(db, project_id, id));
        const bool was_active = integration.active;
        PATCHBAY_TRY(apply(wish, manifest ? *manifest : kNone, integration));
        PATCHBAY_TRY(table::update(db, integration));
        if (integration.active != was_active) PATCHBAY_TRY(switch_accounts(db, integration, now));
        if (wish.make_default) PATCHBAY_TRY(table::set_default(db, project_id, id));
        PATCHBAY_TRY_ASSIGN(const auto sequence, store::change_sequence_table::current(db));
        PATCHBAY_TRY_ASSIGN(integration, find(db, project_id, id));
        return Changed{std::move(integration), sequence};
      });
  if (!changed) co_return changed.error();
  co_await services_.instance.until_all_have_seen(changed->sequence);
  co_return changed->integration;
}

Task<Result<Integration>> IntegrationService::set_up(std::string project_id, std::string id,
                                                     std::map<std::string, SecretString> values,
                                                     audit::Asker who) {
  PATCHBAY_CO_TRY_ASSIGN(auto integration, co_await get(project_id, id));
  PATCHBAY_CO_TRY_ASSIGN(const auto manifest, manifest_of(integration.connector_id));
  const auto* method = manifest->find_auth_method(integration.auth_method);
  if (method == nullptr || method->setup_fields.empty())
    co_return wrong("values",
                    "This integration needs no setup: its accounts can be linked as it is.");
  manifest::FormView shown;
  for (const auto& [name, value] : values) {
    if (method->find_setup_field(name) == nullptr)
      co_return wrong(name, "There is no setup field of that name.");
    shown[name] = value.reveal();
  }
  if (const auto problems = manifest::check_form(method->setup_fields, shown); !problems.empty())
    co_return wrong(problems.front().field,
                    "This value is missing, or does not have the shape that "
                    "the provider's values have.");
  co_return co_await save_setup(services_, std::move(integration),
                                as_form(method->setup_fields, values), std::move(who));
}

}  // namespace patchbay::accounts
