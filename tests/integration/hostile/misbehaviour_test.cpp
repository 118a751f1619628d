// Hundreds of calls of each bad behaviour (misbehave.cpp), many at a time: every call is an error
// that says what happened, the hub stays what it was, and another connector's calls go on.
// PATCHBAY_HOSTILE_CALLS: how many of each instead of 200; in full 1,000.
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>

#include "net/wait_all.h"
#include "stderr_capture.h"
#include "worker_fixture.h"

namespace patchbay::integration {
namespace {

using connector::Runtime;
using connector::RuntimeHealth;

std::size_t calls_of_each() {
  const char* wanted = std::getenv("PATCHBAY_HOSTILE_CALLS");
  return wanted != nullptr ? std::strtoul(wanted, nullptr, 10) : 200;
}

std::size_t entries(const char* folder) {
  const std::filesystem::directory_iterator all(folder);
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

// What must not change about this process.
struct Process {
  pid_t pid = ::getpid();
  std::size_t descriptors = entries("/proc/self/fd");
  std::size_t threads = entries("/proc/self/task");
  std::size_t resident_kb = resident();

  static std::size_t resident() {
    std::ifstream status("/proc/self/status");
    std::size_t kb = 0;
    for (std::string word; status >> word;)
      if (word == "VmRSS:") status >> kb;
    return kb;
  }
};

struct Behaviour {
  const char* how;
  const char* named;         // in every error; alternatives behind "|"
  std::size_t at_once = 10;  // calls under way together
  std::chrono::milliseconds deadline{2000};
  bool ends = true;  // the worker
};
void PrintTo(const Behaviour& behaviour, std::ostream* out) {
  *out << behaviour.how;
}

class Misbehaviour : public WorkerTest, public testing::WithParamInterface<Behaviour> {
 protected:
  // One call; its error is counted by its words.
  net::Task<> misbehave(Runtime& runtime) {
    auto action = co_await call(runtime, {{"how", GetParam().how}});
    ++told[action ? "no error" : action.error().message];
    if (!action) EXPECT_EQ(action.error().code, ErrorCode::kConnector);
  }
  // Of the well-behaved one, one after the other until `over`.
  net::Task<> behave(Runtime& runtime, const bool& over) {
    while (!over) {
      const auto action = co_await call(runtime, {});
      ++(action && action->done ? good : bad);
      net::asio::steady_timer pause(loops.loop(0), 1ms);
      (void)co_await pause.async_wait(net::asio::as_tuple(net::asio::use_awaitable));
    }
  }
  net::Task<> run(Runtime& runtime, Runtime& bystander) {
    bool over = false;
    std::vector<net::Task<>> all;
    all.push_back(behave(bystander, over));
    all.push_back(misbehave_often(runtime, over));
    co_await net::wait_all(std::move(all));
  }
  net::Task<> misbehave_often(Runtime& runtime, bool& over) {
    for (std::size_t left = calls_of_each(); left > 0;) {
      std::vector<net::Task<>> together;
      for (std::size_t i = 0; i < GetParam().at_once && left > 0; ++i, --left)
        together.push_back(misbehave(runtime));
      co_await net::wait_all(std::move(together));
    }
    over = true;
  }

  static bool is_named(const std::string& message) {
    std::string_view all = GetParam().named;
    while (true) {
      const auto end = all.find('|');
      if (message.find(all.substr(0, end)) != std::string::npos) return true;
      if (end == std::string_view::npos) return false;
      all.remove_prefix(end + 1);
    }
  }

  std::map<std::string, std::size_t> told;
  std::size_t good = 0;
  std::size_t bad = 0;
};

TEST_P(Misbehaviour, IsANamedErrorOfEachCallAndNothingElse) {
  const auto bystander = open(bad_connector_path("well_behaved"));
  const auto runtime = open(hostile_connector("misbehave"), undeterred(GetParam().deadline));
  ASSERT_TRUE(wait(runtime->start()));
  ASSERT_TRUE(wait(bystander->start()));
  const StderrCapture quiet;
  const Process before;
  wait_for(run(*runtime, *bystander));
  const Process after;
  for (const auto& [message, times] : told) {
    EXPECT_TRUE(is_named(message)) << times << " x " << message;
    RecordProperty(message.substr(0, 40), static_cast<int>(times));
  }
  EXPECT_EQ(bad, 0U) << "calls of another connector failed";
  EXPECT_GT(good, 0U);
  EXPECT_EQ(bystander->health().failures, 0U);
  EXPECT_EQ(after.pid, before.pid);
  EXPECT_EQ(after.threads, before.threads);
  // One more or less: its worker may be up or down.
  EXPECT_LE(after.descriptors, before.descriptors + 2);
  EXPECT_LE(after.resident_kb, before.resident_kb + std::size_t{32} * 1024);
  const auto health = runtime->health();
  if (GetParam().ends)
    EXPECT_GE(health.failures * GetParam().at_once, calls_of_each()) << "calls did not get through";
  else
    EXPECT_EQ(health.failures, 0U);
  runtime->stop();
  bystander->stop();
}

constexpr auto kShort = 60ms;

INSTANTIATE_TEST_SUITE_P(
    Of, Misbehaviour,
    testing::Values(Behaviour{"segfault", "crashed (ended by SIGSEGV)"},
                    Behaviour{"call_nowhere", "crashed (ended by SIGSEGV)"},
                    Behaviour{"trap", "crashed (ended by SIG"},
                    Behaviour{"abort", "crashed (ended by SIGABRT)"},
                    Behaviour{"exit", "crashed (exited with 0)"},
                    Behaviour{"exit_quietly", "crashed (exited with 0)"},
                    Behaviour{"throw_across", "crashed (ended by SIGABRT)"},
                    Behaviour{"loop_for_ever", "did not answer in time (hung)", 100, kShort},
                    Behaviour{"deadlock", "did not answer in time (hung)", 100, kShort},
                    Behaviour{"use_all_memory", "crashed (ended by SIGABRT)", 100, 10s},
                    Behaviour{"leak_descriptors", "crashed (ended by SIGABRT)"},
                    Behaviour{"send_descriptors", "sent bytes that make no sense"},
                    Behaviour{"flood_threads", "tried the system call"},
                    Behaviour{"flood_standard_output", "did not answer in time", 100, kShort},
                    Behaviour{"flood_log", "did not answer in time (hung)", 100, kShort},
                    Behaviour{"forge_garbage", "sent bytes that make no sense"},
                    Behaviour{"forge_nothing", "sent bytes that make no sense"},
                    Behaviour{"forge_another_flow", "sent a message that makes no sense"},
                    Behaviour{"forge_hub_message", "sent a message that makes no sense"},
                    Behaviour{"forge_loaded", "sent a message that makes no sense"},
                    Behaviour{"forge_denials", "sent a message that makes no sense"},
                    Behaviour{"steal_frames", "did not answer in time (hung)", 100, kShort},
                    Behaviour{"overflow_stack", "crashed (ended by SIGSEGV)"},
                    Behaviour{"free_twice", "crashed (|tried the system call writev"},
                    Behaviour{"return_garbage_pointers", "crashed (ended by SIGSEGV)"},
                    Behaviour{"return_endless_list", "fault of its own", 10, 2s, false},
                    Behaviour{"return_too_much", "fault of its own", 10, 2s, false},
                    Behaviour{"overwrite_the_answer", "crashed (ended by SIG"}),
    [](const auto& info) { return std::string(info.param.how); });

using QuarantineTest = WorkerTest;

TEST_F(QuarantineTest, ComesAfterFailuresInARowAndEndsWhenForgiven) {
  connector::WorkerOptions options;
  options.restart = {.first_wait = 0ms,
                     .longest_wait = 0ms,
                     .steady_after = 1h,
                     .quarantine_after = 3,
                     .quarantine = 1h};
  const auto runtime = open(hostile_connector("misbehave"), std::move(options));
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(wait(call(*runtime, {{"how", "abort"}})));
  EXPECT_EQ(runtime->health().state, RuntimeHealth::State::kQuarantined);
  EXPECT_EQ(audit.count("connector.quarantined"), 1U);

  const auto refused = wait(call(*runtime, {{"how", "well"}}));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kConnector);
  EXPECT_NE(refused.error().message.find("is quarantined after 3 failures in a row"),
            std::string::npos)
      << refused.error().message;
  EXPECT_NE(refused.error().message.find("SIGABRT"), std::string::npos) << "not what happened";
  EXPECT_GT(refused.error().retry_after_ms, 0);
  EXPECT_EQ(runtime->health().starts, 3U) << "it was started in quarantine";

  runtime->forgive();
  EXPECT_TRUE(wait(call(*runtime, {{"how", "well"}})));
  EXPECT_EQ(runtime->health().state, RuntimeHealth::State::kRunning);
  runtime->stop();
}

net::Task<bool> forgive_and_start(Runtime& runtime) {
  runtime.forgive();
  co_return static_cast<bool>(co_await runtime.start());
}

TEST_F(QuarantineTest, EndsBeforeTheNextStartOnTheRuntimesOwnLoopToo) {
  connector::WorkerOptions options;
  options.restart = {.first_wait = 1h, .longest_wait = 1h};
  const auto runtime = open(hostile_connector("misbehave"), std::move(options));
  EXPECT_FALSE(wait(call(*runtime, {{"how", "abort"}})));
  EXPECT_EQ(runtime->health().state, RuntimeHealth::State::kBackingOff);
  EXPECT_TRUE(wait(forgive_and_start(*runtime)));
  runtime->stop();
}

}  // namespace
}  // namespace patchbay::integration
