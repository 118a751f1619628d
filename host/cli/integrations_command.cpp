#include <iostream>

#include "accounts/integration_setup.h"
#include "base/json.h"
#include "cli/actor.h"
#include "cli/commands.h"
#include "cli/form_prompt.h"
#include "cli/options.h"
#include "cli/review_text.h"

namespace patchbay::cli {
namespace {

struct SetupOptions {
  CommonOptions common;
  std::string connector;
  std::vector<std::string> fields;  // id=value
};

Result<store::Integration> default_integration(Hub& hub, const connector::Connector& connector) {
  store::ConnectSession session;
  session.project_id = hub.project_id();
  return hub.loops().block_on(hub.accounts().linker().integration_for(session, connector));
}

Result<> set_up(Hub& hub, const SetupOptions& options) {
  const auto connector = hub.registry().find(options.connector);
  if (!connector)
    return make_error(ErrorCode::kNotFound, "there is no ready connector " + options.connector +
                                                "; see: patchbay connectors list");
  const auto& manifest = *connector->manifest;
  PATCHBAY_TRY_ASSIGN(auto integration, default_integration(hub, *connector));
  const auto* method = manifest.find_auth_method(integration.auth_method);
  if (method == nullptr || method->setup_fields.empty())
    return make_error(ErrorCode::kInvalidArgument,
                      options.connector + " needs no setup: its accounts can be linked as it is");
  PATCHBAY_TRY_ASSIGN(auto form, read_form(manifest, method->setup_fields, options.fields));
  manifest::FormView values;
  for (const auto& field : form.values) values[field.name] = field.value;
  for (const auto& secret : form.secrets) values[secret.name] = secret.value.reveal();
  if (const auto problems = manifest::check_form(method->setup_fields, values); !problems.empty())
    return make_error(ErrorCode::kInvalidArgument,
                      problems.front().field + ": " + describe(problems.front(), manifest));
  PATCHBAY_TRY(hub.loops().block_on(accounts::save_setup(hub.services(), std::move(integration),
                                                         std::move(form), {.actor = actor()})));
  return {};
}

int setup(const SetupOptions& options) {
  auto hub_options = options.common.hub_options(1);
  if (!hub_options) return report(hub_options.error());
  auto hub = Hub::open(std::move(*hub_options));
  if (!hub) return report(hub.error());
  if (const auto started = (*hub)->start_connectors(); !started) return report(started.error());
  if (const auto done = set_up(**hub, options); !done) return report(done.error());
  std::cerr << "Set up. Flows that begin from now on use it.\n";
  return 0;
}

void print(const std::vector<store::Integration>& integrations) {
  for (const auto& integration : integrations)
    std::cout << integration.id << "  " << integration.connector_id << "  "
              << integration.auth_method << "  "
              << (integration.sealed_setup.empty() ? "nothing set up" : "set up")
              << (integration.active ? "" : "  switched off") << "  " << printable(integration.name)
              << "\n";
}

void print_json(const std::vector<store::Integration>& integrations) {
  json::Writer out;
  out.begin_array();
  for (const auto& integration : integrations)
    out.begin_object()
        .member("id", integration.id)
        .member("connector", integration.connector_id)
        .member("name", integration.name)
        .member("auth_method", integration.auth_method)
        .member("set_up", !integration.sealed_setup.empty())
        .member("active", integration.active)
        .end_object();
  std::cout << out.end_array().take() << "\n";
}

int list(const CommonOptions& common, bool as_json) {
  auto options = common.hub_options(1);
  if (!options) return report(options.error());
  auto hub = Hub::open(std::move(*options));
  if (!hub) return report(hub.error());
  const auto integrations = (*hub)->store().read_blocking([&](store::Database& db) {
    return store::integrations_table::list(db, (*hub)->project_id());
  });
  if (!integrations) return report(integrations.error());
  if (integrations->empty() && !as_json)
    std::cerr << "There is none yet. The first link or setup of a connector makes one.\n";
  as_json ? print_json(*integrations) : print(*integrations);
  return 0;
}

void add_setup(CLI::App& integrations, Run& run) {
  auto* command = integrations.add_subcommand(
      "setup",
      "Give a connector what its operator enters once, such as an OAuth client.\n"
      "At the provider, register your own client with the redirect URI\n"
      "  https://YOUR-HUB/connect/return   (http://localhost:8080/connect/return on this machine)\n"
      "Secrets are asked for without echo, or read line by line from standard input:\n"
      "  patchbay integrations setup acme --field client_id=abc < secret-file");
  auto options = std::make_shared<SetupOptions>();
  options->common.add_to(*command);
  options->common.add_project_to(*command);
  command->add_option("connector", options->connector, "Connector id")->required();
  command->add_option("--field", options->fields, "A field that is not secret, as id=value");
  command->callback([&run, options] { run = [options] { return setup(*options); }; });
}

}  // namespace

void add_integrations_command(CLI::App& app, Run& run) {
  auto* integrations =
      app.add_subcommand("integrations", "How connectors are used here: set up, list");
  integrations->require_subcommand(1);
  add_setup(*integrations, run);
  auto* command = integrations->add_subcommand("list", "All of them, without what is secret");
  auto common = std::make_shared<CommonOptions>();
  auto as_json = std::make_shared<bool>(false);
  common->add_to(*command);
  common->add_project_to(*command);
  command->add_flag("--json", *as_json, "Print JSON");
  command->callback(
      [&run, common, as_json] { run = [common, as_json] { return list(*common, *as_json); }; });
}

}  // namespace patchbay::cli
