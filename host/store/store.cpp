#include "store/store.h"

#include <pthread.h>

#include <csignal>
#include <new>

#include "base/log.h"
#include "metrics/hub_counters.h"
#include "store/migrations.h"

namespace patchbay::store {
namespace {

constexpr std::size_t kMaxQueue = 16'384;
// As many savepoints as PostgreSQL keeps track of in shared memory; more slow everybody down.
constexpr std::size_t kMaxBatch = 64;
// How often a batch may lose to other instances before it asks them to wait.
constexpr int kRacesToLose = 4;

using metrics::DatabaseError;

void count(DatabaseError error) {
  metrics::of_hub().database_errors.add(error);
}

Error undone() {
  return make_error(ErrorCode::kStorage,
                    "The database undid the transaction. Nothing was changed; try again.");
}

Error no_memory() {
  return make_error(ErrorCode::kStorage,
                    "There is not enough memory to use the database. Check what uses the machine's "
                    "memory; nothing was changed.");
}

}  // namespace

Store::Store(std::unique_ptr<Database> database, Runs runs)
    : database_(std::move(database)), has_thread_(runs == Runs::kOwnThread) {
  if (!has_thread_) return;
  // Signals are for the main thread.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  thread_ = std::thread([this] { serve(); });
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  pthread_setname_np(thread_.native_handle(), "store");
}

Store::~Store() {
  stop();
}

void Store::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void Store::enqueue(std::unique_ptr<Job> job) {
  std::optional<Error> refusal;
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) {
      refusal = make_error(ErrorCode::kCancelled, "The hub is shutting down.");
    } else if (queue_.size() >= kMaxQueue) {
      count(DatabaseError::kQueueFull);
      refusal = make_error(ErrorCode::kStorage,
                           "The database cannot keep up with the load. Try again in a moment.");
    } else if (has_thread_) {
      queue_.push_back(std::move(job));
      metrics::of_hub().database_queue.add(1);
      // Under the lock: once the job is done its caller may destroy this Store.
      wake_.notify_one();
      return;
    }
  }
  if (refusal) {
    job->fail(*std::move(refusal));
    job->finish();
    return;
  }
  Jobs jobs;
  jobs.push_back(std::move(job));
  run_all(jobs);
}

void Store::serve() {
  Jobs jobs;
  jobs.reserve(kMaxBatch);
  for (;;) {
    jobs.clear();
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
      if (queue_.empty()) return;
      while (!queue_.empty() && jobs.size() < kMaxBatch) {
        jobs.push_back(std::move(queue_.front()));
        queue_.pop_front();
      }
      metrics::of_hub().database_queue.add(-static_cast<std::int64_t>(jobs.size()));
    }
    run_all(jobs);
  }
}

void Store::run_all(Jobs& jobs) {
  for (std::size_t first = 0; first < jobs.size();) {
    std::size_t end = first + 1;
    try {
      const auto access = jobs[first]->access();
      if (access == Access::kRead) {
        run_read(*jobs[first]);
      } else {
        while (access == Access::kWrite && end < jobs.size() && jobs[end]->access() == access)
          ++end;
        end = first + run_writes(std::span(jobs).subspan(first, end - first));
      }
    } catch (const std::bad_alloc&) {
      // Between the closures: beginning or ending a transaction. Nothing was committed.
      count(DatabaseError::kMemory);
      database_->rollback();
      for (std::size_t i = first; i < end; ++i) jobs[i]->fail(no_memory());
    }
    for (; first < end; ++first) jobs[first]->finish();
  }
}

bool Store::run_guarded(Job& job) {
  try {
    return job.run(*database_);
  } catch (const std::bad_alloc&) {
    count(DatabaseError::kMemory);
    job.fail(no_memory());
    return false;
  } catch (const std::exception& failure) {
    log::error("store", "closure_threw", {{"what", failure.what()}});
  } catch (...) {
    log::error("store", "closure_threw");
  }
  count(DatabaseError::kBug);
  job.fail(make_error(ErrorCode::kInternal,
                      "A mistake in the hub stopped this change. Nothing was changed; the log of "
                      "the hub says more."));
  return false;
}

bool Store::run_in_savepoint(Job& job) {
  if (auto marked = database_->execute("SAVEPOINT job"); !marked) {
    job.fail(std::move(marked).error());
    database_->rollback();
    return false;
  }
  if (!run_guarded(job)) {
    if (database_->may_rerun()) {
      database_->rollback();
      return false;
    }
    if (!database_->execute("ROLLBACK TO SAVEPOINT job") ||
        !database_->execute("RELEASE SAVEPOINT job")) {
      database_->rollback();
    }
    return false;
  }
  if (auto released = database_->execute("RELEASE SAVEPOINT job"); !released) {
    count(DatabaseError::kUndone);
    job.fail(undone());
    database_->rollback();
    return false;
  }
  return true;
}

void Store::read_once(Job& job) {
  if (auto begun = database_->begin(Access::kRead); !begun) {
    count(DatabaseError::kBegin);
    job.fail(std::move(begun).error());
    return;
  }
  run_guarded(job);
  database_->rollback();
}

void Store::run_read(Job& job) {
  read_once(job);
  if (database_->may_rerun()) read_once(job);
}

std::size_t Store::write_once(std::span<std::unique_ptr<Job>> jobs, Access access) {
  std::vector<Job*> kept;
  kept.reserve(jobs.size());
  if (auto begun = database_->begin(access); !begun) {
    count(DatabaseError::kBegin);
    for (auto& job : jobs) job->fail(begun.error());
    return jobs.size();
  }
  std::size_t done = 0;
  for (; done < jobs.size(); ++done) {
    if (run_in_savepoint(*jobs[done])) kept.push_back(jobs[done].get());
    if (!database_->in_transaction()) {
      // A full disk or an I/O error took the others' work with it; the rest gets a new transaction.
      if (!database_->may_rerun()) count(DatabaseError::kUndone);
      for (Job* other : kept) other->fail(undone());
      return done + 1;
    }
  }
  if (auto committed = database_->commit(); !committed) {
    if (!database_->may_rerun()) count(DatabaseError::kCommit);
    database_->rollback();
    for (Job* job : kept) job->fail(committed.error());
  }
  return jobs.size();
}

std::size_t Store::run_writes(std::span<std::unique_ptr<Job>> jobs) {
  for (int i = 0; i < kRacesToLose; ++i) {
    const auto done = write_once(jobs, jobs.front()->access());
    if (!database_->may_rerun()) return done;
  }
  return write_once(jobs, Access::kAlone);
}

Result<std::unique_ptr<Store>> open_sqlite_store(const SqliteOptions& options) {
  PATCHBAY_TRY_ASSIGN(auto database, open_sqlite(options));
  PATCHBAY_TRY(migrate(*database));
  return std::make_unique<Store>(std::move(database));
}

}  // namespace patchbay::store
