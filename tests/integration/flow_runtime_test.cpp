// The flow driver over both kinds of runtime: a connector behaves the same in a worker process and
// in this one.
#include "child_process.h"
#include "connector/connector_file.h"
#include "connector/in_process_runtime.h"
#include "connector/worker/worker_runtime.h"
#include "hub_fixture.h"
#include "net/http_client.h"

namespace patchbay::integration {
namespace {

using connector::FlowOutcome;
using connector::Operation;

enum class Kind { kWorker, kInProcess };

class FlowOverRuntime : public testing::TestWithParam<Kind> {
 protected:
  FlowOverRuntime() {
    personio.start();
    auto read = connector::read_connector_file(kPersonioLibrary);
    if (!read) throw std::runtime_error(read.error().message);
    manifest = read->manifest;
    manifest_json = read->manifest_json;
    if (GetParam() == Kind::kWorker) {
      runtime = connector::make_worker_runtime(
          loops.loop(0).get_executor(), {.worker_program = kWorkerProgram, .name = "personio"},
          std::move(read->bytes));
    } else {
      runtime = std::make_shared<connector::InProcessRuntime>(kPersonioLibrary, nullptr);
    }
    auto policy = net::EgressPolicy::make(
        {.overrides = {{"api.personio.de", "127.0.0.1", personio.port(), personio.ca_file()}}});
    http = std::make_unique<net::HttpClient>(
        loops.loop(0), std::make_shared<const net::EgressPolicy>(std::move(*policy)));
    loops.start();
  }
  ~FlowOverRuntime() override {
    runtime->stop();
    loops.stop(200ms);
    http.reset();
  }

  static connector::FlowInput input_of(const Credentials& who) {
    connector::FlowInput input;
    input.auth_method_id = "oauth2_client_credentials";
    input.environment_id = "production";
    input.fields = {{"client_id", who.client_id}};
    input.secrets.push_back({"client_secret", SecretString(who.client_secret)});
    return input;
  }

  FlowOutcome run(Operation operation, connector::FlowInput input,
                  connector::FlowLimits limits = {}, connector::CancelFlag cancel = nullptr) {
    return loops.block_on(connector::drive_flow({*runtime, *http, clock, random},
                                                {.operation = operation,
                                                 .manifest = manifest,
                                                 .host_values = {},
                                                 .limits = limits,
                                                 .cancel = std::move(cancel)},
                                                std::move(input)));
  }

