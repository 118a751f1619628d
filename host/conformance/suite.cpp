#include "conformance/suite.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <clocale>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <thread>

#include "conformance/exchange.h"
#include "conformance/file_rules.h"
#include "conformance/heap_watch.h"
#include "conformance/isolated.h"
#include "conformance/loading.h"
#include "conformance/outcome.h"
#include "conformance/trial_input.h"
#include "conformance/worker_part.h"

namespace patchbay::conformance {
namespace {

using connector::Code;
using connector::ConnectorFile;
using Kind = Interruption::Kind;

constexpr unsigned kFlowsAtOnce = 8;

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
  auto after = ProcessState::now();
  // The kernel counts a thread for a moment after it was joined.
  for (int i = 0; i < 50 && after.threads != before.threads; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    after = ProcessState::now();
  }
  const auto say = [&](const char* what) { findings.add("ABI-031", "afterwards", what); };
  if (after.threads != before.threads)
    say("The connector started a thread. It is a pure function of events: it needs none.");
  if (after.locale != before.locale) say("The connector changed the process's locale.");
  if (after.folder != before.folder) say("The connector changed the working directory.");
  if (after.handlers != before.handlers) say("The connector installed a signal handler.");
}

// ---- exchanges ----

Trial with(Trial trial, Interruption interruption) {
  trial.interruption = interruption;
  return trial;
}

// All that is tried in one process, numbered in a fixed order.
class Run {
 public:
  Run(const ConnectorFile& file, const Code& code, const SuiteOptions& options, Findings& findings,
      Progress& progress)
      : file_(file),
        code_(code),
        options_(options),
        findings_(findings),
        progress_(progress),
        plausible_(plausible_provider(*file.manifest)),
        difficult_(difficult_providers(*file.manifest)),
        beginnings_(beginnings(*file.manifest)) {
    learn_secrets_of(*file.manifest, kFlowsAtOnce);
  }

  void everything() {
    if (!progress_.begins(number_++, "load")) return;
    const auto* table = load_table(code_, findings_);
    if (table == nullptr) return;
    const auto before = ProcessState::now();
    if (!progress_.begins(number_++, "create")) return;
    Subject subject(*table, *file_.manifest, code_.manifest);
    Subject second(*table, *file_.manifest, code_.manifest);
    if (!subject.is_created() || !second.is_created()) {
      findings_.add(
          "ABI-075", "create",
          "create() refused. It succeeds as often as it is called: several instances live "
          "at once.");
      return;
    }
    subject_ = &subject;
    second_ = &second;
    if (!check_invoke(*table)) return;
    check_extensions();
    if (!findings_.has("ABI-080")) check_manifest_in(*table);
    for (const auto& beginning : beginnings_) operation(beginning);
    random_part();
    check_process(before, findings_);
    if (!findings_.all().empty()) return;
    for (const auto& outcome : outcomes_) judge(outcome, findings_);
  }

 private:
  bool check_invoke(const patchbay_connector& table) {
    const auto handled = std::ranges::find(beginnings_, Begin::kInvoke, &Trial::begin);
    if (handled == beginnings_.end() || table.invoke != nullptr) return true;
    findings_.add("ABI-004", "query",
                  "The manifest marks the action " + handled->action->id +
                      " \"handler\": \"connector\", and invoke is null. Set it, or describe the "
                      "request in the manifest.");
    return false;
  }

  void check_extensions() {
    if (!progress_.begins(number_++, "get_extension")) return;
    for (const char* id : {"patchbay.never-heard-of/1", PATCHBAY_EXT_MANIFEST_IN "0", ""})
      if (subject_->extension(id) != nullptr)
        findings_.add("ABI-080", "get_extension",
                      "An extension that nobody has described is handed out. Return null for every "
                      "id that is not yours.");
  }

  // Of a library that serves any manifest.
  void check_manifest_in(const patchbay_connector& table) {
    if (subject_->extension(PATCHBAY_EXT_MANIFEST_IN) == nullptr) return;
    if (!progress_.begins(number_++, "set_manifest")) return;
    const auto& usual = code_.manifest.empty() ? code_.hands_out : code_.manifest;
    Subject told(table, *file_.manifest);
    if (told.set_manifest(usual) != PATCHBAY_OK)
      findings_.add("ABI-081", "set_manifest",
                    "A manifest that the host has checked, and that needs no code, is refused.");
    if (told.set_manifest(usual) == PATCHBAY_OK)
      findings_.add("ABI-081", "set_manifest",
                    "An instance takes a second manifest. Answer E_INVALID: flows may have begun.");
    for (const char* text : {"", "{", "[]", "{}", "\xff",
                             R"({"auth_methods": [{"id": "a", "grant_type": "custom"}]})"}) {
      Subject other(table, *file_.manifest);
      if (other.set_manifest(text) == PATCHBAY_OK)
        findings_.add("ABI-082", "set_manifest",
                      "What is no manifest (E_INVALID), or needs code (E_UNSUPPORTED), is taken.");
    }
  }

