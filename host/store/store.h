#pragma once
// The hub's door to its database. Owns the Database and the one thread that uses it; everybody
// else hands in closures and awaits their results:
//
//   auto account = co_await store.transact([=](Database& db) -> Result<Account> { ... });
//
// A closure runs in one transaction: all of it happens, or (error, exception, full disk, kill -9)
// nothing of it. When the awaitable completes with a value the change is on disk; with
// kOutcomeUnknown nobody knows. Closures run one after another in the order they were handed in,
// must not wait for anything but the database, and must own what they capture. Writes that queue up
// behind each other share one commit (one fsync); each stays all-or-nothing for itself.
//
// A closure may run several times before its result counts: when another instance on the same
// PostgreSQL was faster, all it did is undone and it sees the new state. So it must do nothing but
// use the database, and leave what it captured as it was.
//
// transact/read: any thread, resumes on the awaiting coroutine's executor; not cancellable once
// handed in. The store thread posts to the loops it serves: stop() before a loop is destroyed.
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <condition_variable>
#include <deque>
#include <exception>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/result.h"
#include "store/database.h"
#include "store/sqlite_database.h"

namespace patchbay::store {

// What a closure returns: Result<something>.
template <class F>
using ResultOf = std::invoke_result_t<F&, Database&>;

class Store {
 public:
  // kCaller has no thread: closures run at once inside the call. For the simulator, which drives
  // everything from one loop.
  enum class Runs : std::uint8_t { kOwnThread, kCaller };

  // Takes a migrated database.
  explicit Store(std::unique_ptr<Database> database, Runs runs = Runs::kOwnThread);
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;
  ~Store();

  template <class F>
  boost::asio::awaitable<ResultOf<F>> transact(F work) {
    return submit(Access::kWrite, std::move(work));
  }
  // One consistent view; the closure must not write.
  template <class F>
  boost::asio::awaitable<ResultOf<F>> read(F work) {
    return submit(Access::kRead, std::move(work));
  }

  // The same two for start-up and the command line: block the calling thread, so never on a loop.
  template <class F>
  ResultOf<F> transact_blocking(F work) {
    return submit_blocking(Access::kWrite, std::move(work));
  }
  template <class F>
  ResultOf<F> read_blocking(F work) {
    return submit_blocking(Access::kRead, std::move(work));
  }
  // Access::kAlone: "if there is none, make one", where no unique key keeps two instances apart.
  template <class F>
  ResultOf<F> transact_alone_blocking(F work) {
    return submit_blocking(Access::kAlone, std::move(work));
  }

  // Finishes what is queued and ends the thread. Later calls get kCancelled. Idempotent; not from
  // the store thread.
  void stop();

 private:
  class Job {
   public:
    explicit Job(Access access) : access_(access) {}
    Job(const Job&) = delete;
    Job& operator=(const Job&) = delete;
    virtual ~Job() = default;
    [[nodiscard]] Access access() const { return access_; }
    virtual bool run(Database& database) = 0;  // true: keep what it wrote
    virtual void fail(Error error) = 0;        // replaces the result
    virtual void finish() = 0;                 // hands the result over; once, last

   private:
    Access access_;
  };
  using Jobs = std::vector<std::unique_ptr<Job>>;

  template <class F>
  class WorkJob : public Job {
   public:
    using Outcome = ResultOf<F>;
    WorkJob(Access access, F work) : Job(access), work_(std::move(work)) {}
    bool run(Database& database) override {
      outcome_.emplace((*work_)(database));
      return outcome_->has_value();
    }
    void fail(Error error) override { outcome_.emplace(std::move(error)); }

   protected:
    Outcome take_outcome() {
      work_.reset();  // what it captured goes before the caller goes on
      return *std::move(outcome_);
    }

   private:
    std::optional<F> work_;
    std::optional<Outcome> outcome_;
  };

  template <class F, class Handler>
  class AsyncJob final : public WorkJob<F> {
   public:
    AsyncJob(Access access, F work, Handler handler)
        : WorkJob<F>(access, std::move(work)),
          guard_(boost::asio::make_work_guard(boost::asio::get_associated_executor(handler))),
          handler_(std::move(handler)) {}
    void finish() override {
      auto executor = guard_.get_executor();
      boost::asio::post(executor, [handler = std::move(handler_), guard = std::move(guard_),
                                   outcome = this->take_outcome()]() mutable {
        guard.reset();
        std::move(handler)(std::move(outcome));
      });
    }

   private:
    boost::asio::executor_work_guard<boost::asio::associated_executor_t<Handler>> guard_;
    Handler handler_;
  };

  template <class F>
  class BlockingJob final : public WorkJob<F> {
   public:
    BlockingJob(Access access, F work, std::promise<ResultOf<F>> promise)
        : WorkJob<F>(access, std::move(work)), promise_(std::move(promise)) {}
    void finish() override { promise_.set_value(this->take_outcome()); }

   private:
    std::promise<ResultOf<F>> promise_;
  };

  template <class F>
  struct Initiate {
    Store* store;
    Access access;
    template <class Handler>
    void operator()(Handler handler, F work) const {
      store->enqueue(
          std::make_unique<AsyncJob<F, Handler>>(access, std::move(work), std::move(handler)));
    }
  };

  template <class F>
  boost::asio::awaitable<ResultOf<F>> submit(Access access, F work) {
    return boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void(ResultOf<F>)>(
        Initiate<F>{this, access}, boost::asio::use_awaitable, std::move(work));
  }

  template <class F>
  ResultOf<F> submit_blocking(Access access, F work) {
    std::promise<ResultOf<F>> promise;
    auto future = promise.get_future();
    enqueue(std::make_unique<BlockingJob<F>>(access, std::move(work), std::move(promise)));
    return future.get();
  }

  void enqueue(std::unique_ptr<Job> job);
  void serve();
  void run_all(Jobs& jobs);
  bool run_guarded(Job& job);
  bool run_in_savepoint(Job& job);  // true: its writes stand, if the transaction commits
  void run_read(Job& job);
  void read_once(Job& job);
  // One transaction for several, again when others were faster; returns how many were dealt with,
  // at least one.
  std::size_t run_writes(std::span<std::unique_ptr<Job>> jobs);
  std::size_t write_once(std::span<std::unique_ptr<Job>> jobs, Access access);

  std::unique_ptr<Database> database_;  // the store thread's alone once that runs
  std::mutex mutex_;                    // guards queue_ and stopping_
  std::condition_variable wake_;
  std::deque<std::unique_ptr<Job>> queue_;
  bool stopping_ = false;
  bool has_thread_;
  std::thread thread_;
};

// Opens the file, brings its schema up to date and starts the store.
Result<std::unique_ptr<Store>> open_sqlite_store(const SqliteOptions& options);

}  // namespace patchbay::store
