#include <iostream>

#include "accounts/waiting_flows.h"
#include "cli/account_text.h"
#include "cli/actor.h"
#include "cli/commands.h"
#include "cli/form_prompt.h"
#include "cli/options.h"
#include "cli/return_page.h"

namespace patchbay::cli {
namespace {

struct LinkOptions {
  CommonOptions common;
  bool json = false;
  std::string connector;
  std::string owner_id;
  std::string owner_name;
  std::string account;              // to be reconnected
  std::vector<std::string> fields;  // id=value
};

// One link from the form to its end, with the person at the terminal.
class Linking {
 public:
  Linking(Hub& hub, const LinkOptions& options, connector::ConnectorPtr connector)
      : hub_(hub),
        options_(options),
        connector_(std::move(connector)),
        method_(connector_->manifest->auth_methods.front()) {}

  Result<accounts::LinkOutcome> run() {
    PATCHBAY_TRY_ASSIGN(session_, open_session());
    PATCHBAY_TRY_ASSIGN(auto form, read_form(manifest(), method_.fields, options_.fields));
    accounts::LinkRequest request{session_, connector_->id, std::move(form),
                                  connector::make_cancel_flag()};
    if (needs_a_person()) {
      PATCHBAY_TRY_ASSIGN(return_page_, ReturnPage::open(hub_.loops()));
      request.has_browser = true;
      request.redirect_uri = return_page_->address();
    }
    std::cerr << "Connecting to " << manifest().texts.plain("en", manifest().name) << " ...\n";
    auto outcome = hub_.loops().block_on(hub_.accounts().link(std::move(request)));
    while (outcome.waiting) {
      auto answer = ask_person(outcome);
      if (!answer) {
        (void)hub_.loops().block_on(hub_.accounts().linker().give_up(session_));
        return answer.error();
      }
      outcome = hub_.loops().block_on(hub_.accounts().linker().resume(std::move(*answer)));
    }
    return outcome;
  }

 private:
  [[nodiscard]] const manifest::Manifest& manifest() const { return *connector_->manifest; }
  [[nodiscard]] bool needs_a_person() const {
    return !method_.sign_in_hosts.empty() || !method_.further_fields.empty();
  }

  Result<store::ConnectSession> open_session() {
    accounts::SessionRequest request;
    request.project_id = hub_.project_id();
    request.owner_id = options_.owner_id;
    request.owner_name = options_.owner_name.empty() ? options_.owner_id : options_.owner_name;
    request.connector_id = connector_->id;
    request.account_id = options_.account;
    PATCHBAY_TRY_ASSIGN(auto opened,
                        hub_.loops().block_on(hub_.accounts().create_session(std::move(request))));
    return std::move(opened.session);
  }

  Result<accounts::ResumeRequest> ask_person(const accounts::LinkOutcome& outcome) {
    const auto& pause = *outcome.waiting;
    accounts::ResumeRequest answer;
    answer.session = session_;
    answer.cancel = connector::make_cancel_flag();
    for (const auto& problem : outcome.field_problems)
      std::cerr << "  " << problem.field << ": " << describe(problem, manifest()) << "\n";
    if (pause.is_redirect()) {
      std::cerr << "Open this address in a browser on this machine:\n  " << pause.redirect_url
                << "\n";
      PATCHBAY_TRY_ASSIGN(answer.query, hub_.loops().block_on(return_page_->somebody(
                                            pause.redirect_state,
                                            std::chrono::milliseconds(accounts::kPatienceMs))));
      return answer;
    }
    if (pause.ask_reason) std::cerr << text_of(manifest(), *pause.ask_reason) << "\n";
    PATCHBAY_TRY_ASSIGN(answer.form,
                        read_form(manifest(), accounts::fields_asked_for(method_, pause), {}));
    return answer;
  }

  Hub& hub_;
  const LinkOptions& options_;
  connector::ConnectorPtr connector_;
  const manifest::AuthMethod& method_;
  store::ConnectSession session_;
  std::unique_ptr<ReturnPage> return_page_;
};

int tell(Hub& hub, const manifest::Manifest& manifest, const accounts::LinkOutcome& outcome,
         bool as_json) {
  for (const auto& notice : outcome.notices)
    std::cerr << "Note: " << text_of(manifest, notice) << "\n";
  if (outcome.account) {
    std::cerr << (outcome.was_there_before ? "Reconnected.\n" : "Linked.\n");
    // What began in the background would end with this process.
    if (const auto checked = hub.loops().block_on(hub.accounts().check_permissions(
            outcome.account->project_id, outcome.account->id, {.actor = actor()}));
        !checked)
      std::cerr << "Note: its permissions were not checked: " << checked.error().message << "\n";
    print_account(*outcome.account, as_json);
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
}

int link(const LinkOptions& options) {
  auto hub_options = options.common.hub_options(1);
  if (!hub_options) return report(hub_options.error());
  auto opened = Hub::open(std::move(*hub_options));
  if (!opened) return report(opened.error());
  Hub& hub = **opened;
  if (const auto started = hub.start_connectors(); !started) return report(started.error());
  const auto connector = hub.registry().find(options.connector);
  if (!connector)
    return report(make_error(
        ErrorCode::kNotFound,
        "there is no ready connector " + options.connector + "; see: patchbay connectors list"));
  const auto outcome = Linking(hub, options, connector).run();
  if (!outcome) return report(outcome.error());
  return tell(hub, *connector->manifest, *outcome, options.json);
}

}  // namespace

void add_accounts_link(CLI::App& accounts, Run& run) {
  auto* command = accounts.add_subcommand(
      "link",
      "Link an account from the terminal.\n"
      "Secrets are asked for without echo, or read line by line from standard input:\n"
      "  patchbay accounts link personio --owner-id acme --field client_id=papi-...\n"
      "Where people sign in at the provider, the address to open in a browser is printed.");
  auto options = std::make_shared<LinkOptions>();
  options->common.add_to(*command);
  options->common.add_project_to(*command);
  command->add_flag("--json", options->json, "Print JSON");
  command->add_option("connector", options->connector, "Connector id, e.g. personio")->required();
  command->add_option("--owner-id", options->owner_id, "Your own id of the customer")->required();
  command->add_option("--owner-name", options->owner_name, "Name to show (default: the id)");
  command->add_option("--reconnect", options->account,
                      "Give this account new credentials instead of linking another");
  command->add_option("--field", options->fields, "A field that is not secret, as id=value");
  command->callback([&run, options] { run = [options] { return link(*options); }; });
}

}  // namespace patchbay::cli
