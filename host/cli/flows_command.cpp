#include <iostream>

#include "accounts/connection_attempts.h"
#include "accounts/flow_export.h"
#include "accounts/stored_journal.h"
#include "base/iso_time.h"
#include "base/json.h"
#include "cli/actor.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "cli/private_file.h"
#include "store/flows_table.h"

namespace patchbay::cli {
namespace {

struct ExportOptions {
  CommonOptions common;
  std::string flow;
  std::string file;  // empty: standard output
};

// Attempts are rows beside a flow's: the component's window that it belongs to.
bool is_flow_of(const store::Flow& row, const std::string& project_id) {
  return row.kind != accounts::kAttemptKind && row.project_id == project_id;
}

std::string_view state_of(const store::Flow& flow) {
  const auto state = accounts::flow_state_from_json(flow.state);
  if (state.kept_until != 0) return "failed";
  return state.waits_until != 0 ? "waits for a person" : "under way or interrupted";
}

int list(const CommonOptions& common, bool as_json) {
  auto options = common.hub_options(1);
  if (!options) return report(options.error());
  auto hub = Hub::open(std::move(*options));
  if (!hub) return report(hub.error());
  auto flows = (*hub)->store().read_blocking(store::flows_table::list);
  if (!flows) return report(flows.error());
  std::erase_if(*flows,
                [&](const store::Flow& row) { return !is_flow_of(row, (*hub)->project_id()); });
  json::Writer out;
  out.begin_array();
  for (const auto& flow : *flows) {
    const bool exportable = !flow.sealed.empty();
    out.begin_object()
        .member("id", flow.id)
        .member("connector", flow.connector_id)
        .member("state", std::string(state_of(flow)))
        .member("created", iso_time(flow.created))
        .member("can_be_exported", exportable)
        .end_object();
    if (!as_json)
      std::cout << flow.id << "  " << iso_time(flow.created) << "  " << flow.connector_id << "  "
                << state_of(flow) << (exportable ? "" : "  (nothing of it was kept)") << "\n";
  }
  if (as_json) std::cout << out.end_array().take() << "\n";
  if (flows->empty() && !as_json)
    std::cerr << "There is none. `patchbay serve --keep-failed-flows` keeps those that fail.\n";
  return 0;
}

Result<std::string> recorded(Hub& hub, const std::string& id) {
  PATCHBAY_TRY_ASSIGN(auto made, hub.loops().block_on(accounts::export_flow(
                                     hub.services(), hub.project_id(), id, {.actor = actor()})));
  if (made.version != made.version_present)
    std::cerr << "Note: the flow is of version " << made.version << ", the connector is "
              << made.version_present << ".\n";
  return std::move(made.text);
}

int export_flow(const ExportOptions& options) {
  auto hub_options = options.common.hub_options(1);
  if (!hub_options) return report(hub_options.error());
  auto hub = Hub::open(std::move(*hub_options));
  if (!hub) return report(hub.error());
  if (const auto started = (*hub)->start_connectors(); !started) return report(started.error());
  const auto text = recorded(**hub, options.flow);
  if (!text) return report(text.error());
  if (options.file.empty()) {
    std::cout << *text;
    return 0;
  }
  if (const auto written = write_new_file(options.file, *text); !written)
    return report(written.error());
  std::cerr << "Wrote " << options.file << ", without secrets. Look it through before you send it: "
            << "the connector's author plays it with `patchbay replay`.\n";
  return 0;
}

}  // namespace

void add_flows_command(CLI::App& app, Run& run) {
  auto* flows = app.add_subcommand(
      "flows", "Flows that wait, were interrupted or (serve --keep-failed-flows) failed");
  flows->require_subcommand(1);
  auto* all = flows->add_subcommand("list", "Show them, oldest first");
  auto common = std::make_shared<CommonOptions>();
  auto as_json = std::make_shared<bool>(false);
  common->add_to(*all);
  common->add_project_to(*all);
  all->add_flag("--json", *as_json, "Print JSON");
  all->callback(
      [&run, common, as_json] { run = [common, as_json] { return list(*common, *as_json); }; });

  auto* out = flows->add_subcommand(
      "export",
      "Write what a flow had seen, for the connector's author: secrets and personal values are\n"
      "replaced by others of the same shape, and the connector is asked what it does at each "
      "step.\n"
      "  patchbay flows export flow_abc --output failure.json\n"
      "  patchbay replay failure.json --connector acme.so      # at the author's");
  auto options = std::make_shared<ExportOptions>();
  options->common.add_to(*out);
  options->common.add_project_to(*out);
  out->add_option("flow", options->flow, "Id, as `flows list` shows it")->required();
  out->add_option("--output", options->file, "New file to write (default: standard output)")
      ->type_name("FILE");
  out->callback([&run, options] { run = [options] { return export_flow(*options); }; });
}

}  // namespace patchbay::cli
