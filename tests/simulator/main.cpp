// patchbay_simulator: runs simulations, seed after seed, until one violates an invariant.
#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <exception>
#include <iostream>
#include <optional>

#include "base/log.h"
#include "simulation.h"

namespace patchbay::simulator {
namespace {

struct Arguments {
  std::uint64_t from = 1;
  std::uint64_t seeds = 1;
  std::optional<std::uint64_t> only;
  std::int64_t days = 30;
  int hubs = 0;
  bool trace = false;
};

constexpr std::uint64_t kTellEvery = 100;

void tell_violation(const Report& report, const Arguments& arguments) {
  for (const auto& line : report.last_lines) std::cout << line << "\n";
  std::cout << "seed " << report.seed << ", step " << report.steps << ": " << report.violation->rule
            << ": " << report.violation->what << "\n"
            << "the same again: patchbay_simulator --seed " << report.seed << " --days "
            << arguments.days;
  if (arguments.hubs != 0) std::cout << " --hubs " << arguments.hubs;
  std::cout << "\n";
}

struct Sums {
  std::uint64_t steps = 0;
  std::uint64_t kills = 0;
  std::uint64_t freezes = 0;
  std::uint64_t linked = 0;
  std::uint64_t waited = 0;
  std::uint64_t served = 0;
  std::uint64_t called = 0;

  void add(const Report& report) {
    steps += report.steps;
    kills += report.kills;
    freezes += report.freezes;
    linked += report.work.linked;
    waited += report.work.waited;
    served += report.work.served;
    called += report.work.called;
  }
  void tell(std::uint64_t seeds, double seconds) const {
    std::cout << seeds << " seeds, " << steps << " steps, " << linked << " links, " << waited
              << " waits for people, " << served << " tokens served, " << called
              << " actions called, " << kills << " kills, " << freezes << " freezes in "
              << static_cast<std::int64_t>(seconds) << " s\n"
              << std::flush;
  }
};

int run(const Arguments& arguments) {
  log::set_level(log::Level::kNone);
  const ConnectorShelf connectors;
  const auto began = std::chrono::steady_clock::now();
  const auto seconds = [&] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  };
  const auto first = arguments.only.value_or(arguments.from);
  const auto count = arguments.only ? 1 : arguments.seeds;
  Sums sums;
  for (std::uint64_t done = 0; done < count; ++done) {
    Options options;
    options.seed = first + done;
    options.days = arguments.days;
    options.hubs = arguments.hubs;
    if (arguments.trace) options.echo = [](std::string_view line) { std::cout << line << "\n"; };
    const auto report = Simulation(options, connectors).run();
    sums.add(report);
    if (arguments.only)
      std::printf("seed %llu: trace %016llx\n", static_cast<unsigned long long>(report.seed),
                  static_cast<unsigned long long>(report.hash));
    if (report.violation) {
      tell_violation(report, arguments);
      return 1;
    }
    if ((done + 1) % kTellEvery == 0 && done + 1 < count) sums.tell(done + 1, seconds());
  }
  sums.tell(count, seconds());
  std::cout << "no violation\n";
  return 0;
}

}  // namespace
}  // namespace patchbay::simulator

int main(int count, char** values) {
  CLI::App app(
      "Runs the heart of the hub under virtual time, with people, providers, networks, disks and "
      "kills drawn from seeds, and checks what must always hold (tests/simulator/README.md).\n"
      "  patchbay_simulator --seeds 200 --days 30\n"
      "  patchbay_simulator --seed 4711 --trace");
  patchbay::simulator::Arguments arguments;
  app.add_option("--seeds", arguments.seeds, "How many seeds, one after the other")
      ->capture_default_str();
  app.add_option("--from", arguments.from, "The first of them")->capture_default_str();
  app.add_option("--seed", arguments.only, "This one alone; prints the hash of its trace");
  app.add_option("--days", arguments.days, "Simulated days a seed")->capture_default_str();
  app.add_option("--hubs", arguments.hubs, "Hubs on the database; 0: one to three, by the seed")
      ->capture_default_str()
      ->check(CLI::Range(0, 3));
  app.add_flag("--trace", arguments.trace, "Print every line of the trace");
  CLI11_PARSE(app, count, values);
  try {
    return patchbay::simulator::run(arguments);
  } catch (const std::exception& failure) {
    std::cerr << "patchbay_simulator: " << failure.what() << "\n";
    return 2;
  }
}