  PersonioSandbox personio;
  SystemClock clock;
  OsRandom random;
  net::LoopPool loops{1};
  std::shared_ptr<const manifest::Manifest> manifest;
  std::string manifest_json;
  std::shared_ptr<connector::Runtime> runtime;
  std::unique_ptr<net::HttpClient> http;
};

TEST_P(FlowOverRuntime, HandsOutTheManifestThatLiesInTheFile) {
  const auto started = loops.block_on(runtime->start());
  ASSERT_TRUE(started) << started.error().message;
  EXPECT_EQ(*started, manifest_json);
}

TEST_P(FlowOverRuntime, ConnectsRefreshesAndRevokes) {
  const auto who = personio.default_integration();
  auto connected = run(Operation::kConnect, input_of(who));
  ASSERT_TRUE(connected.done) << connected.error.message;
  ASSERT_EQ(connected.done->tokens.size(), 2U);
  EXPECT_EQ(connected.done->granted_permissions, std::vector<std::string>{"employees:read"});
  EXPECT_TRUE(connected.minted.empty());

  auto again = input_of(who);
  for (const auto& token : connected.done->tokens) again.tokens.push_back(token.copy());
  const auto refreshed = run(Operation::kRefresh, std::move(again));
  ASSERT_TRUE(refreshed.done) << refreshed.error.message;
  EXPECT_FALSE(refreshed.done->tokens[0].value.equals(connected.done->tokens[0].value.reveal()));
  EXPECT_EQ(personio.valid_tokens(who.client_id), 4U);

  for (const auto& done : {std::cref(*connected.done), std::cref(*refreshed.done)}) {
    auto revoke = input_of(who);
    for (const auto& token : done.get().tokens) revoke.tokens.push_back(token.copy());
    const auto revoked = run(Operation::kRevoke, std::move(revoke));
    EXPECT_TRUE(revoked.done) << revoked.error.message;
  }
  EXPECT_EQ(personio.valid_tokens(who.client_id), 0U);
}

TEST_P(FlowOverRuntime, TellsWhichPermissionIsMissingAndWhatWasMinted) {
  const auto who = personio.create_integration({.permissions = {{"documents", {.read = true}}}});
  const auto outcome = run(Operation::kConnect, input_of(who));
  EXPECT_FALSE(outcome.done);
  EXPECT_EQ(outcome.error.permission, "employees:read");
  ASSERT_EQ(outcome.minted.size(), 1U);
  EXPECT_TRUE(personio.token_is_valid(std::string(outcome.minted[0].value.reveal())));
}

TEST_P(FlowOverRuntime, EndsARequestThatTakesTooLong) {
  personio.kit().inject({.kind = FaultKind::delay, .route = kTokenRoute, .delay = 30s});
  connector::FlowLimits limits;
  limits.request = 200ms;
  const auto began = std::chrono::steady_clock::now();
  const auto outcome = run(Operation::kConnect, input_of(personio.default_integration()), limits);
  EXPECT_FALSE(outcome.done);
  EXPECT_EQ(outcome.message.id, "error.timeout");
  EXPECT_LT(std::chrono::steady_clock::now() - began, 25s);
}

// The provider has used up what was presented, however late it says so.
TEST_P(FlowOverRuntime, WaitsLongerWhereGivingUpWouldLoseARotatingGrant) {
  personio.kit().inject({.kind = FaultKind::delay, .route = kTokenRoute, .delay = 1s});
  connector::FlowLimits limits;
  limits.request = 200ms;
  const auto outcome =
      loops.block_on(connector::drive_flow({*runtime, *http, clock, random},
                                           {.operation = Operation::kRefresh,
                                            .manifest = manifest,
                                            .host_values = {},
                                            .limits = limits,
                                            .cancel = nullptr,
                                            .rotates = true},
                                           input_of(personio.default_integration())));
  EXPECT_TRUE(outcome.done) << outcome.error.message;
}

TEST_P(FlowOverRuntime, EndsAFlowThatTakesTooLongAndHandsBackWhatWasMinted) {
  personio.kit().inject({.kind = FaultKind::delay, .route = kPersonsRoute, .delay = 30s});
  connector::FlowLimits limits;
  limits.total = 3s;  // long enough for a token on a busy machine
  const auto outcome = run(Operation::kConnect, input_of(personio.default_integration()), limits);
  EXPECT_FALSE(outcome.done);
  EXPECT_EQ(outcome.error.code, ErrorCode::kCancelled);
  EXPECT_GE(outcome.minted.size(), 1U);
}

TEST_P(FlowOverRuntime, ACancelHandsBackWhatWasMinted) {
  personio.kit().inject({.kind = FaultKind::delay, .route = kPersonsRoute, .delay = 60s});
  const auto cancel = connector::make_cancel_flag();
  auto running = std::async(std::launch::async, [&] {
    return run(Operation::kConnect, input_of(personio.default_integration()), {}, cancel);
  });
  ASSERT_TRUE(personio.kit().calls().wait_for(kPersonsRoute, 1, 60s));
  cancel->store(true);
  personio.kit().end_delays();
  const auto outcome = running.get();
  EXPECT_EQ(outcome.error.code, ErrorCode::kCancelled);
  EXPECT_EQ(outcome.minted.size(), 2U);
}

TEST_P(FlowOverRuntime, ACancelBeforeTheFirstRequestSendsNone) {
  const auto cancel = connector::make_cancel_flag();
  cancel->store(true);
  const auto outcome =
      run(Operation::kConnect, input_of(personio.default_integration()), {}, cancel);
  EXPECT_EQ(outcome.error.code, ErrorCode::kCancelled);
  EXPECT_EQ(personio.kit().calls().total(), 0U);
}

TEST_P(FlowOverRuntime, ServesManyFlowsAtOnce) {
  const auto who = personio.default_integration();
  std::vector<std::future<FlowOutcome>> running;
  running.reserve(20);
  for (int i = 0; i < 20; ++i)
    running.push_back(
        std::async(std::launch::async, [&] { return run(Operation::kConnect, input_of(who)); }));
  std::set<std::string> values;
  for (auto& one : running) {
    const auto outcome = one.get();
    ASSERT_TRUE(outcome.done) << outcome.error.message;
    values.emplace(outcome.done->tokens[0].value.reveal());
  }
  EXPECT_EQ(values.size(), 20U);
}

TEST_P(FlowOverRuntime, AFlowThatWasNeverBegunIsAnErrorAndReleasingItIsNone) {
  ASSERT_TRUE(loops.block_on(runtime->start()));
  EXPECT_FALSE(loops.block_on(runtime->step(4711, {})));
  runtime->release(4711);
  EXPECT_TRUE(run(Operation::kConnect, input_of(personio.default_integration())).done);
}

TEST_P(FlowOverRuntime, AStoppedRuntimeRefusesToBegin) {
  ASSERT_TRUE(loops.block_on(runtime->start()));
  runtime->stop();
  runtime->stop();
  const auto outcome = run(Operation::kConnect, input_of(personio.default_integration()));
  EXPECT_FALSE(outcome.done);
  EXPECT_EQ(outcome.error.code, ErrorCode::kCancelled);
}

class IdleWorker : public testing::Test {
 protected:
  IdleWorker() {
    auto read = connector::read_connector_file(kPersonioLibrary);
    if (!read) throw std::runtime_error(read.error().message);
    runtime = connector::make_worker_runtime(
        loops.loop(0).get_executor(),
        {.worker_program = kWorkerProgram, .name = "personio", .idle = 100ms},
        std::move(read->bytes));
    loops.start();
  }
  ~IdleWorker() override {
    runtime->stop();
    loops.stop(200ms);
  }
  bool is_idle() const { return runtime->health().state == connector::RuntimeHealth::State::kIdle; }
  Result<connector::FlowId> begin() {
    connector::FlowInput input;
    input.auth_method_id = "oauth2_client_credentials";
    input.environment_id = "production";
    return loops.block_on(runtime->begin(Operation::kConnect, std::move(input)));
  }

