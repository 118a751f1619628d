// patchbay actions: what there is to run, and running it.
#include <algorithm>
#include <iomanip>
#include <iostream>
#include <optional>

#include "accounts/permission_report.h"
#include "actions/action_search.h"
#include "base/json.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "cli/review_text.h"
#include "store/integrations_table.h"

namespace patchbay::cli {
namespace {

struct SearchOptions {
  CommonOptions common;
  std::string text;
  std::string connector;
  std::size_t most = 20;
  bool json = false;
};

std::string label_of(const actions::SearchHit& hit) {
  return hit.manifest->texts.plain("en", hit.action->label);
}

void print_json(const std::vector<actions::SearchHit>& hits) {
  json::Writer out;
  out.begin_array();
  for (const auto& hit : hits) {
    out.begin_object()
        .member("id", hit.action->id)
        .member("label", label_of(hit))
        .member("description", hit.manifest->texts.plain("en", hit.action->description))
        .member("read_only", hit.action->read_only)
        .member("destructive", hit.action->destructive);
    out.key("permissions").begin_array();
    for (const auto& permission : hit.action->permissions) out.string(permission.to_string());
    out.end_array().key("input_schema").raw(hit.action->input_schema).end_object();
  }
  std::cout << out.end_array().take() << "\n";
}

void print_table(const std::vector<actions::SearchHit>& hits) {
  std::size_t widest = 0;
  for (const auto& hit : hits) widest = std::max(widest, hit.action->id.size());
  for (const auto& hit : hits)
    std::cout << std::left << std::setw(static_cast<int>(widest) + 2) << hit.action->id
              << std::setw(13)
              << (hit.action->read_only     ? "reads"
                  : hit.action->destructive ? "destructive"
                                            : "writes")
              << printable(label_of(hit)) << "\n";
}

// What the project's integrations allow, and what the first one of a connector would: all that
// reads. Without a project, all that there is.
class Allowed {
 public:
  static Result<Allowed> of(Hub& hub, const std::string& wanted) {
    Allowed allowed;
    if (wanted.empty()) return allowed;
    PATCHBAY_TRY_ASSIGN(allowed.integrations_,
                        hub.store().read_blocking([&hub](store::Database& db) {
                          return store::integrations_table::list(db, hub.project_id());
                        }));
    return allowed;
  }
  [[nodiscard]] std::vector<const manifest::Action*> actions_of(
      const manifest::Manifest& manifest) const {
    std::vector<const manifest::Action*> chosen;
    chosen.reserve(manifest.actions.size());
    for (const auto& action : manifest.actions)
      if (is_allowed(manifest, action)) chosen.push_back(&action);
    return chosen;
  }

 private:
  [[nodiscard]] bool is_allowed(const manifest::Manifest& manifest,
                                const manifest::Action& action) const {
    if (!integrations_) return true;
    bool has_any = false;
    for (const auto& one : *integrations_) {
      if (one.connector_id != manifest.id) continue;
      has_any = true;
      const auto ids = accounts::allowed_actions(manifest, one.allowed_actions);
      if (one.active && std::ranges::find(ids, action.id) != ids.end()) return true;
    }
    return !has_any && action.read_only;
  }

  std::optional<std::vector<store::Integration>> integrations_;
};

int search(const SearchOptions& options) {
  auto hub_options = options.common.hub_options(1);
  if (!hub_options) return report(hub_options.error());
  auto hub = Hub::open(std::move(*hub_options));
  if (!hub) return report(hub.error());
  if (const auto started = (*hub)->start_connectors(); !started) return report(started.error());
  const auto allowed = Allowed::of(**hub, options.common.project);
  if (!allowed) return report(allowed.error());
  const auto connectors = (*hub)->registry().list();  // keeps the manifests alive
  actions::ActionSearch search;
  for (const auto& connector : connectors) {
    const bool wanted = options.connector.empty() || connector->id == options.connector;
    if (!wanted || connector->state != connector::ConnectorState::kReady || !connector->manifest)
      continue;
    for (const auto* action : allowed->actions_of(*connector->manifest))
      search.add(*connector->manifest, *action);
  }
  const auto hits = search.find(options.text, options.most);
  if (options.json)
    print_json(hits);
  else
    print_table(hits);
  if (hits.empty())
    std::cerr << "Nothing is called that"
              << (options.common.project.empty() ? ""
                                                 : ", or the project's integrations don't allow it")
              << ". See which connectors are ready: patchbay connectors list\n";
  return 0;
}

}  // namespace

void add_actions_command(CLI::App& app, Run& run) {
  auto* actions = app.add_subcommand("actions", "Find actions of providers and run them");
  actions->require_subcommand(1);
  auto* command =
      actions->add_subcommand("search",
                              "Find actions by what they are called, in English or German.\n"
                              "  patchbay actions search \"list employees\"\n"
                              "  patchbay actions search abwesenheit --json");
  auto options = std::make_shared<SearchOptions>();
  options->common.add_to(*command);
  command->add_option("text", options->text, "A few words")->required();
  command->add_option("--connector", options->connector, "Only of this connector");
  command->add_option("--project", options->common.project,
                      "Only what this project's integrations allow: id or name");
  command->add_option("--most", options->most, "How many at most")->capture_default_str();
  command->add_flag("--json", options->json, "Print JSON, with what each takes and needs");
  command->callback([&run, options] { run = [options] { return search(*options); }; });
  add_actions_run(*actions, run);
}

}  // namespace patchbay::cli
