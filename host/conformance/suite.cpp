#include "conformance/suite.h"

#include <algorithm>
#include <array>
#include <clocale>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <thread>

#include "base/clock.h"
#include "base/random.h"
#include "conformance/exchange.h"
#include "conformance/file_rules.h"
#include "conformance/heap_watch.h"
#include "conformance/isolated.h"
#include "conformance/loading.h"
#include "connector/worker/worker_runtime.h"
#include "net/loops.h"

namespace patchbay::conformance {
namespace {

using connector::ConnectorFile;
using Kind = Interruption::Kind;

constexpr unsigned kStepsToCutInto = 4;
constexpr unsigned kFlowsAtOnce = 8;
constexpr std::array kBegins{Begin::kConnect, Begin::kRefresh, Begin::kRevoke};

// ---- what a process must still be like afterwards (ABI-031) ----

struct ProcessState {
  std::string threads, locale, folder;
  std::array<void*, 32> handlers{};
  bool operator==(const ProcessState&) const = default;

  static ProcessState now() {
    ProcessState state;
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);)
      if (line.starts_with("Threads:")) state.threads = line;
    state.locale = std::setlocale(LC_ALL, nullptr);
    state.folder = std::filesystem::current_path();
    for (int number = 1; number < 32; ++number) {
      struct sigaction action{};
      if (::sigaction(number, nullptr, &action) == 0)
        state.handlers[static_cast<std::size_t>(number)] =
            reinterpret_cast<void*>(action.sa_handler);
    }
    return state;
  }
};

void check_process(const ProcessState& before, Findings& findings) {
  const auto after = ProcessState::now();
  const auto say = [&](const char* what) { findings.add("ABI-031", "afterwards", what); };
  if (after.threads != before.threads)
    say("The connector started a thread. It is a pure function of events: it needs none.");
  if (after.locale != before.locale) say("The connector changed the process's locale.");
  if (after.folder != before.folder) say("The connector changed the working directory.");
  if (after.handlers != before.handlers) say("The connector installed a signal handler.");
}

// ---- exchanges ----

// All that is tried in one process, numbered in a fixed order.
class Run {
 public:
  Run(const ConnectorFile& file, const SuiteOptions& options, Findings& findings,
      Progress& progress)
      : file_(file),
        options_(options),
        findings_(findings),
        progress_(progress),
        plausible_(plausible_provider(*file.manifest)),
        difficult_(difficult_providers(*file.manifest)) {}

  void everything() {
    if (!progress_.begins(number_++, "load")) return;
    const auto* table = load_table(file_, findings_);
    if (table == nullptr) return;
    const auto before = ProcessState::now();
    if (!progress_.begins(number_++, "create")) return;
    Subject subject(*table, *file_.manifest);
    Subject second(*table, *file_.manifest);
    if (!subject.is_created() || !second.is_created()) {
      findings_.add(
          "ABI-075", "create",
          "create() refused. It succeeds as often as it is called: several instances live "
          "at once.");
      return;
    }
    subject_ = &subject;
    second_ = &second;
    for (const auto& method : file_.manifest->auth_methods)
      for (const auto begin : kBegins) operation(begin, method);
    random_part();
    check_process(before, findings_);
  }

 private:
  void operation(Begin begin, const manifest::AuthMethod& method) {
    const Trial trial{begin, &method, &plausible_, {}};
    const bool comparable = repeatable(trial);
    clean(trial);
    for (const auto& provider : *difficult_) repeatable({begin, &method, &provider, {}});
    for (const auto kind :
         {Kind::kCancel, Kind::kCancelEmpty, Kind::kRelease, Kind::kUnknownEvent, Kind::kOtherEvent,
          Kind::kSecondStart, Kind::kMissingReply, Kind::kSurplusReply})
      for (unsigned step = kind == Kind::kSecondStart ? 1 : 0; step < kStepsToCutInto; ++step)
        if (step > 0 || kind == Kind::kRelease || kind == Kind::kUnknownEvent)
          clean({begin, &method, &plausible_, Interruption{kind, step}});
    if (!comparable) return;  // whatever differs then has been told
    same_with_larger_structs(trial);
    if (same_in_turns(trial)) same_in_threads(trial);
  }

  // The same events twice: the same bytes.
  bool repeatable(const Trial& trial) {
    if (!progress_.begins(number_++, trial.name())) return false;
    const auto first = subject_->run(trial, findings_);
    const auto again = second_->run(trial, findings_);
    if (first == again) return true;
    findings_.add("ABI-045", trial.name(),
                  "The same events led to other actions the second time. Time, randomness and all "
                  "else come from the event; nothing is kept between flows.");
    return false;
  }

  // Nothing stays in memory, and nothing secret in what was freed.
  void clean(const Trial& trial) {
    if (!progress_.begins(number_++, trial.name())) return;
    (void)subject_->run(trial, findings_);  // what is made once, is made
    const auto trace = subject_->run(trial, findings_);
    if (trace.freed_with_secrets > 0)
      findings_.add("ABI-055", trial.name(),
                    "Freed memory still holds a secret. release() overwrites what it frees.");
    if (trace.live_blocks > 0)
      findings_.add("ABI-056", trial.name(),
                    "A flow leaves memory behind. release() frees all that the flow held.");
  }

  void same_with_larger_structs(const Trial& trial) {
    Trial larger = trial;
    larger.interruption = Interruption{Kind::kLargerStructs, 0};
    if (!progress_.begins(number_++, larger.name())) return;
    if (subject_->run(trial, findings_) == subject_->run(larger, findings_)) return;
    findings_.add("ABI-012", larger.name(),
                  "Structs of a later revision, larger than this one's, change what the connector "
                  "does. Read what PATCHBAY_HAS says is there, and no more.");
  }

