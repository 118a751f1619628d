#include <iostream>

#include "base/iso_time.h"
#include "cli/actor.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "cli/review_text.h"
#include "webhooks/message.h"
#include "webhooks/webhook_endpoints.h"

namespace patchbay::cli {
namespace {

using webhooks::WebhookEndpoints;

struct WebhookOptions {
  CommonOptions common;
  std::string id;
  std::string url;
  std::string description;
  std::vector<std::string> events;
};

// Opens the hub, does it, and says what went wrong.
template <class Work>
int with_webhooks(const WebhookOptions& options, Work work) {
  auto hub_options = options.common.hub_options(1);
  if (!hub_options) return report(hub_options.error());
  auto hub = Hub::open(std::move(*hub_options));
  if (!hub) return report(hub.error());
  WebhookEndpoints endpoints((*hub)->services());
  const Result<> done = work(**hub, endpoints);
  return done ? 0 : report(done.error());
}

Result<> add(Hub& hub, WebhookEndpoints& endpoints, const WebhookOptions& options) {
  webhooks::EndpointWish wish{.url = options.url, .description = options.description};
  wish.events = options.events;
  PATCHBAY_TRY_ASSIGN(const auto made, hub.loops().block_on(endpoints.create(
                                           hub.project_id(), std::move(wish), {.actor = actor()})));
  std::cout << made.endpoint.id << "\n" << made.secret.reveal() << "\n";
  std::cerr << "Above: its id, and the secret that signs what is sent. Store the secret now; it is "
               "not shown again.\nTry it: patchbay webhooks test "
            << made.endpoint.id << "\n";
  return {};
}

Result<> list(Hub& hub, WebhookEndpoints& endpoints) {
  PATCHBAY_TRY_ASSIGN(const auto all, hub.loops().block_on(endpoints.list(hub.project_id())));
  for (const auto& endpoint : all) {
    std::cout << endpoint.id << "  " << printable(endpoint.url) << "  "
              << (endpoint.events == "[]" ? "all events" : endpoint.events) << "  ";
    if (!endpoint.active)
      std::cout << "switched off";
    else if (endpoint.failing_since == 0)
      std::cout << "well";
    else
      std::cout << "failing since " << iso_time(endpoint.failing_since);
    if (!endpoint.last_error.empty()) std::cout << ": " << printable(endpoint.last_error);
    std::cout << "\n";
  }
  return {};
}

Result<> rotate(Hub& hub, WebhookEndpoints& endpoints, const std::string& id) {
  PATCHBAY_TRY_ASSIGN(const auto secret, hub.loops().block_on(endpoints.rotate_secret(
                                             hub.project_id(), id, {.actor = actor()})));
  std::cout << secret.reveal() << "\n";
  std::cerr << "Store it now; it is not shown again. The one before is good for 24 hours more.\n";
  return {};
}

Result<> test(Hub& hub, WebhookEndpoints& endpoints, const std::string& id) {
  PATCHBAY_TRY_ASSIGN(const auto event, hub.loops().block_on(endpoints.test(hub.project_id(), id)));
  std::cerr << "Queued as " << webhooks::message_id(event)
            << ". The serving hub sends it within seconds; see: patchbay webhooks list\n";
  return {};
}

Result<> replay(Hub& hub, WebhookEndpoints& endpoints, const std::string& id) {
  PATCHBAY_TRY_ASSIGN(const auto many,
                      hub.loops().block_on(endpoints.replay_given_up(hub.project_id(), id, 0)));
  std::cerr << many << " queued again.\n";
  return {};
}

template <class Work>
CLI::App* add_one(CLI::App& webhooks, Run& run, const char* name, const char* about, Work work,
                  std::shared_ptr<WebhookOptions> options, bool takes_id = true) {
  auto* command = webhooks.add_subcommand(name, about);
  options->common.add_to(*command);
  options->common.add_project_to(*command);
  if (takes_id)
    command->add_option("webhook", options->id, "Id, as `webhooks list` shows it")->required();
  command->callback([&run, options, work] {
    run = [options, work] {
      return with_webhooks(*options, [&](Hub& hub, WebhookEndpoints& endpoints) -> Result<> {
        return work(hub, endpoints, *options);
      });
    };
  });
  return command;
}

void add_add(CLI::App& webhooks, Run& run) {
  auto options = std::make_shared<WebhookOptions>();
  auto* command = add_one(webhooks, run, "add",
                          "Send events to an https address from now on.\n"
                          "  patchbay webhooks add https://app.example.com/patchbay "
                          "--event account.error",
                          add, options, false);
  command->add_option("url", options->url, "Where to")->required();
  command->add_option("--event", options->events,
                      "Only this kind, e.g. account.created; repeat it for more (default: all)");
  command->add_option("--description", options->description, "What it is for");
}

}  // namespace

void add_webhooks_command(CLI::App& app, Run& run) {
  auto* webhooks = app.add_subcommand("webhooks", "Where to send events of accounts");
  webhooks->require_subcommand(1);
  add_add(*webhooks, run);
  const auto options = [] { return std::make_shared<WebhookOptions>(); };
  add_one(
      *webhooks, run, "list", "Show them all, and how they do",
      [](Hub& hub, WebhookEndpoints& all, const WebhookOptions&) { return list(hub, all); },
      options(), false);
  add_one(
      *webhooks, run, "test", "Queue a message that says nothing",
      [](Hub& hub, WebhookEndpoints& all, const WebhookOptions& o) { return test(hub, all, o.id); },
      options());
  add_one(
      *webhooks, run, "replay", "Send again what was given up in the last 30 days",
      [](Hub& hub, WebhookEndpoints& all, const WebhookOptions& o) {
        return replay(hub, all, o.id);
      },
      options());
  add_one(
      *webhooks, run, "rotate-secret",
      "Make a new signing secret; the old one stays good for a day",
      [](Hub& hub, WebhookEndpoints& all, const WebhookOptions& o) {
        return rotate(hub, all, o.id);
      },
      options());
  add_one(
      *webhooks, run, "remove", "Send nothing more there",
      [](Hub& hub, WebhookEndpoints& all, const WebhookOptions& o) {
        return hub.loops().block_on(all.remove(hub.project_id(), o.id, {.actor = actor()}));
      },
      options());
}

}  // namespace patchbay::cli