  void operation(Trial trial) {
    Outcome outcome;
    for (const auto& provider : *difficult_) {
      trial.provider = &provider;
      const auto played = repeatable(trial);
      outcome.endings.insert(played.trace.ending);
      if (findings_.has("ABI-044")) continue;  // it never ends: enough has been seen
      for (unsigned step = 0; step < played.trace.steps; ++step)
        for (const auto kind : {Kind::kCancel, Kind::kRelease})
          if (step > 0 || kind == Kind::kRelease) clean(with(trial, {kind, step}));
    }
    trial.provider = &plausible_;
    const auto played = repeatable(trial);
    outcome.trial = trial;
    outcome.agreed = played.trace;
    note(std::move(outcome));
    clean(with(trial, {Kind::kAfterTheEnd, 0}));
    for (unsigned step = 0; step < played.trace.steps; ++step)
      for (const auto& cut : cuts_at(step)) clean(with(trial, cut));
    if (!played.repeats) return;  // whatever differs then has been told
    same_with_larger_structs(trial);
    if (same_in_turns(trial)) same_in_threads(trial);
  }

  void note(Outcome outcome) {
    Trial trial = outcome.trial;
    trial.required_only = true;
    if (progress_.begins(number_++, trial.name()))
      outcome.required_only = subject_->run(trial, findings_);
    const auto connected = std::ranges::find_if(outcomes_, [&trial](const Outcome& other) {
      return other.trial.begin == Begin::kConnect && other.trial.method == trial.method;
    });
    outcome.keeps_more = trial.begin != Begin::kConnect && connected != outcomes_.end() &&
                         connected->agreed.keeps_more;
    outcomes_.push_back(std::move(outcome));
  }

  struct Played {
    Trace trace;  // without a step: it was left out
    bool repeats = false;
  };

  // The same events twice: the same bytes, and nothing stays behind.
  Played repeatable(const Trial& trial) {
    if (!progress_.begins(number_++, trial.name())) return {};
    const auto first = subject_->run(trial, findings_);
    auto again = second_->run(trial, findings_);
    if (!again.is_clean()) look_again(trial);
    if (first == again) return {std::move(again), true};
    findings_.add("ABI-045", trial.name(),
                  "The same events led to other actions the second time. Time, randomness and all "
                  "else come from the event; nothing is kept between flows.");
    return {std::move(again), false};
  }

  // Nothing stays in memory, and nothing secret in what was freed.
  void clean(const Trial& trial) {
    if (!progress_.begins(number_++, trial.name())) return;
    if (!subject_->run(trial, findings_).is_clean()) look_again(trial);
  }

  // What is made once, is made: only what stays behind every time counts.
  void look_again(const Trial& trial) {
    (void)subject_->run(trial, findings_);
    const auto trace = subject_->run(trial, findings_);
    if (trace.freed_with_secrets > 0)
      findings_.add("ABI-055", trial.name(),
                    "Freed memory still holds a secret. release() overwrites what it frees.");
    if (trace.live_blocks > 0)
      findings_.add("ABI-056", trial.name(),
                    "A flow leaves memory behind. release() frees all that the flow held.");
  }

  void same_with_larger_structs(const Trial& trial) {
    const Trial larger = with(trial, {Kind::kLargerStructs, 0});
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
      threads.reserve(found.size());
      for (std::size_t i = 0; i < found.size(); ++i)
        threads.emplace_back([&, i] { same[i] = subject_->run(trial, found[i]) == alone; });
    }
    if (!same[0] || !same[1])
      findings_.add("ABI-035", trial.name(),
                    "Flows of one instance, each on a thread of its own, disturb each other.");
  }

  void random_part() {
    for (unsigned i = 0; i < options_.random_exchanges; ++i) {
      const auto provider = random_provider(difficult_, options_.seed * 1'000'003 + i);
      Trial trial = beginnings_[i % beginnings_.size()];
      trial.provider = &provider;
      (void)repeatable(trial);
    }
  }

  const ConnectorFile& file_;
  const Code& code_;
  const SuiteOptions& options_;
  Findings& findings_;
  Progress& progress_;
  Provider plausible_;
  Providers difficult_;
  std::vector<Trial> beginnings_;
  std::vector<Outcome> outcomes_;
  Subject* subject_ = nullptr;
  Subject* second_ = nullptr;
  std::uint32_t number_ = 0;
};

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
  const auto code = connector::code_of(*file, options.worker_program);
  if (!code) {
    result.findings.add("ABI-007", "file", code.error().message);
    return result;
  }
  part("exchanges with providers, from plausible to hostile");
  result.exchanges =
      run_isolated({.run =
                        [&](Findings& findings, Progress& progress) {
                          Run(*file, *code, options, findings, progress).everything();
                        }},
                   result.findings);
  if (options.in_process || !result.findings.all().empty()) return result;
  part("the same behind a worker's walls");
  result.exchanges += check_in_worker(options, result.findings);
  return result;
}

}  // namespace patchbay::conformance