  bool same_in_turns(const Trial& trial) {
    const std::string name =
        trial.name() + ", " + std::to_string(kFlowsAtOnce) + " people in turns";
    if (!progress_.begins(number_++, name)) return false;
    std::vector<Trial> trials(kFlowsAtOnce, trial);
    std::vector<Trace> alone;
    for (unsigned i = 0; i < kFlowsAtOnce; ++i) {
      trials[i].person = i;
      alone.push_back(subject_->run(trials[i], findings_));
    }
    if (subject_->run_in_turns(trials, findings_) == alone) return true;
    findings_.add("ABI-032", name,
                  "Flows that run side by side disturb each other. Keep all state in the flow.");
    return false;
  }

  void same_in_threads(const Trial& trial) {
    if (!progress_.begins(number_++, trial.name() + ", two threads")) return;
    const auto alone = subject_->run(trial, findings_);
    std::array<Findings, 2> found;
    std::array<bool, 2> same{};
    {
      std::vector<std::jthread> threads;
      for (std::size_t i = 0; i < found.size(); ++i)
        threads.emplace_back([&, i] { same[i] = subject_->run(trial, found[i]) == alone; });
    }
    if (!same[0] || !same[1])
      findings_.add("ABI-035", trial.name(),
                    "Flows of one instance, each on a thread of its own, disturb each other.");
  }

  void random_part() {
    const auto& methods = file_.manifest->auth_methods;
    for (unsigned i = 0; i < options_.random_exchanges; ++i) {
      const auto provider = random_provider(difficult_, options_.seed * 1'000'003 + i);
      repeatable({kBegins[i % kBegins.size()], &methods[i % methods.size()], &provider, {}});
    }
  }

  const ConnectorFile& file_;
  const SuiteOptions& options_;
  Findings& findings_;
  Progress& progress_;
  Provider plausible_;
  Providers difficult_;
  Subject* subject_ = nullptr;
  Subject* second_ = nullptr;
  std::uint32_t number_ = 0;
};

// ---- behind the worker's walls ----

// A whole flow there: START, then the answers never come.
net::Task<Result<>> flow_in_worker(connector::Runtime& runtime, connector::Operation operation,
                                   const manifest::AuthMethod& method, std::int64_t now) {
  connector::FlowInput input;
  input.auth_method_id = method.id;
  input.environment_id = method.environments.front().id;
  for (const auto& field : method.fields) {
    if (field.secret) {
      input.secrets.push_back({field.id, SecretString(std::string(kSecretMark) + field.id)});
    } else {
      input.fields.push_back({field.id, field.default_value.value_or("example")});
    }
  }
  PATCHBAY_CO_TRY_ASSIGN(const auto flow, co_await runtime.begin(operation, std::move(input)));
  connector::FlowEvent start;
  start.kind = PATCHBAY_EVENT_START;
  start.unix_ms = now;
  auto stepped = co_await runtime.step(flow, std::move(start));
  if (stepped && !stepped->done && !stepped->fail) {
    connector::FlowEvent cancel;
    cancel.kind = PATCHBAY_EVENT_CANCEL;
    cancel.unix_ms = now;
    cancel.replies.resize(stepped->requests.size());
    for (auto& reply : cancel.replies) reply.net_error = PATCHBAY_NET_CANCELLED;
    stepped = co_await runtime.step(flow, std::move(cancel));
  }
  runtime.release(flow);
  if (!stepped) co_return stepped.error();
  co_return Result<>();
}

std::uint64_t check_in_worker(const SuiteOptions& options, Findings& findings) {
  auto file = connector::read_connector_file(options.path);
  if (!file) return 0;
  net::LoopPool loops(1);
  loops.start();
  connector::WorkerOptions worker;
  worker.worker_program = options.worker_program;
  worker.name = file->manifest->id;
  const auto runtime = connector::make_worker_runtime(loops.loop(0).get_executor(),
                                                      std::move(worker), std::move(file->bytes));
  std::uint64_t exchanges = 0;
  const auto started = loops.block_on(runtime->start());
  if (!started) {
    findings.add("ABI-031", "worker",
                 "The connector does not start behind the worker's walls: " +
                     started.error().message + ". It may do no I/O and use no further libraries.");
  } else {
    for (const auto& method : file->manifest->auth_methods)
      for (const auto operation : {connector::Operation::kConnect, connector::Operation::kRefresh,
                                   connector::Operation::kRevoke}) {
        ++exchanges;
        const auto ended =
            loops.block_on(flow_in_worker(*runtime, operation, method, testing::kStartUnixMs));
        if (!ended)
          findings.add(
              "ABI-031", "worker, " + std::string(to_string(operation)) + " " + method.id,
              "What works without walls fails behind them: " + ended.error().message + ".");
      }
  }
  runtime->stop();
  loops.stop(std::chrono::milliseconds(500));
  return exchanges;
}

}  // namespace

SuiteResult run_suite(const SuiteOptions& options) {
  SuiteResult result;
  const auto part = [&options](const std::string& name) {
    if (options.on_part) options.on_part(name);
  };
  part("the file and its manifest");
  const auto file = check_file(options.path, result.findings);
  if (!file) return result;
  result.connector = file->manifest->id + " " + file->manifest->version;
  part("exchanges with providers, from plausible to hostile");
  result.exchanges = run_isolated(
      {.run = [&](Findings& findings,
                  Progress& progress) { Run(*file, options, findings, progress).everything(); }},
      result.findings);
  if (options.worker_program.empty() || !result.findings.all().empty()) return result;
  part("the same behind a worker's walls");
  result.exchanges += check_in_worker(options, result.findings);
  return result;
}

}  // namespace patchbay::conformance
