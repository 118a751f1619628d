#include <iomanip>
#include <iostream>

#include "base/json.h"
#include "cli/commands.h"
#include "cli/options.h"

namespace patchbay::cli {
namespace {

int list(const CommonOptions& common, bool json) {
  auto options = common.hub_options(1);
  if (!options) return report(options.error());
  auto hub = Hub::open(std::move(*options));
  if (!hub) return report(hub.error());
  if (const auto started = (*hub)->start_connectors(); !started) return report(started.error());
  if (json) {
    json::Writer out;
    out.begin_array();
    for (const auto& connector : (*hub)->registry().list())
      out.begin_object()
          .member("id", connector->id)
          .member("file", connector->file)
          .member("state", std::string(to_string(connector->state)))
          .member("reason", connector->reason)
          .member("sha256", connector->sha256)
          .member("version", connector->manifest ? connector->manifest->version : "")
          .end_object();
    std::cout << out.end_array().take() << "\n";
    return 0;
  }
  for (const auto& connector : (*hub)->registry().list()) {
    std::cout << std::left << std::setw(16) << connector->id << std::setw(12)
              << to_string(connector->state) << std::setw(10)
              << (connector->manifest ? connector->manifest->version : "-")
              << connector->sha256.substr(0, 16) << "  " << connector->file << "\n";
    if (!connector->reason.empty()) std::cout << "    " << connector->reason << "\n";
  }
  return 0;
}

}  // namespace

void add_connectors_command(CLI::App& app, Run& run) {
  auto* connectors = app.add_subcommand("connectors", "The connector libraries in the folder");
  connectors->require_subcommand(1);
  auto* command = connectors->add_subcommand(
      "list", "Every file with its state, and why it can't be used if so");
  auto common = std::make_shared<CommonOptions>();
  auto json = std::make_shared<bool>(false);
  common->add_to(*command);
  command->add_flag("--json", *json, "Print JSON");
  command->callback(
      [&run, common, json] { run = [common, json] { return list(*common, *json); }; });
}

}  // namespace patchbay::cli
