#include "connector/worker/worker_runtime.h"

#include <atomic>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <map>
#include <optional>

#include "base/log.h"
#include "connector/flow_error.h"
#include "connector/worker/frame.h"
#include "connector/worker/worker_process.h"
#include "patchbay/connector.h"

namespace patchbay::connector {
namespace {

namespace asio = net::asio;
using namespace std::chrono_literals;

constexpr auto kFirstBackOff = 100ms;
constexpr auto kLongestBackOff = 30s;
constexpr auto kSteadyAfter = 60s;  // a worker that lived so long starts the back-off anew

// An answer somebody waits for; the timer is its deadline, and is cancelled when the answer is in.
template <class Message>
struct Pending {
  explicit Pending(const asio::any_io_executor& executor, std::chrono::milliseconds deadline)
      : timer(executor, deadline) {}
  asio::steady_timer timer;
  std::optional<Result<Message>> answer;

  void complete(Result<Message> value) {
    if (answer) return;
    answer.emplace(std::move(value));
    timer.cancel();
  }
};

template <class Message>
Task<> wait(std::shared_ptr<Pending<Message>> pending) {
  while (!pending->answer && pending->timer.expiry() > std::chrono::steady_clock::now())
    (void)co_await pending->timer.async_wait(asio::as_tuple(asio::use_awaitable));
}

class WorkerRuntime final : public Runtime, public std::enable_shared_from_this<WorkerRuntime> {
 public:
  WorkerRuntime(asio::any_io_executor home, WorkerOptions options, Fd library)
      : home_(std::move(home)), options_(std::move(options)), library_(std::move(library)) {}

  Task<Result<std::string>> start() override {
    co_return co_await on_home(start_here(shared_from_this()));
  }

  Task<Result<FlowId>> begin(Operation operation, FlowInput input) override {
    co_return co_await on_home(begin_here(shared_from_this(), operation, std::move(input)));
  }

  Task<Result<FlowAction>> step(FlowId flow, FlowEvent event) override {
    co_return co_await on_home(step_here(shared_from_this(), flow, std::move(event)));
  }

  void release(FlowId flow) override {
    asio::post(home_, [self = shared_from_this(), flow] {
      if (self->flow_worker_.erase(flow) != 0 && self->socket_)
        (void)send_frame(self->socket_->native_handle(), {FrameType::kRelease, flow, {}, {}});
    });
  }

  // Only the first call reaches for the executor: a holder may outlive the loops, which were told
  // to stop this before they ended.
  void stop() override {
    if (stop_called_.exchange(true)) return;
    asio::post(home_, [self = shared_from_this()] {
      self->stopped_ = true;
      self->break_down(make_error(ErrorCode::kCancelled, "the connector was stopped"));
    });
  }

 private:
  using Self = std::shared_ptr<WorkerRuntime>;
  using LoadPending = Pending<std::string>;
  using CallPending = Pending<ActionMessage>;

  template <class T>
  Task<T> on_home(Task<T> work) {
    co_return co_await asio::co_spawn(home_, std::move(work), asio::use_awaitable);
  }

  // The members below run on the home executor; `self` keeps this object alive while they wait.

  static Task<Result<std::string>> start_here(Self self) {
    if (self->manifest_) co_return *self->manifest_;
    if (!self->loading_) {
      const auto ready = self->launch();
      if (!ready) co_return ready.error();
    }
    const auto loading = self->loading_;
    co_await wait(loading);
    if (!loading->answer) self->break_down(self->failure("did not finish loading in time"));
    co_return *loading->answer;
  }

