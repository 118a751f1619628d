#include "cli/commands.h"

namespace patchbay::cli {

void add_store_command(CLI::App& app, Run& run) {
  auto* store = app.add_subcommand("store", "Work on the database as a whole");
  store->require_subcommand(1);
  add_store_copy(*store, run);
}

}  // namespace patchbay::cli
