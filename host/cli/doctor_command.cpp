// patchbay doctor: examines everything a hub needs, and says what to mend.
#include <unistd.h>

#include <array>
#include <filesystem>
#include <iostream>

#include "base/json.h"
#include "cli/commands.h"
#include "cli/doctor/checks.h"
#include "cli/options.h"
#include "cli/reach_options.h"
#include "cli/review_text.h"

namespace patchbay::cli {
namespace {

using doctor::Finding;
using doctor::Verdict;

struct DoctorOptions {
  CommonOptions common;
  ReachOptions reach;
  bool json = false;
  bool offline = false;
  bool quiet = false;
};

std::string_view mark_of(Verdict verdict) {
  constexpr std::array<std::string_view, 4> kPlain = {"  ok  ", " note ", " WARN ", " FAIL "};
  constexpr std::array<std::string_view, 4> kColoured = {
      "\x1b[32m  ok  \x1b[0m", "\x1b[36m note \x1b[0m", "\x1b[33m WARN \x1b[0m",
      "\x1b[1;31m FAIL \x1b[0m"};
  const bool coloured = ::isatty(STDOUT_FILENO) != 0 && std::getenv("NO_COLOR") == nullptr;
  return (coloured ? kColoured : kPlain)[static_cast<std::size_t>(verdict)];
}

// Prints findings as they come, or keeps them for programs.
class Findings {
 public:
  explicit Findings(const DoctorOptions& options) : options_(options) { out_.begin_array(); }

  void add(const Finding& finding) {
    ++counts_[static_cast<std::size_t>(finding.verdict)];
    if (options_.json) {
      out_.begin_object()
          .member("area", finding.area)
          .member("verdict", to_string(finding.verdict))
          .member("what", finding.what)
          .member("remedy", finding.remedy)
          .end_object();
      return;
    }
    if (options_.quiet && finding.verdict < Verdict::kWarning) return;
    std::cout << mark_of(finding.verdict) << std::string(finding.area) << ": "
              << printable(finding.what) << "\n";
    if (!finding.remedy.empty()) std::cout << "        " << printable(finding.remedy) << "\n";
    std::cout << std::flush;
  }

  int finish() {
    const auto problems = counts_[static_cast<std::size_t>(Verdict::kProblem)];
    const auto warnings = counts_[static_cast<std::size_t>(Verdict::kWarning)];
    if (options_.json) {
      std::cout << out_.end_array().take() << "\n";
    } else {
      std::cout << (problems > 0   ? std::to_string(problems) + " to mend"
                    : warnings > 0 ? "Nothing that stops the hub"
                                   : "All is well")
                << (warnings > 0 ? ", " + std::to_string(warnings) + " to look at" : "") << ".\n";
    }
    return problems > 0 ? 1 : 0;
  }

 private:
  const DoctorOptions& options_;
  json::Writer out_;
  std::array<std::size_t, 4> counts_{};
};

// What needs connectors that run, as in the hub.
void examine_connectors(const DoctorOptions& options, HubOptions hub_options,
                        const store::Backlog& backlog, const doctor::Tell& tell) {
  auto hub = Hub::open(std::move(hub_options));
  if (!hub) return tell({"hub", Verdict::kProblem, hub.error().message});
  if (const auto started = (*hub)->start_connectors(); !started)
    return tell({"connectors", Verdict::kProblem, started.error().message,
                 "Say with --connectors where they are."});
  doctor::check_connectors(**hub, backlog, tell);
  if (!options.offline) doctor::check_reach(**hub, tell);
}

void examine(const DoctorOptions& options, HubOptions hub_options, const doctor::Tell& tell) {
  if (!doctor::check_folder(options.common.data, tell)) return;
  hub_options.keys = doctor::check_keys(hub_options, tell);
  doctor::check_worker(hub_options.worker_program, tell);
  doctor::check_tls(options.reach.tls, SystemClock().unix_ms(), tell);
  const auto location =
      hub_options.store.value_or(store::StoreLocation::file(database_path(options.common.data)));
  auto database = doctor::check_database(location, hub_options.keys.get(), tell);
  if (!database) return;
  const auto now = SystemClock().unix_ms();
  const auto backlog = store::read_backlog(*database, now);
  if (!backlog) return tell({"database", Verdict::kProblem, backlog.error().message});
  doctor::check_audit(options.common.data + "/audit", *database, tell);
  database.reset();
  if (hub_options.keys) examine_connectors(options, std::move(hub_options), *backlog, tell);
  doctor::check_backlog(*backlog, now, tell);
}

int run_doctor(const DoctorOptions& options) {
  auto hub_options = options.common.hub_options(1);
  if (!hub_options) return report(hub_options.error());
  Findings findings(options);
  examine(options, std::move(*hub_options), [&](const Finding& finding) { findings.add(finding); });
  return findings.finish();
}

}  // namespace

void add_doctor_command(CLI::App& app, Run& run) {
  auto* command = app.add_subcommand(
      "doctor",
      "Examine everything a hub needs, and say what to mend: folder, key, database, audit log,\n"
      "connectors, the way to providers, accounts in error, work that is late. The hub may run\n"
      "meanwhile; give the options it was started with. Nothing is changed.\n"
      "Exit code: 0 nothing stops the hub, 1 something is to be mended.\n"
      "  patchbay doctor\n"
      "  patchbay doctor --json | jq '.[] | select(.verdict == \"problem\")'");
  auto options = std::make_shared<DoctorOptions>();
  options->common.add_to(*command);
  options->reach.add_tls_to(*command);
  command->add_flag("--offline", options->offline, "Connect to no provider");
  command->add_flag("--quiet", options->quiet, "Only what is to be mended or looked at");
  command->add_flag("--json", options->json, "For programs");
  command->callback([&run, options] { run = [options] { return run_doctor(*options); }; });
}

}  // namespace patchbay::cli
