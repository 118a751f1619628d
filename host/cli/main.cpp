// patchbay: the hub's program.
#include <sys/prctl.h>
#include <sys/resource.h>

#include <csignal>
#include <iostream>

#include "base/log.h"
#include "cli/commands.h"
#include "cli/config_file.h"
#include "cli/options.h"
#include "cli/unknown_command.h"

namespace {

// No core file and no ptrace by other processes of the same user: both would hold secrets.
void keep_memory_private() {
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
#ifndef PATCHBAY_SANITIZED  // LeakSanitizer traces its own process
  ::prctl(PR_SET_DUMPABLE, 0);
#endif
}

}  // namespace

int main(int argc, char** argv) {
  keep_memory_private();
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);  // a file that may not grow is an error, not the end
  CLI::App app{
      "Patchbay: an integration hub you drop connectors into.\n"
      "Start one with `patchbay serve`; every command explains itself with --help.",
      "patchbay"};
  app.set_version_flag("--version", "patchbay " PATCHBAY_VERSION);
  app.require_subcommand(1);
  patchbay::cli::Run run;
  patchbay::cli::add_serve_command(app, run);
  patchbay::cli::add_signin_command(app, run);
  patchbay::cli::add_accounts_command(app, run);
  patchbay::cli::add_actions_command(app, run);
  patchbay::cli::add_connectors_command(app, run);
  patchbay::cli::add_integrations_command(app, run);
  patchbay::cli::add_new_command(app, run);
  patchbay::cli::add_preview_command(app, run);
  patchbay::cli::add_check_command(app, run);
  patchbay::cli::add_replay_command(app, run);
  patchbay::cli::add_flows_command(app, run);
  patchbay::cli::add_projects_command(app, run);
  patchbay::cli::add_api_keys_command(app, run);
  patchbay::cli::add_webhooks_command(app, run);
  patchbay::cli::add_key_command(app, run);
  patchbay::cli::add_audit_command(app, run);
  patchbay::cli::add_store_command(app, run);
  patchbay::cli::add_doctor_command(app, run);
  patchbay::cli::add_completion_command(app, run);
  patchbay::cli::add_man_command(app, run);
  patchbay::cli::add_config_command(app, run);
  patchbay::cli::add_config_option(app);
  try {
    if (const auto configured = patchbay::cli::apply_config(app, argc, argv); !configured) {
      (void)patchbay::cli::report(configured.error());
      return 2;
    }
    app.parse(argc, argv);
    patchbay::cli::let_given_win(app);
    // What happened is told in words; the log is for the serving hub.
    if (!app.got_subcommand("serve")) patchbay::log::set_level(patchbay::log::Level::kError);
    return run ? run() : 2;
  } catch (const CLI::ParseError& error) {
    if (const auto unknown = patchbay::cli::unknown_command(app);
        !unknown.empty() && error.get_exit_code() != 0) {
      std::cerr << "patchbay: " << unknown << "\n";
      return 2;
    }
    return app.exit(error) == 0 ? 0 : 2;
  } catch (const std::exception& error) {
    std::cerr << "patchbay: " << error.what() << "\n";
    return 1;
  }
}