  // Starts the process and hands it the library.
  Result<> launch() {
    if (stopped_) return make_error(ErrorCode::kCancelled, "the connector was stopped");
    const auto now = std::chrono::steady_clock::now();
    if (now < not_before_)
      return make_error(
          ErrorCode::kConnector,
          "connector " + options_.name + " failed and is about to be restarted: " + last_failure_);
    PATCHBAY_TRY_ASSIGN(process_, WorkerProcess::spawn(options_.worker_program));
    socket_.emplace(home_, process_.socket());
    started_at_ = now;
    ++generation_;
    loading_ = std::make_shared<LoadPending>(home_, options_.load_deadline);
    Frame load{FrameType::kLoad, 0, {}, Fd(::dup(library_.get()))};
    if (send_frame(process_.socket(), load) != FrameStatus::kOk) {
      auto error = failure("did not accept the library");
      break_down(error);
      return error;
    }
    asio::co_spawn(home_, read_loop(shared_from_this(), generation_), asio::detached);
    return {};
  }

  static Task<Result<FlowId>> begin_here(Self self, Operation operation, FlowInput input) {
    PATCHBAY_CO_TRY(co_await start_here(self));
    const FlowId flow = self->next_flow_++;
    self->flow_worker_[flow] = self->generation_;
    BeginMessage message{operation, std::move(input)};
    auto answer = co_await call(self, FrameType::kBegin, flow, encode(message));
    if (answer && answer->status != PATCHBAY_OK) answer = status_error(answer->status);
    if (!answer) {
      self->flow_worker_.erase(flow);
      co_return answer.error();
    }
    co_return flow;
  }

  static Task<Result<FlowAction>> step_here(Self self, FlowId flow, FlowEvent event) {
    const auto found = self->flow_worker_.find(flow);
    if (found == self->flow_worker_.end() || found->second != self->generation_ || !self->socket_)
      co_return make_error(ErrorCode::kConnector,
                           "the connector was restarted during this step: " + self->last_failure_);
    auto answer = co_await call(self, FrameType::kStep, flow, encode(event));
    if (!answer) co_return answer.error();
    if (answer->status != PATCHBAY_OK) co_return status_error(answer->status);
    co_return std::move(answer->action);
  }

  static Task<Result<ActionMessage>> call(Self self, FrameType type, FlowId flow,
                                          SecretString payload) {
    // It may have loaded and died before whoever waited for it came to run.
    if (!self->socket_)
      co_return make_error(ErrorCode::kConnector,
                           "the connector was restarted during this step: " + self->last_failure_);
    auto pending = std::make_shared<CallPending>(self->home_, self->options_.call_deadline);
    if (!self->calls_.emplace(flow, pending).second)
      co_return make_error(ErrorCode::kInternal, "two calls at once for one flow");
    const Frame frame{type, flow, std::move(payload), {}};
    const auto generation = self->generation_;
    auto sent = FrameStatus::kWouldBlock;
    while (!pending->answer) {
      sent = send_frame(self->socket_->native_handle(), frame);
      if (sent != FrameStatus::kWouldBlock) break;
      (void)co_await self->socket_->async_wait(asio::posix::stream_descriptor::wait_write,
                                               asio::as_tuple(asio::use_awaitable));
    }
    if (!pending->answer && sent != FrameStatus::kOk)
      self->break_down(self->failure("does not take messages any more"));
    co_await wait(pending);
    if (!pending->answer) self->break_down(self->failure("did not answer in time (hung)"));
    if (generation == self->generation_) self->calls_.erase(flow);
    co_return std::move(*pending->answer);
  }

  static Task<> read_loop(Self self, std::uint64_t generation) {
    while (generation == self->generation_ && self->socket_) {
      (void)co_await self->socket_->async_wait(asio::posix::stream_descriptor::wait_read,
                                               asio::as_tuple(asio::use_awaitable));
      while (generation == self->generation_ && self->socket_) {
        Frame frame;
        const auto status = receive_frame(self->socket_->native_handle(), frame);
        if (status == FrameStatus::kWouldBlock) break;
        if (status != FrameStatus::kOk) {
          self->break_down(self->failure(
              status == FrameStatus::kClosed ? "crashed" : "sent bytes that make no sense"));
          co_return;
        }
        if (!self->dispatch(frame)) {
          self->break_down(self->failure("sent a message that makes no sense"));
          co_return;
        }
      }
    }
  }

