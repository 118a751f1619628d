#include <iomanip>
#include <iostream>

#include "accounts/projects.h"
#include "api/api_keys.h"
#include "base/iso_time.h"
#include "cli/actor.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "cli/review_text.h"
#include "cli/store_access.h"

namespace patchbay::cli {
namespace {

constexpr std::int64_t kHourMs = 3'600'000;

int create(const CommonOptions& common, const std::string& name, const std::string& scopes) {
  auto options = common.hub_options(1);
  if (!options) return report(options.error());
  auto hub = Hub::open(std::move(*options));
  if (!hub) return report(hub.error());
  auto& h = **hub;
  if (const auto recorded = h.audit().append({.kind = "api_key.created",
                                              .project_id = h.project_id(),
                                              .subject = name + ": " + scopes,
                                              .actor = actor()});
      !recorded)
    return report(recorded.error());
  const auto key = h.loops().block_on(
      api::create_api_key(h.store(), h.clock(), h.random(), h.project_id(), name, scopes));
  if (!key) return report(key.error());
  std::cout << key->key.reveal() << "\n";
  std::cerr << "Store it now; it is not shown again.\n";
  return 0;
}

int list(const CommonOptions& common) {
  const auto store = open_store_alone(common);
  if (!store) return report(store.error());
  const auto keys =
      (*store)->read_blocking([&](store::Database& db) -> Result<std::vector<store::ApiKey>> {
        PATCHBAY_TRY_ASSIGN(const auto projects, store::projects_table::list(db));
        PATCHBAY_TRY_ASSIGN(const auto project, accounts::choose_project(projects, common.project));
        return store::api_keys_table::list(db, project.id);
      });
  if (!keys) return report(keys.error());
  const auto now = SystemClock().unix_ms();
  const auto state = [now](const store::ApiKey& key) {
    if (key.revoked == 0) return std::string("valid");
    return is_over(key, now) ? std::string("revoked") : "until " + iso_time(key.revoked);
  };
  const auto row = [](const std::string& id, const std::string& created, const std::string& how,
                      const std::string& scopes, const std::string& name) {
    std::cout << std::left << std::setw(26) << id << std::setw(26) << created << std::setw(32)
              << how << std::setw(26) << scopes << name << "\n";
  };
  row("ID", "CREATED", "STATE", "SCOPES", "NAME");
  for (const auto& key : *keys)
    row(key.id, iso_time(key.created), state(key), key.scopes, printable(key.name));
  return 0;
}

int revoke(const CommonOptions& common, const std::string& id) {
  auto options = common.hub_options(1);
  if (!options) return report(options.error());
  auto hub = Hub::open(std::move(*options));
  if (!hub) return report(hub.error());
  auto& h = **hub;
  const auto done = h.loops().block_on(
      api::revoke_api_key(h.store(), h.clock(), h.instance(), h.project_id(), id));
  if (!done) return report(done.error());
  audit::append_or_complain(
      &h.audit(),
      {.kind = "api_key.revoked", .project_id = h.project_id(), .subject = id, .actor = actor()});
  std::cerr << "Revoked. No hub takes it any more.\n";
  return 0;
}

int rotate(const CommonOptions& common, const std::string& id, std::int64_t overlap_hours) {
  auto options = common.hub_options(1);
  if (!options) return report(options.error());
  auto hub = Hub::open(std::move(*options));
  if (!hub) return report(hub.error());
  auto& h = **hub;
  if (const auto recorded = h.audit().append({.kind = "api_key.rotated",
                                              .project_id = h.project_id(),
                                              .subject = id,
                                              .actor = actor()});
      !recorded)
    return report(recorded.error());
  const auto made = h.loops().block_on(api::rotate_api_key(
      h.store(), h.clock(), h.random(), h.instance(), h.project_id(), id, overlap_hours * kHourMs));
  if (!made) return report(made.error());
  std::cout << made->key.reveal() << "\n";
  std::cerr << "Store it now; it is not shown again. The one before is taken for " << overlap_hours
            << " hours more.\n";
  return 0;
}

void add_rotate(CLI::App& keys, Run& run) {
  auto* command = keys.add_subcommand(
      "rotate", "Make another key like this one, which stays valid for a while");
  auto common = std::make_shared<CommonOptions>();
  auto id = std::make_shared<std::string>();
  auto hours = std::make_shared<std::int64_t>(24);
  common->add_to(*command);
  common->add_project_to(*command);
  command->add_option("key", *id, "Id, as `api-keys list` shows it")->required();
  command->add_option("--overlap-hours", *hours, "How long the one before is taken")
      ->check(CLI::Range(0, 720))
      ->capture_default_str();
  command->callback([&run, common, id, hours] {
    run = [common, id, hours] { return rotate(*common, *id, *hours); };
  });
}

void add_create(CLI::App& keys, Run& run) {
  auto* command = keys.add_subcommand(
      "create",
      "Make a key and print it once.\n"
      "  curl -u \"$(patchbay api-keys create --name app):\" http://localhost:8080/accounts");
  auto common = std::make_shared<CommonOptions>();
  auto name = std::make_shared<std::string>();
  auto scopes = std::make_shared<std::string>("accounts actions");
  common->add_to(*command);
  common->add_project_to(*command);
  command->add_option("--name", *name, "What it is for")->required();
  command
      ->add_option(
          "--scopes", *scopes,
          "What it may do: accounts, actions, tokens (reading access tokens), admin (integrations, "
          "webhooks, keys)")
      ->capture_default_str();
  command->callback([&run, common, name, scopes] {
    run = [common, name, scopes] { return create(*common, *name, *scopes); };
  });
}

}  // namespace

void add_api_keys_command(CLI::App& app, Run& run) {
  auto* keys = app.add_subcommand("api-keys", "Keys for applications that call the hub");
  keys->require_subcommand(1);
  add_create(*keys, run);
  add_rotate(*keys, run);
  auto common = std::make_shared<CommonOptions>();
  auto* all = keys->add_subcommand("list", "Show the project's, without the keys themselves");
  common->add_data_to(*all);
  common->add_project_to(*all);
  all->callback([&run, common] { run = [common] { return list(*common); }; });
  auto* gone = keys->add_subcommand("revoke", "Refuse a key from now on");
  auto id = std::make_shared<std::string>();
  common->add_to(*gone);
  common->add_project_to(*gone);
  gone->add_option("key", *id, "Id, as `api-keys list` shows it")->required();
  gone->callback([&run, common, id] { run = [common, id] { return revoke(*common, *id); }; });
}

}  // namespace patchbay::cli
