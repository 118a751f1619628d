#include "connector/worker/worker_runtime.h"

#include <poll.h>

#include <atomic>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <map>
#include <mutex>
#include <optional>

#include "base/log.h"
#include "connector/flow_error.h"
#include "connector/worker/denied_calls.h"
#include "connector/worker/frame.h"
#include "connector/worker/line_budget.h"
#include "connector/worker/system_call_name.h"
#include "connector/worker/worker_process.h"
#include "metrics/connector_counters.h"
#include "patchbay/connector.h"

namespace patchbay::connector {
namespace {

namespace asio = net::asio;
using namespace std::chrono_literals;

constexpr int kFramesInARow = 64;  // then the loop's other work gets its turn
constexpr auto kFloodPause = 5ms;  // after so many frames that answer nothing
constexpr int kMostDenials = 64;   // reported by one worker; no honest one has so many

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

// What a worker says is not trusted to be short either.
void clip(std::string& text) {
  constexpr std::size_t kMost = 512;
  if (text.size() > kMost) text.resize(kMost);
}

// An empty packet reads like the end; whether the other side has gone tells them apart.
bool is_hung_up(asio::posix::stream_descriptor& socket) {
  pollfd state{socket.native_handle(), POLLRDHUP, 0};
  return ::poll(&state, 1, 0) == 1 && (state.revents & (POLLHUP | POLLRDHUP)) != 0;
}

class WorkerRuntime final : public Runtime, public std::enable_shared_from_this<WorkerRuntime> {
 public:
  WorkerRuntime(asio::any_io_executor home, WorkerOptions options, Fd library)
      : home_(std::move(home)),
        options_(std::move(options)),
        library_(std::move(library)),
        restart_(options_.restart) {}

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
      if (self->forget(flow) && self->socket_)
        self->post_frame({FrameType::kRelease, flow, {}, {}});
    });
  }

  // At once for a caller on the home executor: its next start() comes after it there, too.
  void forgive() override {
    asio::dispatch(home_, [self = shared_from_this()] {
      self->restart_.forgive();
      self->show_health();
    });
  }

  RuntimeHealth health() const override {
    const std::scoped_lock lock(health_mutex_);
    return health_;
  }

  // Only the first call reaches for the executor: a holder may outlive the loops, which were told
  // to stop this before they ended.
  void stop() override {
    if (stop_called_.exchange(true)) return;
    asio::post(home_, [self = shared_from_this()] {
      self->stopped_ = true;
      self->show_health();
      self->break_down(make_error(ErrorCode::kCancelled, "the connector was stopped"));
    });
  }

 private:
  using Self = std::shared_ptr<WorkerRuntime>;
  using LoadPending = Pending<std::string>;
  using CallPending = Pending<ActionMessage>;

  template <class T>
  Task<T> on_home(Task<T> work) {
    if (co_await asio::this_coro::executor == home_) co_return co_await std::move(work);
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
    if (!restart_.may_start(now)) return not_yet(now);
    PATCHBAY_TRY_ASSIGN(process_, WorkerProcess::spawn(options_.worker_program, options_.name));
    socket_.emplace(home_, process_.socket());
    restart_.started(now);
    ++starts_;
    metrics::of_connector(options_.name).worker_starts.add();
    denials_ = 0;
    ++generation_;
    loading_ = std::make_shared<LoadPending>(home_, options_.load_deadline);
    const bool is_told =
        options_.manifest.empty() ||
        send_frame(process_.socket(),
                   {FrameType::kManifest, 0, SecretString(options_.manifest), {}}) ==
            FrameStatus::kOk;
    const Frame load{FrameType::kLoad, 0, {}, Fd(::dup(library_.get()))};
    if (!is_told || send_frame(process_.socket(), load) != FrameStatus::kOk) {
      auto error = failure("did not accept the library");
      break_down(error);
      return error;
    }
    asio::co_spawn(home_, read_loop(shared_from_this(), generation_), asio::detached);
    show_health();
    return {};
  }

  Error not_yet(std::chrono::steady_clock::time_point now) const {
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(restart_.wait_left(now)).count();
    std::string message = "connector " + options_.name;
    if (restart_.quarantined())
      message += " is quarantined after " + std::to_string(restart_.failures_in_a_row()) +
                 " failures in a row, and is tried again in " + std::to_string(seconds) + " s: ";
    else
      message += " failed and is about to be restarted: ";
    auto error = make_error(ErrorCode::kConnector, message + last_failure_);
    error.retry_after_ms = restart_.wait_left(now).count();
    return error;
  }

  static Task<Result<FlowId>> begin_here(Self self, Operation operation, FlowInput input) {
    PATCHBAY_CO_TRY(co_await start_here(self));
    const FlowId flow = self->next_flow_++;
    self->flow_worker_[flow] = self->generation_;
    BeginMessage message{operation, std::move(input)};
    auto answer = co_await call(self, FrameType::kBegin, flow, encode(message));
    if (answer && answer->status != PATCHBAY_OK) answer = status_error(answer->status);
    if (!answer) {
      (void)self->forget(flow);
      co_return answer.error();
    }
    co_return flow;
  }

  bool forget(FlowId flow) {
    idle_since_ = std::chrono::steady_clock::now();
    return flow_worker_.erase(flow) != 0;
  }

  // Looks again after `time`: whether it was idle all the while is asked then, not at each call.
  void watch_idleness(std::chrono::steady_clock::duration time) {
    idle_.emplace(home_, time);
    idle_->async_wait([weak = weak_from_this(), generation = generation_](const auto& error) {
      const auto self = weak.lock();
      if (!error && self && self->generation_ == generation) self->end_if_idle();
    });
  }

  void end_if_idle() {
    const auto rested = std::chrono::steady_clock::now() - idle_since_;
    if (!flow_worker_.empty()) return watch_idleness(options_.idle);
    if (rested < options_.idle) return watch_idleness(options_.idle - rested);
    log::info("connector", "worker_idle", {{"connector", options_.name}, {"pid", process_.pid()}});
    break_down(make_error(ErrorCode::kCancelled, "the connector's worker was idle"));
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
    const auto generation = self->generation_;
    self->post_frame({type, flow, std::move(payload), {}});
    co_await wait(pending);
    if (!pending->answer) self->break_down(self->failure("did not answer in time (hung)"));
    if (generation == self->generation_) self->calls_.erase(flow);
    co_return std::move(*pending->answer);
  }

  // Frames are sent in their order, those of one turn of the loop together. None is lost while the
  // worker lives: it would keep a flow for good whose release it missed.
  void post_frame(Frame frame) {
    outbox_.push_back(std::move(frame));
    if (!std::exchange(sending_, true))
      asio::co_spawn(home_, send_outbox(shared_from_this(), generation_), asio::detached);
  }

  static Task<> send_outbox(Self self, std::uint64_t generation) {
    co_await asio::post(self->home_, asio::use_awaitable);  // whoever is ready, too, joins in
    while (generation == self->generation_ && self->socket_ && !self->outbox_.empty()) {
      const auto status = send_frames(self->socket_->native_handle(), self->outbox_);
      if (status == FrameStatus::kBroken)
        self->break_down(self->failure("does not take messages any more"));
      // kClosed: the reader is about to find out what its last words were.
      if (status == FrameStatus::kBroken || status == FrameStatus::kClosed) co_return;
      if (status == FrameStatus::kWouldBlock)
        (void)co_await self->socket_->async_wait(asio::posix::stream_descriptor::wait_write,
                                                 asio::as_tuple(asio::use_awaitable));
    }
    if (generation == self->generation_) self->sending_ = false;
  }

  static Task<> read_loop(Self self, std::uint64_t generation) {
    FrameReader worker(self->process_.socket());
    while (generation == self->generation_ && self->socket_) {
      if (worker.has_more())
        co_await asio::post(self->home_, asio::use_awaitable);
      else
        (void)co_await self->socket_->async_wait(asio::posix::stream_descriptor::wait_read,
                                                 asio::as_tuple(asio::use_awaitable));
      int talk = 0;
      for (int i = 0; i < kFramesInARow && generation == self->generation_ && self->socket_; ++i) {
        Frame frame;
        const auto status = worker.next(frame);
        if (status == FrameStatus::kWouldBlock) break;
        if (status != FrameStatus::kOk) {
          const bool gone = status == FrameStatus::kClosed && is_hung_up(*self->socket_);
          self->break_down(
              self->failure(gone ? self->how_it_ended() : "sent bytes that make no sense"));
          co_return;
        }
        if (!self->dispatch(frame)) {
          self->break_down(self->failure("sent a message that makes no sense"));
          co_return;
        }
        talk += frame.type == FrameType::kLog ? 1 : 0;
      }
      // Its next message has to wait: a flood costs the one who makes it, not the others.
      if (talk == kFramesInARow) {
        asio::steady_timer pause(self->home_, kFloodPause);
        (void)co_await pause.async_wait(asio::as_tuple(asio::use_awaitable));
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
      loaded(std::move(*message));
      return true;
    }
    if (frame.type == FrameType::kLog) {
      const auto message = decode<LogMessage>(bytes);
      if (message) write_log(*message);
      return message.has_value();
    }
    if (frame.type == FrameType::kDenied) {
      const auto message = decode<DeniedMessage>(bytes);
      if (!message || ++denials_ > kMostDenials) return false;
      denied(*message);
      return true;
    }
    return false;
  }

  void loaded(LoadedMessage message) {
    if (message.failure != 0) {
      clip(message.detail);
      break_down(load_error(message));
      return;
    }
#ifndef PATCHBAY_SANITIZED  // whose walls are one filter only
    if (options_.walls && !process_.is_walled()) {
      break_down(failure("runs without its walls, as the kernel shows it"));
      return;
    }
#endif
    clip(message.walls);
    walls_ = std::move(message.walls);
    log::info("connector", "worker_started",
              {{"connector", options_.name}, {"pid", process_.pid()}, {"walls", walls_}});
    manifest_ = std::move(message.manifest);
    loading_->complete(*manifest_);
    idle_since_ = std::chrono::steady_clock::now();
    watch_idleness(options_.idle);
    show_health();
  }

  void write_log(const LogMessage& message) {
    if (!lines_.take(std::chrono::steady_clock::now())) return;
    log::write(message.level >= PATCHBAY_LOG_WARN ? log::Level::kWarning : log::Level::kInfo,
               "connector", "log",
               {{"connector", options_.name},
                {"text", message.text},
                {"left_out_before", static_cast<std::int64_t>(lines_.left_out())}});
  }

  void denied(const DeniedMessage& message) {
    const auto call = system_call_name(message.system_call);
    metrics::of_connector(options_.name).system_calls_denied.add();
    log::warning("connector", "system_call_denied",
                 {{"connector", options_.name}, {"system_call", call}, {"ended", message.ended}});
    record("connector.system_call_denied", call);
    if (message.ended) ended_for_ = call;
  }

  std::string how_it_ended() const {
    return ended_for_.empty() ? "crashed"
                              : "tried the system call " + ended_for_ +
                                    ", which no connector may make, and was ended";
  }

  void record(std::string kind, std::string subject) const {
    audit::append_or_complain(
        options_.audit,
        {.kind = std::move(kind), .subject = std::move(subject), .connector_id = options_.name});
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
    idle_.reset();
    const auto how = process_.end();
    if (error.code == ErrorCode::kConnector) {
      if (error.message.ends_with("crashed")) error.message += " (" + how + ")";
      note_failure(error, how);
    }
    ended_for_.clear();
    ++generation_;
    outbox_.clear();
    sending_ = false;
    manifest_.reset();
    if (loading_) loading_->complete(error);
    loading_.reset();
    auto calls = std::exchange(calls_, {});
    for (auto& [flow, pending] : calls) pending->complete(error);
    show_health();
  }

  void note_failure(const Error& error, const std::string& how) {
    const bool before = restart_.quarantined();
    restart_.failed(std::chrono::steady_clock::now());
    ++failures_;
    metrics::of_connector(options_.name).worker_failures.add();
    last_failure_ = error.message;
    log::error("connector", "worker_ended",
               {{"connector", options_.name}, {"reason", error.message}, {"status", how}});
    record("connector.failed", error.message);
    if (before || !restart_.quarantined()) return;
    metrics::of_connector(options_.name).worker_quarantines.add();
    log::error("connector", "quarantined", {{"connector", options_.name}});
    record("connector.quarantined", error.message);
  }

  void show_health() {
    RuntimeHealth health{RuntimeHealth::State::kIdle, starts_, failures_, last_failure_, walls_};
    if (stopped_) {
      health.state = RuntimeHealth::State::kStopped;
    } else if (socket_) {
      health.state = RuntimeHealth::State::kRunning;
    } else if (restart_.quarantined()) {
      health.state = RuntimeHealth::State::kQuarantined;
    } else if (!restart_.may_start(std::chrono::steady_clock::now())) {
      health.state = RuntimeHealth::State::kBackingOff;
    }
    const std::scoped_lock lock(health_mutex_);
    health_ = std::move(health);
  }

  const asio::any_io_executor home_;
  const WorkerOptions options_;
  const Fd library_;

  std::atomic<bool> stop_called_ = false;
  bool stopped_ = false;
  WorkerProcess process_;
  std::optional<asio::posix::stream_descriptor> socket_;  // borrows the process's descriptor
  std::optional<asio::steady_timer> idle_;                // while the library is loaded
  std::chrono::steady_clock::time_point idle_since_;
  std::uint64_t generation_ = 0;  // changes with every start and end of the process
  RestartPolicy restart_;
  std::uint64_t starts_ = 0;
  std::uint64_t failures_ = 0;
  std::string last_failure_;
  std::string walls_;
  LineBudget lines_;
  int denials_ = 0;        // of this worker
  std::string ended_for_;  // the call it said it ended for

  std::optional<std::string> manifest_;  // set while the library is loaded
  std::shared_ptr<LoadPending> loading_;
  std::map<FlowId, std::shared_ptr<CallPending>> calls_;
  std::map<FlowId, std::uint64_t> flow_worker_;  // flow -> generation of the process that has it
  FlowId next_flow_ = 1;
  std::deque<Frame> outbox_;  // not sent yet
  bool sending_ = false;

  mutable std::mutex health_mutex_;
  RuntimeHealth health_;
};

}  // namespace

std::string_view to_string(RuntimeHealth::State state) {
  switch (state) {
    case RuntimeHealth::State::kIdle:
      return "idle";
    case RuntimeHealth::State::kRunning:
      return "running";
    case RuntimeHealth::State::kBackingOff:
      return "backing_off";
    case RuntimeHealth::State::kQuarantined:
      return "quarantined";
    case RuntimeHealth::State::kStopped:
      return "stopped";
  }
  return "unknown";
}

std::shared_ptr<Runtime> make_worker_runtime(asio::any_io_executor home, WorkerOptions options,
                                             Fd library) {
  return std::make_shared<WorkerRuntime>(std::move(home), std::move(options), std::move(library));
}

}  // namespace patchbay::connector
