#include <iomanip>
#include <iostream>

#include "accounts/owner_erasure.h"
#include "base/iso_time.h"
#include "base/json.h"
#include "cli/account_text.h"
#include "cli/actor.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "explain/explain.h"
#include "explain/told.h"

namespace patchbay::cli {
namespace {

struct AccountsOptions {
  CommonOptions common;
  bool json = false;
  std::string account;
  std::string owner;
  bool check = false;  // of permissions
};

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
      for (const auto& account : *accounts) write_account(out, account);
      std::cout << out.end_array().take() << "\n";
      return 0;
    }
    if (accounts->empty()) std::cerr << "No account is linked yet. See: patchbay accounts link\n";
    for (const auto& account : *accounts) print_account(account, false);
    return 0;
  });
}

// "by probe, 2026-01-31T08:00:00Z"
std::string found(const accounts::PermissionLine& line) {
  if (line.found_by == accounts::FoundBy::kNothing) return "";
  std::string text = "by " + std::string(accounts::to_word(line.found_by));
  return line.found_at == 0 ? text : text + ", " + iso_time(line.found_at);
}

int permissions(const AccountsOptions& options) {
  return with_hub(options, true, [&](Hub& hub) {
    if (options.check) {
      const auto checked = hub.loops().block_on(
          hub.accounts().check_permissions(hub.project_id(), options.account, {.actor = actor()}));
      if (!checked) return report(checked.error());
    }
    const auto detail =
        hub.loops().block_on(hub.accounts().detail(hub.project_id(), options.account));
    if (!detail) return report(detail.error());
    for (const auto& line : detail->permissions) {
      const char* state = line.granted == manifest::Granted::kYes  ? "granted"
                          : line.granted == manifest::Granted::kNo ? "missing"
                                                                   : "unknown";
      const char* need = line.required ? "required" : line.needed ? "needed" : "";
      std::cout << std::left << std::setw(28) << line.permission.to_string() << std::setw(10)
                << state << std::setw(10) << need << found(line) << "\n";
    }
    for (const auto& line : detail->fields)
      std::cout << std::left << std::setw(28) << "field " + line.field->id << std::setw(10)
                << (line.filled ? "filled" : "empty") << (line.needed ? "needed" : "") << "\n";
    return 0;
  });
}

int explain_account(const AccountsOptions& options) {
  return with_hub(options, true, [&](Hub& hub) {
    const auto facts = hub.loops().block_on(
        explain::gather(hub.services(), hub.accounts(), hub.project_id(), options.account));
    if (!facts) return report(facts.error());
    const auto explanation = explain::explain(*facts, hub.clock().unix_ms());
    if (!options.json) {
      std::cout << explain::as_text(explanation, "en");
      return 0;
    }
    json::Writer out;
    explain::write_json(out, explanation);
    std::cout << out.take() << "\n";
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
    print_account(*account, options.json);
    return 0;
  });
}

int erase(const AccountsOptions& options) {
  return with_hub(options, true, [&](Hub& hub) {
    const auto erased = hub.loops().block_on(accounts::erase_owner(
        hub.services(), hub.accounts(), hub.project_id(), options.owner, {.actor = actor()}));
    if (!erased) return report(erased.error());
    (void)hub.loops().block_on(hub.revoker().run_due());
    if (options.json) {
      std::cout << to_json(*erased) << "\n";
      return 0;
    }
    std::cout << "Accounts " << erased->accounts << ", connect links " << erased->connect_sessions
              << ", logged requests " << erased->request_logs << ", events of the history "
              << erased->events << "\n";
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
    options->common.add_project_to(*command);
    command->add_flag("--json", options->json, "Print JSON");
    if (takes_account) command->add_option("account", options->account, "Account id")->required();
    command->callback([&run, options, act] { run = [options, act] { return act(*options); }; });
    return std::pair(command, options);
  };
  using Service = accounts::AccountService;
  add("list", "All accounts with their status", false, list);
  const auto [command, options] =
      add("permissions", "What the account may do, what is missing, and how that was found", true,
          permissions);
  command->add_flag("--check", options->check,
                    "Ask the provider first where its scopes don't tell; it changes nothing");
  add("explain",
      "Why the account does not work: what is wrong and since when, what the provider said, who "
      "has "
      "to do\nwhat, and what happened before. Asks no provider and changes nothing.\n"
      "  patchbay accounts explain acc_1",
      true, explain_account);
  add("refresh", "Mint new tokens now", true, refresh);
  add("suspend", "Stop serving the account until it is resumed", true,
      [](const AccountsOptions& o) { return change(o, &Service::suspend); });
  add("resume", "Serve a suspended account again", true,
      [](const AccountsOptions& o) { return change(o, &Service::resume); });
  add("unlink", "Remove the account and revoke its tokens at the provider", true,
      [](const AccountsOptions& o) { return change(o, &Service::unlink); });
  const auto [erasing, of_owner] =
      add("erase",
          "Erase an owner: end their connect links, unlink their accounts, which revokes them at "
          "the\nprovider, and remove the log of their requests and the history of their accounts. "
          "The audit\nlog stays. Run it again for what a serving hub was about to write.\n"
          "  patchbay accounts erase customer-17",
          false, erase);
  erasing->add_option("owner", of_owner->owner, "The owner's id, as your application gave it")
      ->required();
  add_accounts_link(*accounts, run);
  add_accounts_import(*accounts, run);
}

}  // namespace patchbay::cli
