#include "cli/serve_options.h"

#include <cctype>
#include <fstream>

#include "cli/commands.h"
#include "cli/config_file.h"

namespace patchbay::cli {
namespace {

// The arguments of this process, which a changed configuration file is read beneath.
std::vector<std::string> own_arguments() {
  std::ifstream file("/proc/self/cmdline", std::ios::binary);
  std::vector<std::string> arguments;
  for (std::string argument; std::getline(file, argument, '\0');) arguments.push_back(argument);
  return arguments;
}

// PATCHBAY_LOG_DAYS of log-days.
void name_variables(CLI::App& command) {
  for (auto* option : command.get_options()) {
    if (option->get_lnames().empty() || option == command.get_help_ptr() ||
        !option->get_envname().empty())
      continue;
    std::string name = "PATCHBAY_";
    for (const char letter : option->get_lnames().front())
      name += letter == '-' ? '_' : static_cast<char>(std::toupper(letter));
    option->envname(name);
  }
}

}  // namespace

std::shared_ptr<ServeOptions> add_serve_options(CLI::App& command) {
  auto options = std::make_shared<ServeOptions>();
  options->common.add_to(command);
  command.add_option("--address", options->address, "Address to listen on")->capture_default_str();
  command.add_option("--port", options->port, "Port to listen on; 0: any free one")
      ->capture_default_str();
  command.add_option("--public-url", options->public_url,
                     "How browsers reach the hub, e.g. https://hub.example.com "
                     "(default: http://localhost:PORT)");
  options->reach.add_to(command);
  command
      .add_option("--ready-file", options->ready_file,
                  "Write URL and sign-in link there as JSON once the hub listens")
      ->type_name("FILE");
  options->new_key.add_to(command, "new-",
                          "a key that `patchbay key rotate` is about to change to");
  command
      .add_option("--audit-sync", options->audit_sync,
                  "When audit events are on the disk: 100ms (after that time at the latest), or "
                  "always (before each answer)")
      ->check(CLI::IsMember({"100ms", "always"}))
      ->capture_default_str();
  command.add_option("--embed-origin", options->embed_origins,
                     "Origin of a page that may hold the connect component, e.g. "
                     "https://app.example.com; repeat it for more");
  command
      .add_option("--log-bodies", options->log_bodies,
                  "Whether the log of requests keeps what was sent and answered, sealed and "
                  "redacted: off, errors or all")
      ->check(CLI::IsMember({"off", "errors", "all"}))
      ->capture_default_str();
  command
      .add_option("--log-days", options->log_days,
                  "How long the log of requests, and events that providers sent, are kept, in days")
      ->check(CLI::Range(1, 3650))
      ->capture_default_str();
  command
      .add_option("--event-days", options->event_days,
                  "How long events of accounts are kept (their history, GET /events, and what came "
                  "of webhooks), in days; those that a webhook waits for stay. 0: for ever")
      ->check(CLI::Range(0, 3650))
      ->capture_default_str();
  command
      .add_option("--audit-days", options->audit_days,
                  "How long the audit log is kept, in days after the last event of a file, which "
                  "holds a thirtieth of that, at least a day. 0: for ever")
      ->check(CLI::Range(0, 3650))
      ->capture_default_str();
  command
      .add_option("--rate-limit-wait", options->rate_limit_wait_s,
                  "How many seconds a call may wait for its turn where a provider limits how often "
                  "it may be asked; then it is answered with 429. 0: it never waits")
      ->check(CLI::Range(0, 60))
      ->capture_default_str();
  command
      .add_option("--file-memory", options->file_memory_mib,
                  "MiB of memory for the large files that actions carry at a time (a file takes "
                  "about seven times its size, a project half of it all); more are asked to come "
                  "again")
      ->check(CLI::Range(0, 65'536))
      ->capture_default_str();
  command
      .add_option(
          "--held-accounts", options->held_accounts,
          "How many accounts that are in use stay opened in memory, some kilobytes each; of "
          "more, those not used for the longest time are read again when they are wanted")
      ->check(CLI::Range(1, 100'000'000))
      ->capture_default_str();
  command
      .add_option("--proxy-limit", options->proxy_limit_mib,
                  "MiB that a body may have which passes through /accounts/{id}/proxy, either way; "
                  "it is not held in memory")
      ->check(CLI::Range(1, 16'777'216))
      ->capture_default_str();
  command.add_option("--loops", options->loops, "Event loops (default: one a core)");
  options->log.add_to(command);
  options->metrics.add_to(command);
  name_variables(command);
  return options;
}

Result<ReadAgain> read_serve_options_again() {
  CLI::App app;
  Run never;
  auto* command = app.add_subcommand("serve");
  auto options = add_serve_options(*command);
  add_signin_command(app, never);
  add_config_option(app);
  auto arguments = own_arguments();
  std::vector<char*> argv;
  argv.reserve(arguments.size());
  for (auto& argument : arguments) argv.push_back(argument.data());
  try {
    PATCHBAY_TRY(apply_config(app, static_cast<int>(argv.size()), argv.data()));
    app.parse(static_cast<int>(argv.size()), argv.data());
    let_given_win(app);
  } catch (const CLI::Error& error) {
    return make_error(ErrorCode::kConfiguration, error.what());
  }
  return ReadAgain{values_of(*command), std::move(options)};
}

}  // namespace patchbay::cli
