#pragma once
// The subcommands of `patchbay`. Each adds itself to the parser and sets `run` when it was chosen;
// run() returns the exit code.
#include <CLI/CLI.hpp>
#include <functional>

namespace patchbay::cli {

using Run = std::function<int()>;

void add_serve_command(CLI::App& app, Run& run);
void add_signin_command(CLI::App& app, Run& run);
void add_accounts_command(CLI::App& app, Run& run);
void add_accounts_import(CLI::App& accounts, Run& run);  // within `patchbay accounts`
void add_accounts_link(CLI::App& accounts, Run& run);    // likewise
void add_actions_command(CLI::App& app, Run& run);
void add_actions_run(CLI::App& actions, Run& run);  // within `patchbay actions`
void add_new_command(CLI::App& app, Run& run);
void add_preview_command(CLI::App& app, Run& run);
void add_flows_command(CLI::App& app, Run& run);
void add_replay_command(CLI::App& app, Run& run);
void add_check_command(CLI::App& app, Run& run);
void add_integrations_command(CLI::App& app, Run& run);
void add_connectors_command(CLI::App& app, Run& run);
void add_api_keys_command(CLI::App& app, Run& run);
void add_webhooks_command(CLI::App& app, Run& run);
void add_key_command(CLI::App& app, Run& run);
void add_projects_command(CLI::App& app, Run& run);
void add_audit_command(CLI::App& app, Run& run);
void add_completion_command(CLI::App& app, Run& run);
void add_man_command(CLI::App& app, Run& run);
void add_config_command(CLI::App& app, Run& run);  // the last one
void add_doctor_command(CLI::App& app, Run& run);
void add_store_command(CLI::App& app, Run& run);
void add_store_copy(CLI::App& store, Run& run);  // within `patchbay store`

}  // namespace patchbay::cli