  bool dispatch(const Frame& frame) {
    const auto bytes = frame.payload.reveal();
    if (frame.type == FrameType::kAction) {
      auto message = decode<ActionMessage>(bytes);
      const auto found = calls_.find(frame.flow_id);
      if (!message || found == calls_.end()) return false;
      found->second->complete(std::move(*message));
      return true;
    }
    if (frame.type == FrameType::kLoaded) {
      auto message = decode<LoadedMessage>(bytes);
      if (!message || !loading_ || loading_->answer) return false;
      if (message->failure != 0) {
        last_failure_ = load_error(*message).message;
        break_down(load_error(*message));
      } else {
        manifest_ = std::move(message->manifest);
        loading_->complete(*manifest_);
      }
      return true;
    }
    if (frame.type == FrameType::kLog) {
      const auto message = decode<LogMessage>(bytes);
      if (!message || ++log_lines_ > kMaxLogLines) return message.has_value();
      log::write(message->level >= PATCHBAY_LOG_WARN ? log::Level::kWarning : log::Level::kInfo,
                 "connector", "log", {{"connector", options_.name}, {"text", message->text}});
      return true;
    }
    return false;
  }

  Error failure(std::string_view what) const {
    return make_error(ErrorCode::kConnector,
                      "connector " + options_.name + " " + std::string(what));
  }

  // Ends the process and fails everything that waits for it.
  void break_down(Error error) {
    if (!socket_) return;
    socket_->release();
    socket_.reset();
    const auto how = process_.end();
    const auto now = std::chrono::steady_clock::now();
    if (error.code == ErrorCode::kConnector) {
      if (error.message.ends_with("crashed")) error.message += " (" + how + ")";
      if (now - started_at_ > kSteadyAfter) back_off_ = kFirstBackOff;
      not_before_ = now + back_off_;
      back_off_ = std::min<std::chrono::milliseconds>(back_off_ * 2, kLongestBackOff);
      last_failure_ = error.message;
      log::error("connector", "worker_ended",
                 {{"connector", options_.name}, {"reason", error.message}, {"status", how}});
    }
    ++generation_;
    manifest_.reset();
    if (loading_) loading_->complete(error);
    loading_.reset();
    auto calls = std::exchange(calls_, {});
    for (auto& [flow, pending] : calls) pending->complete(error);
  }

  static constexpr std::uint64_t kMaxLogLines = 10'000;

  const asio::any_io_executor home_;
  const WorkerOptions options_;
  const Fd library_;

  std::atomic<bool> stop_called_ = false;
  bool stopped_ = false;
  WorkerProcess process_;
  std::optional<asio::posix::stream_descriptor> socket_;  // borrows the process's descriptor
  std::uint64_t generation_ = 0;  // changes with every start and end of the process
  std::chrono::steady_clock::time_point started_at_;
  std::chrono::steady_clock::time_point not_before_;
  std::chrono::milliseconds back_off_ = kFirstBackOff;
  std::string last_failure_;
  std::uint64_t log_lines_ = 0;

  std::optional<std::string> manifest_;  // set while the library is loaded
  std::shared_ptr<LoadPending> loading_;
  std::map<FlowId, std::shared_ptr<CallPending>> calls_;
  std::map<FlowId, std::uint64_t> flow_worker_;  // flow -> generation of the process that has it
  FlowId next_flow_ = 1;
};

}  // namespace

std::shared_ptr<Runtime> make_worker_runtime(asio::any_io_executor home, WorkerOptions options,
                                             Fd library) {
  return std::make_shared<WorkerRuntime>(std::move(home), std::move(options), std::move(library));
}

}  // namespace patchbay::connector
