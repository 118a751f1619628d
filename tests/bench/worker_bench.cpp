// Measures what a worker behind walls costs, each figure beside its anchor in the same run: a flow
// in this process, starting an empty program, another connector's calls while nothing is wrong.
// Interleaved; medians and spread; JSON out.
#include <spawn.h>
#include <sys/wait.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <thread>

#include "base/json.h"
#include "base/log.h"
#include "connector/connector_file.h"
#include "connector/in_process_runtime.h"
#include "connector/worker/worker_runtime.h"
#include "net/loops.h"
#include "net/wait_all.h"
#include "patchbay/connector.h"

namespace {

using namespace patchbay;  // NOLINT(google-build-using-namespace)
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
namespace fs = std::filesystem;

constexpr int kFlows = 2000;  // in one round
constexpr int kAtOnce = 200;

double us_since(Clock::time_point start) {
  return std::chrono::duration<double, std::micro>(Clock::now() - start).count();
}

struct Series {
  std::vector<double> values;
  [[nodiscard]] double at(double share) {
    std::sort(values.begin(), values.end());
    return values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1))];
  }
};

void write(json::Writer& out, const char* name, const char* unit, Series& series) {
  out.key(name).begin_object().member("unit", unit);
  out.key("min").number(series.at(0));
  out.key("median").number(series.at(0.5));
  out.key("p99").number(series.at(0.99));
  out.end_object();
  std::fprintf(stderr, "  %-34s median %9.2f %s   min %9.2f   p99 %9.2f\n", name, series.at(0.5),
               unit, series.at(0), series.at(0.99));
}

std::shared_ptr<connector::Runtime> worker(net::LoopPool& loops, const std::string& path,
                                           std::chrono::milliseconds deadline = 2s) {
  connector::WorkerOptions options;
  options.worker_program = PATCHBAY_BUILD_DIR "/bin/patchbay-worker";
  options.name = fs::path(path).stem();
  options.call_deadline = deadline;
  return connector::make_worker_runtime(loops.loop(0).get_executor(), std::move(options),
                                        std::move(connector::read_connector_file(path)->bytes));
}

// A whole flow: begin, one step, release.
net::Task<> flow(connector::Runtime& runtime, std::string how = {}) {
  connector::FlowInput input;
  input.fields = {{"how", std::move(how)}};
  const auto begun = co_await runtime.begin(connector::Operation::kConnect, std::move(input));
  if (!begun) co_return;
  connector::FlowEvent event;
  event.kind = PATCHBAY_EVENT_START;
  (void)co_await runtime.step(*begun, std::move(event));
  runtime.release(*begun);
}

net::Task<double> serial(connector::Runtime& runtime) {
  const auto start = Clock::now();
  for (int i = 0; i < kFlows; ++i) co_await flow(runtime);
  co_return us_since(start) / kFlows;
}

net::Task<double> pipelined(connector::Runtime& runtime) {
  const auto start = Clock::now();
  std::vector<net::Task<>> all;
  all.reserve(kAtOnce);
  for (int i = 0; i < kAtOnce; ++i)
    all.push_back([](connector::Runtime& one) -> net::Task<> {
      for (int k = 0; k < kFlows / kAtOnce; ++k) co_await flow(one);
    }(runtime));
  co_await net::wait_all(std::move(all));
  co_return us_since(start) / kFlows;
}

// Each flow's own time, while another connector does `how`, or nothing when that is empty.
net::Task<bool> beside(connector::Runtime& runtime, connector::Runtime& other, std::string how,
                       Series& series) {
  bool over = false;
  std::vector<net::Task<>> both;
  both.push_back([](connector::Runtime& one, Series& out, bool& end) -> net::Task<> {
    const auto executor = co_await net::asio::this_coro::executor;
    for (int i = 0; i < 300; ++i) {
      const auto start = Clock::now();
      co_await flow(one);
      out.values.push_back(us_since(start));
      net::asio::steady_timer pause(executor, 1ms);
      co_await pause.async_wait(net::asio::use_awaitable);
    }
    end = true;
  }(runtime, series, over));
  if (!how.empty())
    both.push_back(
        [](connector::Runtime& one, const std::string& wrong, const bool& end) -> net::Task<> {
          const auto executor = co_await net::asio::this_coro::executor;
          while (!end) {
            co_await flow(one, wrong);
            net::asio::steady_timer pause(executor, 1ms);
            co_await pause.async_wait(net::asio::use_awaitable);
          }
        }(other, how, over));
  co_await net::wait_all(std::move(both));
  co_return true;
}

