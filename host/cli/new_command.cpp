#include <iostream>

#include "author/scaffold.h"
#include "cli/commands.h"
#include "cli/options.h"

namespace patchbay::cli {
namespace {

struct NewOptions {
  std::string name;
  std::string kind;
  std::string folder;  // empty: the name, here
  bool manifest_only = false;
};

std::string next_steps(const std::string& folder, const std::string& id, bool manifest_only) {
  if (manifest_only)
    return "  cd " + folder + "\n  patchbay preview " + id +
           ".json       # form and guide, as you edit them\n  patchbay check " + id +
           ".json         # until it finds nothing\n"
           "Then copy " +
           id + ".json, and nothing else, into a hub's connectors folder.\n";
  return "  cd " + folder +
         "\n"
         "  cmake -S . -B build && cmake --build build\n"
         "  ctest --test-dir build               # its flows, and patchbay check\n"
         "  ./try                                # links an account of its own sandbox\n"
         "  patchbay preview manifest.json       # form and guide, as you edit them\n"
         "README.md says how it becomes the real provider's.\n";
}

int write_new(const NewOptions& options) {
  const auto name = author::ConnectorName::parse(options.name);
  if (!name) return report(name.error());
  const auto folder = options.folder.empty() ? name->id() : options.folder;
  const auto files = options.manifest_only
                         ? author::write_manifest_alone(*name, options.kind, folder)
                         : author::write_connector(*name, options.kind, folder);
  if (!files) return report(files.error());
  std::cout << "Wrote " << folder << ":\n";
  for (const auto& file : *files) std::cout << "  " << file << "\n";
  std::cout << "\nNext:\n" << next_steps(folder, name->id(), options.manifest_only);
  return 0;
}

std::string help() {
  std::string text =
      "Write a connector's folder: sources, manifest, a sandbox that stands in for the provider,\n"
      "tests. It builds against an installed Patchbay, passes `patchbay check` and connects to "
      "its\n"
      "sandbox as it is. KIND is how the provider lets others in:\n";
  for (const auto& kind : author::connector_kinds())
    text += "  " + std::string(kind.name) + std::string(27 - kind.name.size(), ' ') +
            std::string(kind.about) + "\n";
  return text + "Example:\n  patchbay new acme --auth api-key";
}

}  // namespace

void add_new_command(CLI::App& app, Run& run) {
  auto* command = app.add_subcommand("new", help());
  auto options = std::make_shared<NewOptions>();
  command->add_option("NAME", options->name, "Of the connector: lower-case, e.g. acme")->required();
  std::vector<std::string> kinds;
  for (const auto& kind : author::connector_kinds()) kinds.emplace_back(kind.name);
  command->add_option("--auth", options->kind, "KIND, one of the above")
      ->required()
      ->check(CLI::IsMember(kinds));
  command->add_flag("--manifest-only", options->manifest_only,
                    "A connector without code: NAME.json, and the schema to complete it by");
  command->add_option("--folder", options->folder, "Where to; must not exist (default: ./NAME)")
      ->type_name("FOLDER");
  command->callback([&run, options] { run = [options] { return write_new(*options); }; });
}

}  // namespace patchbay::cli