  net::LoopPool loops{1};
  std::shared_ptr<connector::Runtime> runtime;
};

TEST_F(IdleWorker, IsEndedAndTheNextCallStartsOne) {
  const auto manifest = loops.block_on(runtime->start());
  ASSERT_TRUE(manifest);
  ASSERT_TRUE(wait_until([this] { return is_idle(); }));
  EXPECT_TRUE(children_of(::getpid()).empty());
  EXPECT_EQ(runtime->health().failures, 0U);
  const auto flow = begin();
  ASSERT_TRUE(flow) << flow.error().message;
  EXPECT_EQ(runtime->health().starts, 2U);
  runtime->release(*flow);
  ASSERT_TRUE(wait_until([this] { return is_idle(); }));
  EXPECT_EQ(*loops.block_on(runtime->start()), *manifest);
}

TEST_F(IdleWorker, IsNotOneThatHasAFlow) {
  const auto flow = begin();
  ASSERT_TRUE(flow) << flow.error().message;
  std::this_thread::sleep_for(500ms);
  EXPECT_FALSE(is_idle());
  connector::FlowEvent start;
  start.kind = PATCHBAY_EVENT_START;
  EXPECT_TRUE(loops.block_on(runtime->step(*flow, std::move(start))));
  EXPECT_EQ(runtime->health().starts, 1U);
  runtime->release(*flow);
  EXPECT_TRUE(wait_until([this] { return is_idle(); }));
}

INSTANTIATE_TEST_SUITE_P(In, FlowOverRuntime, testing::Values(Kind::kWorker, Kind::kInProcess),
                         [](const auto& info) {
                           return info.param == Kind::kWorker ? "AWorker" : "ThisProcess";
                         });

}  // namespace
}  // namespace patchbay::integration