double empty_program() {
  const auto start = Clock::now();
  pid_t pid = 0;
  std::string name = "/bin/true";
  char* arguments[] = {name.data(), nullptr};
  char* environment[] = {nullptr};
  if (::posix_spawn(&pid, name.c_str(), nullptr, nullptr, arguments, environment) == 0)
    ::waitpid(pid, nullptr, 0);
  return us_since(start) / 1000;
}

double start_worker(net::LoopPool& loops, const std::string& path) {
  const auto runtime = worker(loops, path);
  const auto start = Clock::now();
  (void)loops.block_on(runtime->start()).value();
  const double took = us_since(start) / 1000;
  runtime->stop();
  return took;
}

// Memory that no other process shares, in MiB, of this process's only child.
double private_mib() {
  std::size_t kb = 0;
  for (const auto& task : fs::directory_iterator("/proc/self/task")) {
    std::ifstream children(task.path() / "children");
    for (int pid = 0; children >> pid;) {
      std::ifstream rollup("/proc/" + std::to_string(pid) + "/smaps_rollup");
      for (std::string word; rollup >> word;) {
        std::size_t size = 0;
        if (word == "Private_Dirty:" || word == "Private_Clean:") rollup >> size;
        kb += size;
      }
    }
  }
  return static_cast<double>(kb) / 1024;
}

}  // namespace

int main(int argc, char** argv) {
  const int rounds = argc > 1 ? std::atoi(argv[1]) : 30;
  log::set_level(log::Level::kError);
  const std::string good = PATCHBAY_BUILD_DIR "/bad_connectors/well_behaved.so";
  const std::string personio = PATCHBAY_BUILD_DIR "/connectors/personio.so";
  const std::string bad = PATCHBAY_BUILD_DIR "/hostile_connectors/misbehave.so";
  net::LoopPool loops(1);
  loops.start();
  json::Writer out;
  out.begin_object().member("rounds", rounds);

  Series started;
  Series spawned;
  for (int i = 0; i < rounds; ++i) {
    spawned.values.push_back(empty_program());
    started.values.push_back(start_worker(loops, personio));
  }
  write(out, "empty_program", "ms", spawned);
  write(out, "worker_start", "ms", started);
  {
    const auto idle = worker(loops, personio);
    (void)loops.block_on(idle->start()).value();
    const double mib = private_mib();
    out.key("private_mib_of_an_idle_worker").number(mib);
    std::fprintf(stderr, "  private memory of an idle worker   %.2f MiB\n", mib);
    idle->stop();
  }
  {
    const auto walled = worker(loops, good);
    connector::InProcessRuntime inside(good, nullptr);
    Series in_process;
    Series one_by_one;
    Series together;
    for (int i = 0; i < rounds / 3 + 1; ++i) {
      in_process.values.push_back(loops.block_on(serial(inside)));
      one_by_one.values.push_back(loops.block_on(serial(*walled)));
      together.values.push_back(loops.block_on(pipelined(*walled)));
    }
    write(out, "flow_in_process", "us", in_process);
    write(out, "flow_in_worker_serial", "us", one_by_one);
    write(out, "flow_in_worker_pipelined", "us", together);
    walled->stop();
  }
  const auto bystander = worker(loops, good);
  const auto culprit = worker(loops, bad, 50ms);
  for (const std::string how : {"segfault", "loop_for_ever", "flood_log", "use_all_memory"}) {
    Series quiet;
    Series disturbed;
    for (int i = 0; i < std::max(1, rounds / 10); ++i) {
      loops.block_on(beside(*bystander, *culprit, {}, quiet));
      loops.block_on(beside(*bystander, *culprit, how, disturbed));
    }
    write(out, ("other_undisturbed_" + how).c_str(), "us", quiet);
    write(out, ("other_beside_" + how).c_str(), "us", disturbed);
    std::fprintf(stderr, "  p99 beside %s: %.2f times undisturbed\n", how.c_str(),
                 disturbed.at(0.99) / quiet.at(0.99));
  }
  bystander->stop();
  culprit->stop();
  loops.stop(200ms);
  std::cout << out.end_object().take() << "\n";
  return 0;
}
