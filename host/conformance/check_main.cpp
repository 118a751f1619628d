// patchbay-check: the conformance tool. `patchbay check` starts it; a program of its own because it
// loads foreign code, forks, and watches its heap.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <iostream>
#include <string_view>

#include "base/json.h"
#include "base/log.h"
#include "base/own_program.h"
#include "conformance/suite.h"

namespace {

using namespace patchbay;  // NOLINT(google-build-using-namespace)
using conformance::Finding;
using conformance::SuiteResult;

// Where the rule is explained: the page and its anchor.
std::string page_of(const std::string& rule) {
  constexpr std::string_view kAbi = "ABI-";
  if (!rule.starts_with(kAbi)) return "manifests/README.md#rules";
  return "plugin_api/abi.md#abi-" + rule.substr(kAbi.size());
}

void print_text(const SuiteResult& result, const std::string& path) {
  for (const Finding& finding : result.findings.all()) {
    std::cout << finding.rule << "  " << finding.what << "\n    first in: " << finding.exchange;
    if (finding.times > 1) std::cout << " (" << finding.times << " times)";
    std::cout << "\n    see: " << page_of(finding.rule) << "\n";
  }
  for (const std::string& remark : result.findings.remarks())
    std::cout << "note  " << remark << "\n";
  const auto count = result.findings.all().size();
  std::cout << path << (result.connector.empty() ? "" : " (" + result.connector + ")")
            << (count == 0 ? " passes: " : " fails: ") << result.exchanges << " exchanges, "
            << count << (count == 1 ? " finding" : " findings") << "\n";
}

void print_json(const SuiteResult& result, const std::string& path) {
  json::Writer out;
  out.begin_object()
      .member("file", path)
      .member("connector", result.connector)
      .member("passes", result.findings.all().empty())
      .member("exchanges", static_cast<std::int64_t>(result.exchanges));
  out.key("findings").begin_array();
  for (const Finding& finding : result.findings.all())
    out.begin_object()
        .member("rule", finding.rule)
        .member("what", finding.what)
        .member("exchange", finding.exchange)
        .member("times", static_cast<std::int64_t>(finding.times))
        .member("see", page_of(finding.rule))
        .end_object();
  out.end_array().key("remarks").begin_array();
  for (const std::string& remark : result.findings.remarks()) out.string(remark);
  std::cout << out.end_array().end_object().take() << "\n";
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{
      "Tries a connector against the rules of the connector interface: loads it, plays\n"
      "providers from plausible to hostile, cuts in at every step, and runs it behind a worker's\n"
      "walls. Each finding names the rule, what to change, and where it showed first.\n\n"
      "Exit code: 0 it passes, 1 there are findings, 2 wrong usage.",
      "patchbay check"};
  conformance::SuiteOptions options;
  options.worker_program = own_program("patchbay-worker");
  bool as_json = false;
  app.add_option("FILE", options.path,
                 "The connector: a library (.so), or a manifest that needs none (.json)")
      ->required();
  app.add_flag("--json", as_json, "Print one JSON object instead of text");
  app.add_flag("--in-process", options.in_process, "Leave out the part behind a worker's walls");
  app.add_option("--seed", options.seed, "Of the random exchanges")->capture_default_str();
  app.add_option("--random", options.random_exchanges, "How many random exchanges to play")
      ->check(CLI::Range(0, 10'000'000))
      ->capture_default_str();
  app.footer("Example:\n  patchbay check acme.so --random 100000 --seed 7");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  log::set_level(log::Level::kError);
  if (::isatty(STDERR_FILENO) == 1)
    options.on_part = [](const std::string& part) { std::cerr << "... " << part << "\n"; };
  try {
    const auto result = conformance::run_suite(options);
    as_json ? print_json(result, options.path) : print_text(result, options.path);
    return result.findings.all().empty() ? 0 : 1;
  } catch (const std::exception& error) {
    std::cerr << "patchbay check: " << error.what() << "\n";
    return 2;
  }
}
