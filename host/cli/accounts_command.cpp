#include <ctime>
#include <iomanip>
#include <iostream>

#include "base/json.h"
#include "cli/actor.h"
#include "cli/commands.h"
#include "cli/form_prompt.h"
#include "cli/options.h"

namespace patchbay::cli {
namespace {

struct AccountsOptions {
  CommonOptions common;
  bool json = false;
  std::string account;
  std::string connector;
  std::string owner_id;
  std::string owner_name;
  std::vector<std::string> fields;  // id=value
};

std::string date(std::int64_t unix_ms) {
  if (unix_ms == 0) return "-";
  const std::time_t seconds = unix_ms / 1000;
  std::tm utc{};
  ::gmtime_r(&seconds, &utc);
  std::array<char, 32> text{};
  return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%SZ", &utc)};
}

void write_json(json::Writer& out, const store::Account& account) {
  out.begin_object()
      .member("id", account.id)
      .member("provider", account.connector_id)
      .member("status", std::string(to_string(account.status)))
      .member("reason", account.reason_code)
      .member("origin_owner_id", account.owner_id)
      .member("origin_owner_name", account.owner_name)
      .member("created_at", account.created)
      .member("last_used_at", account.last_used)
      .end_object();
}

void print(const store::Account& account, bool json) {
  if (json) {
    json::Writer out;
    write_json(out, account);
    std::cout << out.take() << "\n";
    return;
  }
  std::cout << std::left << std::setw(26) << account.id << std::setw(14) << account.connector_id
            << std::setw(10) << to_string(account.status) << std::setw(28) << account.owner_name
            << date(account.created);
  if (!account.reason_code.empty())
    std::cout << "\n    " << account.reason_code << ": " << account.reason_text;
  std::cout << "\n";
}

// Opens the hub's data and runs `work` on it.
template <class Work>
int with_hub(const AccountsOptions& options, bool connectors, Work work) {
  auto hub_options = options.common.hub_options(1);
  if (!hub_options) return report(hub_options.error());
  auto hub = Hub::open(std::move(*hub_options));
  if (!hub) return report(hub.error());
  if (connectors) {
    if (const auto started = (*hub)->start_connectors(); !started) return report(started.error());
  }
  return work(**hub);
}

// A text of the connector's, in English, or the fallback it brought along.
std::string text_of(const manifest::Manifest& manifest, const connector::FlowMessage& message) {
  if (!manifest.texts.has(message.id)) return message.fallback;
  manifest::TextArguments arguments;
  for (const auto& argument : message.args) arguments.emplace_back(argument.name, argument.value);
  return manifest.texts.plain("en", message.id, arguments);
}

int link(const AccountsOptions& options) {
  return with_hub(options, true, [&](Hub& hub) {
    const auto connector = hub.registry().find(options.connector);
    if (!connector)
      return report(make_error(
          ErrorCode::kNotFound,
          "there is no ready connector " + options.connector + "; see: patchbay connectors list"));
    const auto& manifest = *connector->manifest;
    accounts::SessionRequest session;
    session.project_id = hub.project_id();
    session.owner_id = options.owner_id;
    session.owner_name = options.owner_name.empty() ? options.owner_id : options.owner_name;
    session.connector_id = connector->id;
    session.account_id = options.account;
    auto opened = hub.loops().block_on(hub.accounts().create_session(session));
    if (!opened) return report(opened.error());
    auto form = read_form(manifest, manifest.auth_methods.front().fields, options.fields);
    if (!form) return report(form.error());
    std::cerr << "Connecting to " << manifest.texts.plain("en", manifest.name) << " ...\n";
    auto outcome = hub.loops().block_on(hub.accounts().link(
        {opened->session, connector->id, std::move(*form), connector::make_cancel_flag()}));
    for (const auto& notice : outcome.notices)
      std::cerr << "Note: " << text_of(manifest, notice) << "\n";
    if (outcome.account) {
      std::cerr << (outcome.was_there_before ? "Reconnected.\n" : "Linked.\n");
      print(*outcome.account, options.json);
      return 0;
    }
    // The hub may not be running to work off what has to be revoked.
    (void)hub.loops().block_on(hub.revoker().run_due());
    for (const auto& problem : outcome.field_problems)
      std::cerr << "  " << problem.field << ": " << describe(problem, manifest) << "\n";
    auto error = outcome.error;
    if (!outcome.message.id.empty()) error.message = text_of(manifest, outcome.message);
    if (!error.field.empty() && outcome.field_problems.empty())
      error.message = error.field + ": " + error.message;
    return report(error);
  });
}

int list(const AccountsOptions& options) {
  return with_hub(options, false, [&](Hub& hub) {
    store::AccountFilter filter;
    filter.project_id = hub.project_id();
    filter.limit = store::AccountFilter::kMaxLimit;
    const auto accounts = hub.loops().block_on(hub.accounts().list(filter));
    if (!accounts) return report(accounts.error());
    if (options.json) {
      json::Writer out;
      out.begin_array();
      for (const auto& account : *accounts) write_json(out, account);
      std::cout << out.end_array().take() << "\n";
      return 0;
    }
    if (accounts->empty()) std::cerr << "No account is linked yet. See: patchbay accounts link\n";
    for (const auto& account : *accounts) print(account, false);
    return 0;
  });
}

int permissions(const AccountsOptions& options) {
  return with_hub(options, true, [&](Hub& hub) {
    const auto detail =
        hub.loops().block_on(hub.accounts().detail(hub.project_id(), options.account));
    if (!detail) return report(detail.error());
    for (const auto& line : detail->permissions) {
      const char* state = line.granted == manifest::Granted::kYes  ? "granted"
                          : line.granted == manifest::Granted::kNo ? "missing"
                                                                   : "unknown";
      std::cout << std::left << std::setw(28) << line.permission.to_string() << std::setw(10)
                << state
                << (line.required ? "required"
                    : line.needed ? "needed"
                                  : "")
                << "\n";
    }
    return 0;
  });
}

using AccountCall = net::Task<Result<store::Account>> (accounts::AccountService::*)(std::string,
                                                                                    std::string,
                                                                                    audit::Asker);

int change(const AccountsOptions& options, AccountCall call) {
  return with_hub(options, true, [&](Hub& hub) {
    const auto account = hub.loops().block_on(
        (hub.accounts().*call)(hub.project_id(), options.account, {.actor = actor()}));
    if (!account) return report(account.error());
    (void)hub.loops().block_on(hub.revoker().run_due());
    print(*account, options.json);
    return 0;
  });
}

int refresh(const AccountsOptions& options) {
  return with_hub(options, true, [&](Hub& hub) {
    const auto done =
        hub.loops().block_on(hub.accounts().refresh(hub.project_id(), options.account));
    if (!done) return report(done.error());
    std::cerr << "Refreshed.\n";
    return 0;
  });
}

}  // namespace

void add_accounts_command(CLI::App& app, Run& run) {
  auto* accounts = app.add_subcommand("accounts", "Link, list and change accounts");
  accounts->require_subcommand(1);
  const auto add = [&](const char* name, const char* help, bool takes_account, auto act) {
    auto options = std::make_shared<AccountsOptions>();
    auto* command = accounts->add_subcommand(name, help);
    options->common.add_to(*command);
    command->add_flag("--json", options->json, "Print JSON");
    if (takes_account) command->add_option("account", options->account, "Account id")->required();
    command->callback([&run, options, act] { run = [options, act] { return act(*options); }; });
    return std::pair(command, options);
  };
  using Service = accounts::AccountService;
  add("list", "All accounts with their status", false, list);
  add("permissions", "What the account may do, and what is missing", true, permissions);
  add("refresh", "Mint new tokens now", true, refresh);
  add("suspend", "Stop serving the account until it is resumed", true,
      [](const AccountsOptions& o) { return change(o, &Service::suspend); });
  add("resume", "Serve a suspended account again", true,
      [](const AccountsOptions& o) { return change(o, &Service::resume); });
  add("unlink", "Remove the account and revoke its tokens at the provider", true,
      [](const AccountsOptions& o) { return change(o, &Service::unlink); });
  auto [command, options] =
      add("link",
          "Link an account from the terminal.\n"
          "Secrets are asked for without echo, or read line by line from standard input:\n"
          "  patchbay accounts link personio --owner-id acme --field client_id=papi-...",
          false, link);
  command->add_option("connector", options->connector, "Connector id, e.g. personio")->required();
  command->add_option("--owner-id", options->owner_id, "Your own id of the customer")->required();
  command->add_option("--owner-name", options->owner_name, "Name to show (default: the id)");
  command->add_option("--reconnect", options->account,
                      "Give this account new credentials instead of linking another");
  command->add_option("--field", options->fields, "A field that is not secret, as id=value");
}

}  // namespace patchbay::cli
