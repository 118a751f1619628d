#include <iostream>

#include "api/api_keys.h"
#include "cli/commands.h"
#include "cli/options.h"

namespace patchbay::cli {
namespace {

int create(const CommonOptions& common, const std::string& name, const std::string& scopes) {
  auto options = common.hub_options(1);
  if (!options) return report(options.error());
  auto hub = Hub::open(std::move(*options));
  if (!hub) return report(hub.error());
  auto& h = **hub;
  const auto key = h.loops().block_on(
      api::create_api_key(h.store(), h.clock(), h.random(), h.project_id(), name, scopes));
  if (!key) return report(key.error());
  std::cout << key->reveal() << "\n";
  std::cerr << "Store it now; it is not shown again.\n";
  return 0;
}

}  // namespace

void add_api_keys_command(CLI::App& app, Run& run) {
  auto* keys = app.add_subcommand("api-keys", "Keys for applications that call the hub");
  keys->require_subcommand(1);
  auto* command = keys->add_subcommand(
      "create",
      "Make a key and print it once.\n"
      "  curl -u \"$(patchbay api-keys create --name app):\" http://localhost:8080/accounts");
  auto common = std::make_shared<CommonOptions>();
  auto name = std::make_shared<std::string>();
  auto scopes = std::make_shared<std::string>("accounts actions");
  common->add_to(*command);
  command->add_option("--name", *name, "What it is for")->required();
  command
      ->add_option("--scopes", *scopes,
                   "What it may do: accounts, actions, tokens (reading access tokens)")
      ->capture_default_str();
  command->callback([&run, common, name, scopes] {
    run = [common, name, scopes] { return create(*common, *name, *scopes); };
  });
}

}  // namespace patchbay::cli
