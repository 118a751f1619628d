#include <iostream>

#include "author/replay_report.h"
#include "base/own_program.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "cli/private_file.h"
#include "connector/code_of.h"
#include "connector/in_process_runtime.h"
#include "connector/worker/worker_runtime.h"

namespace patchbay::cli {
namespace {

constexpr std::size_t kLargestFile = std::size_t{16} << 20U;

struct ReplayOptions {
  std::string file;
  std::string connector;
  bool json = false;
  bool in_process = false;
  bool accept = false;
};

Result<std::shared_ptr<connector::Runtime>> runtime_of(const ReplayOptions& options,
                                                       const connector::ConnectorFile& file,
                                                       net::LoopPool& loops) {
  const auto worker = own_program("patchbay-worker");
  PATCHBAY_TRY_ASSIGN(auto code, connector::code_of(file, worker));
  if (options.in_process)
    return std::make_shared<connector::InProcessRuntime>(
        code.path,
        [](std::uint32_t, std::string_view line) {
          std::cerr << "  the connector says: " << line << "\n";
        },
        std::move(code.manifest));
  return connector::make_worker_runtime(
      loops.loop(0).get_executor(),
      {.worker_program = worker, .name = file.manifest->id, .manifest = std::move(code.manifest)},
      std::move(code.library));
}

void tell(const ReplayOptions& options, const connector::ConnectorFile& file,
          const author::ReplayReport& report) {
  const auto name = file.manifest->id + " " + file.manifest->version;
  const auto differing = report.differing();
  if (options.json) {
    json::Writer out;
    out.begin_object()
        .member("file", options.file)
        .member("connector", name)
        .member("as_recorded", differing == 0);
    write(out.key("steps"), report);
    std::cout << out.end_object().take() << "\n";
    return;
  }
  std::cout << to_text(report) << options.file << ": " << name
            << (differing == 0 ? " does what was recorded\n"
                               : " differs at " + std::to_string(differing) + " of " +
                                     std::to_string(report.steps.size()) + " steps\n");
}

Result<int> play(const ReplayOptions& options) {
  PATCHBAY_TRY_ASSIGN(const auto text, read_small_file(options.file, kLargestFile));
  PATCHBAY_TRY_ASSIGN(auto recorded, connector::recorded_flow_from_json(text));
  PATCHBAY_TRY_ASSIGN(const auto file, connector::read_connector_file(options.connector));
  if (file.manifest->id != recorded.connector_id)
    return make_error(ErrorCode::kInvalidArgument, options.file + " was recorded with " +
                                                       recorded.connector_id + ", not with " +
                                                       file.manifest->id);
  net::LoopPool loops(1);
  loops.start();
  PATCHBAY_TRY_ASSIGN(const auto runtime, runtime_of(options, file, loops));
  auto now = loops.block_on(connector::replay_flow(*runtime, recorded));
  runtime->stop();
  if (!now) return now.error();
  const auto report = author::report_on(recorded, *now);
  tell(options, file, report);
  if (!options.accept || report.differing() == 0) return report.differing() == 0 ? 0 : 1;
  recorded.connector_version = file.manifest->version;
  recorded.steps.resize(now->size());
  for (std::size_t i = 0; i < now->size(); ++i) recorded.steps[i].action = (*now)[i];
  PATCHBAY_TRY(replace_file(options.file, connector::to_json(recorded)));
  std::cerr << "Recorded anew.\n";
  return 0;
}

int replay(const ReplayOptions& options) {
  const auto code = play(options);
  if (code) return *code;
  report(code.error());
  return 2;
}

}  // namespace

void add_replay_command(CLI::App& app, Run& run) {
  auto* command = app.add_subcommand(
      "replay",
      "Play a recorded flow to a connector: the same events bring the same actions, or what "
      "differs\n"
      "is told. `patchbay flows export` makes such a file from a failure in production.\n"
      "  patchbay replay failure.json --connector acme.so\n"
      "Mend the connector until it does the right thing, then keep the file as a test: --accept\n"
      "writes into it what the connector does now.\n"
      "Exit code: 0 as recorded, 1 it differs, 2 it could not be played.");
  auto options = std::make_shared<ReplayOptions>();
  command->add_option("FILE", options->file, "The recorded flow")->type_name("FILE")->required();
  command
      ->add_option("--connector", options->connector,
                   "The connector: a library, or a manifest alone")
      ->type_name("FILE")
      ->required();
  command->add_flag("--json", options->json, "Print one JSON object instead of text");
  command->add_flag("--in-process", options->in_process,
                    "Without a worker's walls, for a debugger or sanitizer");
  command->add_flag("--accept", options->accept, "Record anew what the connector does");
  command->callback([&run, options] { run = [options] { return replay(*options); }; });
}

}  // namespace patchbay::cli
