// patchbay projects: the tenants of a hub.
#include <iomanip>
#include <iostream>

#include "accounts/projects.h"
#include "base/iso_time.h"
#include "base/json.h"
#include "cli/actor.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "cli/review_text.h"
#include "cli/store_access.h"

namespace patchbay::cli {
namespace {

using store::Project;

struct ProjectsOptions {
  CommonOptions common;
  std::string name;
  bool json = false;
};

void write_project(json::Writer& out, const Project& project) {
  out.begin_object()
      .member("id", project.id)
      .member("name", project.name)
      .member("created", iso_time(project.created))
      .end_object();
}

// What came of a change: for programs all of it, for people the id.
void print_changed(const Project& project, const ProjectsOptions& options) {
  if (!options.json) {
    std::cout << project.id << "\n";
    return;
  }
  json::Writer out;
  write_project(out, project);
  std::cout << out.take() << "\n";
}

Result<std::unique_ptr<Hub>> open_hub(const ProjectsOptions& options) {
  PATCHBAY_TRY_ASSIGN(auto hub_options, options.common.hub_options(1));
  return Hub::open(std::move(hub_options));
}

int create(const ProjectsOptions& options) {
  const auto hub = open_hub(options);
  if (!hub) return report(hub.error());
  accounts::Projects projects((*hub)->services());
  const auto made = (*hub)->loops().block_on(projects.create(options.name, {.actor = actor()}));
  if (!made) return report(made.error());
  print_changed(*made, options);
  if (!options.json)
    std::cerr << "Made. Its first key: patchbay api-keys create --project " << made->id
              << " --name my-app\n";
  return 0;
}

int list(const ProjectsOptions& options) {
  const auto store = open_store_alone(options.common);
  if (!store) return report(store.error());
  const auto projects = (*store)->read_blocking(store::projects_table::list);
  if (!projects) return report(projects.error());
  if (options.json) {
    json::Writer out;
    out.begin_array();
    for (const auto& project : *projects) write_project(out, project);
    std::cout << out.end_array().take() << "\n";
    return 0;
  }
  const auto row = [](const std::string& id, const std::string& created, const std::string& name) {
    std::cout << std::left << std::setw(26) << id << std::setw(26) << created << name << "\n";
  };
  row("ID", "CREATED", "NAME");
  for (const auto& project : *projects)
    row(project.id, iso_time(project.created), printable(project.name));
  return 0;
}

// The project is the one of --project, which is an argument here.
int rename(const ProjectsOptions& options) {
  const auto hub = open_hub(options);
  if (!hub) return report(hub.error());
  accounts::Projects projects((*hub)->services());
  const auto renamed = (*hub)->loops().block_on(
      projects.rename((*hub)->project_id(), options.name, {.actor = actor()}));
  if (!renamed) return report(renamed.error());
  print_changed(*renamed, options);
  if (!options.json) std::cerr << "Renamed. Its id, its keys and its links stay.\n";
  return 0;
}

using Step = int (*)(const ProjectsOptions&);

std::pair<CLI::App*, std::shared_ptr<ProjectsOptions>> add(CLI::App& projects, Run& run,
                                                           const char* name, const char* help,
                                                           Step step) {
  auto* command = projects.add_subcommand(name, help);
  auto options = std::make_shared<ProjectsOptions>();
  command->add_flag("--json", options->json, "Print JSON");
  command->callback([&run, options, step] { run = [options, step] { return step(*options); }; });
  return {command, options};
}

}  // namespace

void add_projects_command(CLI::App& app, Run& run) {
  auto* projects = app.add_subcommand(
      "projects",
      "Tenants of this hub: each has its own keys, integrations, accounts, webhooks and logs, and\n"
      "sees nothing of the others. Connectors are approved for all of them. A hub begins with "
      "one,\n"
      "called Default.");
  projects->require_subcommand(1);
  {
    const auto [command, options] = add(
        *projects, run, "create",
        "Make another one and print its id.\n"
        "  patchbay projects create \"Customer A\"\n"
        "  patchbay api-keys create --project \"Customer A\" --name app\n"
        "  export PATCHBAY_PROJECT=\"Customer A\"      # for all commands that work in a project",
        create);
    options->common.add_to(*command);
    command->add_option("name", options->name, "What it is called; no two share a name")
        ->required();
  }
  {
    const auto [command, options] = add(*projects, run, "list", "Show them, oldest first", list);
    options->common.add_data_to(*command);
  }
  {
    const auto [command, options] = add(*projects, run, "rename",
                                        "Give one another name.\n"
                                        "  patchbay projects rename Default \"Customer B\"",
                                        rename);
    options->common.add_to(*command);
    command->add_option("project", options->common.project, "Name or id")->required();
    command->add_option("name", options->name, "What it is called from now on")->required();
  }
}

}  // namespace patchbay::cli
