#include <algorithm>
#include <iomanip>
#include <iostream>

#include "base/json.h"
#include "cli/actor.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "cli/review_text.h"
#include "cli/terminal.h"

namespace patchbay::cli {
namespace {

using connector::ConnectorPtr;
using connector::ConnectorState;

struct ConnectorsOptions {
  CommonOptions common;
  bool json = false;
  bool yes = false;
  std::string which;   // id; for `show` also a file name or the beginning of a SHA-256
  std::string sha256;  // empty: the id says enough
};

constexpr std::size_t kHashPrefix = 8;  // hex digits that `show` is content with

// Opens the hub's data, reads the folder and runs `work` on it.
template <class Work>
int with_connectors(const ConnectorsOptions& options, Work work) {
  auto hub_options = options.common.hub_options(1);
  if (!hub_options) return report(hub_options.error());
  auto hub = Hub::open(std::move(*hub_options));
  if (!hub) return report(hub.error());
  if (const auto started = (*hub)->start_connectors(); !started) return report(started.error());
  return work(**hub);
}

int wrong_usage(const std::string& message) {
  std::cerr << "patchbay: " << message << "\n";
  return 2;
}

std::string version_of(const ConnectorPtr& connector) {
  return connector->manifest ? connector->manifest->version : "-";
}

int list(const ConnectorsOptions& options) {
  return with_connectors(options, [&](Hub& hub) {
    const auto all = hub.registry().list();
    if (options.json) {
      json::Writer out;
      out.begin_array();
      for (const auto& connector : all) write_connector(out, *connector);
      std::cout << out.end_array().take() << "\n";
      return 0;
    }
    if (all.empty()) {
      std::cerr << "No connector is in " << options.common.connectors << ".\n";
      return 0;
    }
    std::size_t id_width = 2;
    for (const auto& connector : all) id_width = std::max(id_width, connector->id.size());
    const auto row = [&](const std::string& id, const std::string& version,
                         const std::string& state, const std::string& hash,
                         const std::string& file) {
      std::cout << std::left << std::setw(static_cast<int>(id_width) + 2) << printable(id)
                << std::setw(12) << version << std::setw(20) << state << std::setw(18) << hash
                << printable(file) << "\n";
    };
    row("ID", "VERSION", "STATE", "SHA-256", "FILE");
    for (const auto& connector : all) {
      row(connector->id, version_of(connector), std::string(to_string(connector->state)),
          connector->sha256.substr(0, 16), connector->file);
      if (!connector->reason.empty()) std::cout << "    " << printable(connector->reason) << "\n";
    }
    return 0;
  });
}

bool is_meant(const ConnectorPtr& connector, const std::string& which) {
  return connector->id == which || connector->file == which ||
         (which.size() >= kHashPrefix && connector->sha256.starts_with(which));
}

int show(const ConnectorsOptions& options) {
  return with_connectors(options, [&](Hub& hub) {
    auto all = hub.registry().list();
    std::erase_if(all, [&](const auto& connector) { return !is_meant(connector, options.which); });
    if (all.empty())
      return report(make_error(ErrorCode::kNotFound,
                               "no connector in the folder has the id, file name or SHA-256 " +
                                   options.which + "; see: patchbay connectors list"));
    if (options.json) {
      json::Writer out;
      out.begin_array();
      for (const auto& connector : all) write_connector(out, *connector);
      std::cout << out.end_array().take() << "\n";
      return 0;
    }
    for (const auto& connector : all)
      std::cout << (connector == all.front() ? "" : "\n") << review_text(*connector);
    return 0;
  });
}

std::string several(const std::string& id, const std::vector<ConnectorPtr>& found) {
  std::string text = "several files are " + id + "; choose one with --sha256:";
  for (const auto& connector : found)
    text += "\n  " + connector->sha256 + "  " + version_of(connector) + "  " +
            printable(connector->file);
  return text;
}

// The contents of this id that the command's --sha256 leaves.
std::vector<ConnectorPtr> candidates(Hub& hub, const ConnectorsOptions& options) {
  auto all = hub.registry().list();
  std::erase_if(all, [&](const auto& connector) {
    return connector->id != options.which || !connector->review ||
           (!options.sha256.empty() && connector->sha256 != options.sha256);
  });
  return all;
}

int not_there(const ConnectorsOptions& options) {
  return report(
      make_error(ErrorCode::kNotFound, "the folder holds no readable connector " + options.which +
                                           (options.sha256.empty() ? "" : " with this SHA-256") +
                                           "; see: patchbay connectors list"));
}

ConnectorPtr with_hash(Hub& hub, const std::string& sha256) {
  ConnectorPtr found;
  for (const auto& connector : hub.registry().list())
    if (connector->sha256 == sha256 && (!found || connector->state == ConnectorState::kReady))
      found = connector;
  return found;
}

int approve(const ConnectorsOptions& options) {
  return with_connectors(options, [&](Hub& hub) {
    const auto all = candidates(hub, options);
    if (all.empty()) return not_there(options);
    auto waiting = all;
    std::erase_if(waiting, [](const auto& connector) {
      return connector->state != ConnectorState::kAwaitingApproval;
    });
    if (waiting.empty()) {
      const auto& first = *all.front();
      if (!first.review->approved)
        return report(make_error(ErrorCode::kInvalidArgument,
                                 first.file + " can't be approved: " + printable(first.reason)));
      std::cerr << first.id << " " << version_of(all.front()) << " is approved already.\n";
      return 0;
    }
    if (waiting.size() > 1) return wrong_usage(several(options.which, waiting));
    const auto chosen = waiting.front();
    std::cout << review_text(*chosen) << std::flush;
    if (!options.yes) {
      if (::isatty(STDIN_FILENO) == 0)
        return wrong_usage(
            "nobody can be asked, for standard input is no terminal; add --yes to approve it");
      const auto answer = ask("\nApprove exactly this content of " + chosen->id + "? [y/N]");
      if (!answer || (*answer != "y" && *answer != "Y" && *answer != "yes")) {
        std::cerr << "Not approved.\n";
        return 1;
      }
    }
    const auto done = hub.loops().block_on(hub.registry().approve(chosen->sha256, actor()));
    if (!done) return report(done.error());
    const auto now = with_hash(hub, chosen->sha256);
    if (now && now->state != ConnectorState::kReady)
      return report(make_error(ErrorCode::kConnector, chosen->id + " is approved, but " +
                                                          std::string(to_string(now->state)) +
                                                          ": " + printable(now->reason)));
    std::cerr << "Approved: " << chosen->id << " " << version_of(chosen) << " is ready.\n";
    return 0;
  });
}

int withdraw(const ConnectorsOptions& options) {
  return with_connectors(options, [&](Hub& hub) {
    auto found = candidates(hub, options);
    if (found.empty()) return not_there(options);
    std::erase_if(found, [](const auto& connector) { return !connector->review->approved; });
    if (found.empty())
      return report(
          make_error(ErrorCode::kNotFound,
                     options.which + " is not approved, so there is nothing to withdraw"));
    if (found.size() > 1) return wrong_usage(several(options.which, found));
    const auto chosen = found.front();
    const auto done = hub.loops().block_on(hub.registry().withdraw(chosen->sha256, actor()));
    if (!done) return report(done.error());
    std::cerr << "Withdrawn: " << chosen->id << " " << version_of(chosen)
              << " no longer runs. Its accounts are kept; approve it again to go on.\n";
    return 0;
  });
}

std::string full_hash(const std::string& text) {
  const bool hex = text.size() == 64 && text.find_first_not_of("0123456789abcdef") == text.npos;
  return hex ? std::string() : "has to be the 64 hex digits that sha256sum prints";
}

}  // namespace

void add_connectors_command(CLI::App& app, Run& run) {
  auto* connectors = app.add_subcommand(
      "connectors", "The connector libraries in the folder: look at them, let them in");
  connectors->require_subcommand(1);
  using Step = int (*)(const ConnectorsOptions&);
  const auto add = [&](const char* name, const char* help, Step step) {
    auto* command = connectors->add_subcommand(name, help);
    auto options = std::make_shared<ConnectorsOptions>();
    options->common.add_to(*command);
    command->callback([&run, options, step] { run = [options, step] { return step(*options); }; });
    return std::pair(command, options);
  };
  {
    const auto [command, options] = add(
        "list",
        "Every file with its state, and why it can't be used if so.\n"
        "  patchbay connectors list\n"
        "  patchbay connectors list --json | jq '.[] | select(.state == \"awaiting_approval\")'",
        list);
    command->add_flag("--json", options->json, "Print JSON, with what each asks for");
  }
  {
    const auto [command, options] = add("show",
                                        "What a connector asks for, what changed, who signed it.\n"
                                        "  patchbay connectors show acme\n"
                                        "  patchbay connectors show acme.so",
                                        show);
    command
        ->add_option("connector", options->which,
                     "Id, file name, or the first 8 or more digits of the SHA-256")
        ->required();
    command->add_flag("--json", options->json, "Print JSON");
  }
  {
    const auto [command, options] =
        add("approve",
            "Let a connector run that awaits approval. A running hub follows within a second.\n"
            "  patchbay connectors approve acme\n"
            "  patchbay connectors approve acme --yes --sha256 $(sha256sum < acme.so | cut -c-64)",
            approve);
    command->add_option("id", options->which, "Id of the connector")->required();
    command
        ->add_option("--sha256", options->sha256,
                     "Approve this content and no other; chooses when several files claim the id")
        ->check(full_hash);
    command->add_flag("--yes", options->yes, "Don't ask");
  }
  {
    const auto [command, options] =
        add("withdraw",
            "Take an approval back: the connector stops, its accounts are kept.\n"
            "  patchbay connectors withdraw acme",
            withdraw);
    command->add_option("id", options->which, "Id of the connector")->required();
    command
        ->add_option("--sha256", options->sha256,
                     "Of this content; chooses when several files with the id are approved")
        ->check(full_hash);
  }
}

}  // namespace patchbay::cli
