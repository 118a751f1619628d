// The hub's side of the worker protocol, against a worker that breaks it
// (programs/test_worker.cpp): every breach ends that worker with an error that names it, and
// nothing else.
#include "connector/worker/frame.h"
#include "connector/worker/worker_runtime.h"
#include "hub_fixture.h"
#include "patchbay/connector.h"
#include "stderr_capture.h"

namespace patchbay::integration {
namespace {

using connector::FlowEvent;
using connector::Operation;

class WorkerProtocol : public testing::TestWithParam<const char*> {
 protected:
  WorkerProtocol() { loops.start(); }
  ~WorkerProtocol() override {
    if (runtime) runtime->stop();
    runtime.reset();
    loops.stop(200ms);
  }

  void make_worker(std::string_view how, const std::string& program = kTestWorker,
                   bool walls = false) {
    runtime = connector::make_worker_runtime(loops.loop(0).get_executor(),
                                             {.worker_program = program,
                                              .name = "fake",
                                              .load_deadline = deadline(how == "silent"),
                                              .call_deadline = deadline(how == "hangs"),
                                              .walls = walls},
                                             connector::make_sealed_memfd("how", how));
  }
  // Short where it has to pass; otherwise a busy machine must not let it.
  static std::chrono::milliseconds deadline(bool passes) { return passes ? 500ms : 30s; }
  template <class T>
  T wait(net::Task<T> task) {
    return loops.block_on(std::move(task));
  }

  inline static const std::string kTestWorker = PATCHBAY_BUILD_DIR "/bin/patchbay_test_worker";
  net::LoopPool loops{1};
  std::shared_ptr<connector::Runtime> runtime;
};

using BreachAtLoad = WorkerProtocol;

TEST_P(BreachAtLoad, IsAnErrorThatNamesTheConnector) {
  make_worker(GetParam());
  const auto started = wait(runtime->start());
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().code, ErrorCode::kConnector);
  EXPECT_NE(started.error().message.find("fake"), std::string::npos) << started.error().message;
}

INSTANTIATE_TEST_SUITE_P(When, BreachAtLoad,
                         testing::Values("silent", "garbage", "empty_packet_and_stay",
                                         "wrong_magic", "unknown_type", "half_a_second_frame",
                                         "memfd_missing", "unsealed_memfd", "truncated_message",
                                         "hub_side_frame", "action_before_load", "exit"),
                         [](const auto& info) { return std::string(info.param); });

class BreachInFlow : public WorkerProtocol {};

TEST_P(BreachInFlow, IsAnErrorOfThisCallAndTheNextStartsANewWorker) {
  make_worker(GetParam());
  ASSERT_TRUE(wait(runtime->start()));
  const auto begun = wait(runtime->begin(Operation::kConnect, {}));
  ASSERT_FALSE(begun);
  EXPECT_EQ(begun.error().code, ErrorCode::kConnector) << begun.error().message;
  EXPECT_TRUE(wait_until([&] { return wait(runtime->start()).has_value(); }))
      << "no new worker was started";
}

INSTANTIATE_TEST_SUITE_P(When, BreachInFlow,
                         testing::Values("answers_another_flow", "loads_twice", "broken_action",
                                         "hostile_count", "garbage_in_flow", "unsealed_in_flow",
                                         "hangs", "exits_in_flow"),
                         [](const auto& info) { return std::string(info.param); });

TEST_F(WorkerProtocol, AWorkerThatLeavesRightAfterLoadingDoesNotTakeTheHubAlong) {
  make_worker("loaded_then_exit");
  for (int i = 0; i < 50; ++i) {
    const auto begun = wait(runtime->begin(Operation::kConnect, {}));
    ASSERT_FALSE(begun);
    EXPECT_EQ(begun.error().code, ErrorCode::kConnector);
    if (i % 5 == 0) std::this_thread::sleep_for(50ms);  // past the back-off, so that it is started
  }
}

TEST_F(WorkerProtocol, LogLinesInFrontOfAnAnswerAreReadAndChangeNothing) {
  const StderrCapture log;
  make_worker("logs_a_lot");
  EXPECT_TRUE(wait(runtime->start()));
  EXPECT_TRUE(wait(runtime->begin(Operation::kConnect, {})));
}

#ifndef PATCHBAY_SANITIZED  // whose workers have one filter only, and are not looked at
TEST_F(WorkerProtocol, AWorkerThatTheKernelDoesNotShowAsWalledIsRefusedWhateverItSays) {
  make_worker("well_behaved", kTestWorker, true);
  const auto started = wait(runtime->start());
  ASSERT_FALSE(started);
  EXPECT_NE(started.error().message.find("without its walls"), std::string::npos)
      << started.error().message;
  runtime->stop();
  make_worker("well_behaved");
  EXPECT_TRUE(wait(runtime->start())) << "it was refused for something else";
}
#endif

TEST_F(WorkerProtocol, AWorkerProgramThatIsMissingIsAConfigurationError) {
  make_worker("silent", "/nonexistent/patchbay-worker");
  const auto started = wait(runtime->start());
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().code, ErrorCode::kConfiguration);
  EXPECT_NE(started.error().message.find("/nonexistent/patchbay-worker"), std::string::npos);
}

TEST_F(WorkerProtocol, AStepForAFlowOfAWorkerThatIsGoneFails) {
  make_worker("exits_in_flow");
  EXPECT_FALSE(wait(runtime->step(77, FlowEvent{})));
  ASSERT_TRUE(wait(runtime->start()));
  EXPECT_FALSE(wait(runtime->step(77, FlowEvent{})));
}

TEST_F(WorkerProtocol, ACallUnderWayFailsAsCancelledWhenTheRuntimeIsStopped) {
  make_worker("hangs");
  ASSERT_TRUE(wait(runtime->start()));
  auto begun =
      std::async(std::launch::async, [&] { return wait(runtime->begin(Operation::kConnect, {})); });
  std::this_thread::sleep_for(50ms);
  runtime->stop();
  const auto result = begun.get();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kCancelled);
  EXPECT_FALSE(wait(runtime->start())) << "it was started again";
}

}  // namespace
}  // namespace patchbay::integration
