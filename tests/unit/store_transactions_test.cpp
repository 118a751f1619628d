// Store: closures from many coroutines, one thread, all-or-nothing each.
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <stdexcept>
#include <thread>
#include <vector>

#include "store/store.h"
#include "store_test_support.h"

namespace patchbay::store {
namespace {

namespace asio = boost::asio;

auto adding(std::string id) {
  return [id = std::move(id)](Database& db) { return projects_table::insert(db, {id, "x", 1}); };
}

auto counting() {
  return [](Database& db) -> Result<std::int64_t> {
    PATCHBAY_TRY_ASSIGN(const auto all, projects_table::list(db));
    return static_cast<std::int64_t>(all.size());
  };
}

template <class Coroutine>
void run(asio::io_context& loop, Coroutine coroutine) {
  asio::co_spawn(loop, std::move(coroutine), [](const std::exception_ptr& failure) {
    if (failure) std::rethrow_exception(failure);
  });
  loop.run();
}

struct StoreTest : testing::TestWithParam<Kind> {
  TestPlace place{GetParam()};
  asio::io_context loop;  // loops outlive the store that resumes on them
  std::array<asio::io_context, 4> more_loops;
  std::unique_ptr<Store> store = std::make_unique<Store>(place.open_migrated());
  std::int64_t count() { return store->read_blocking(counting()).value(); }
};

TEST_P(StoreTest, ATransactionResumesOnTheCallersLoopWithItsResult) {
  run(loop, [this]() -> asio::awaitable<void> {
    const auto loop_thread = std::this_thread::get_id();
    std::thread::id store_thread;
    const auto added = co_await store->transact([&store_thread](Database& db) {
      store_thread = std::this_thread::get_id();
      return projects_table::insert(db, {"prj_1", "x", 1});
    });
    EXPECT_TRUE(added);
    EXPECT_EQ(std::this_thread::get_id(), loop_thread);
    EXPECT_NE(store_thread, loop_thread);
    const auto seen = co_await store->read(counting());
    EXPECT_EQ(seen.value(), 1);
  });
}

TEST_P(StoreTest, AnErrorUndoesEverythingTheClosureWrote) {
  const auto done = store->transact_blocking([](Database& db) -> Result<void> {
    PATCHBAY_TRY(projects_table::insert(db, {"prj_1", "x", 1}));
    return make_error(ErrorCode::kConflict, "changed my mind");
  });
  EXPECT_EQ(code_of(done), ErrorCode::kConflict);
  EXPECT_EQ(count(), 0);
}

TEST_P(StoreTest, AnExceptionUndoesEverythingAndTheStoreLivesOn) {
  const auto done = store->transact_blocking([](Database& db) -> Result<void> {
    PATCHBAY_TRY(projects_table::insert(db, {"prj_1", "x", 1}));
    throw std::runtime_error("bad idea 4711");
  });
  EXPECT_EQ(code_of(done), ErrorCode::kInternal);
  EXPECT_EQ(done.error().message.find("4711"), std::string::npos);
  EXPECT_EQ(count(), 0);
  EXPECT_TRUE(store->transact_blocking(adding("prj_2")));
}

TEST_P(StoreTest, AReadThatWritesIsRefused) {
  EXPECT_EQ(code_of(store->read_blocking(adding("prj_1"))), ErrorCode::kInternal);
  EXPECT_EQ(count(), 0);
}

TEST_P(StoreTest, ResultsThatOnlyMoveAreHandedOver) {
  const auto made = store->transact_blocking(
      [](Database&) -> Result<std::unique_ptr<int>> { return std::make_unique<int>(7); });
  ASSERT_TRUE(made);
  EXPECT_EQ(**made, 7);
}

// Holds the store thread, so that what comes next queues up and shares a commit.
class Gate {
 public:
  explicit Gate(Store& store) {
    thread_ = std::jthread([this, &store] {
      (void)store.read_blocking([this](Database&) -> Result<void> {
        inside_.store(true);
        inside_.notify_one();
        open_.wait(false);
        return {};
      });
    });
    inside_.wait(false);
  }
  void open() {
    open_.store(true);
    open_.notify_one();
  }

 private:
  std::atomic<bool> inside_{false};
  std::atomic<bool> open_{false};
  std::jthread thread_;
};

TEST_P(StoreTest, QueuedTransactionsFailAloneAndTheOthersStand) {
  Gate gate(*store);
  std::vector<ErrorCode> failures;
  int good = 0;
  for (const auto* id : {"a", "b", "a", "c", "b", "d"}) {  // two are taken when their turn comes
    asio::co_spawn(
        loop,
        [&, id]() -> asio::awaitable<void> {
          const auto done = co_await store->transact(adding(id));
          done ? static_cast<void>(++good) : failures.push_back(done.error().code);
        },
        asio::detached);
  }
  loop.poll();  // all six are queued now
  gate.open();
  loop.run();
  EXPECT_EQ(good, 4);
  EXPECT_EQ(failures, (std::vector{ErrorCode::kConflict, ErrorCode::kConflict}));
  EXPECT_EQ(count(), 4);
}

TEST_P(StoreTest, QueuedTransactionsFailTogetherWhenTheDatabaseIsLocked) {
  const auto other = place.open();
  ASSERT_TRUE(other->begin(Access::kAlone));
  std::vector<ErrorCode> failures;
  Gate gate(*store);
  for (const auto* id : {"a", "b"}) {
    asio::co_spawn(
        loop,
        [&, id]() -> asio::awaitable<void> {
          const auto done = co_await store->transact(adding(id));
          if (!done) failures.push_back(done.error().code);
        },
        asio::detached);
  }
  loop.poll();
  gate.open();
  loop.run();
  EXPECT_EQ(failures, (std::vector{ErrorCode::kStorage, ErrorCode::kStorage}));
  other->rollback();
  EXPECT_EQ(count(), 0);
  EXPECT_TRUE(store->transact_blocking(adding("a")));
}

TEST(StoreFullTest, InAFullDatabaseEachAcknowledgedTransactionStandsWholeAndNoOtherDoes) {
  const TestFolder folder;
  asio::io_context loop;
  SqliteOptions options;
  options.path = folder.file();
  options.max_pages = 120;
  auto opened = open_sqlite_store(options);
  ASSERT_TRUE(opened) << opened.error().message;
  Store& store = **opened;
  Gate gate(store);
  std::vector<int> good;
  int full = 0;
  for (int i = 0; i < 100; ++i) {
    asio::co_spawn(
        loop,
        [&, i]() -> asio::awaitable<void> {
          const auto done = co_await store.transact([i](Database& db) -> Result<void> {
            const std::string id = std::to_string(i);
            PATCHBAY_TRY(projects_table::insert(db, {id + "a", std::string(10'000, 'x'), 1}));
            return projects_table::insert(db, {id + "b", std::string(10'000, 'x'), 1});
          });
          if (done) {
            good.push_back(i);
          } else {
            EXPECT_EQ(done.error().code, ErrorCode::kStorage);
            ++full;
          }
        },
        asio::detached);
  }
  loop.poll();
  gate.open();
  loop.run();
  EXPECT_GT(full, 0);
  const auto stored = store.read_blocking(counting());
  EXPECT_EQ(stored.value(), 2 * static_cast<std::int64_t>(good.size()));
  for (const int i : good) {
    EXPECT_TRUE(store
                    .read_blocking([i](Database& db) {
                      return projects_table::find(db, std::to_string(i) + "b");
                    })
                    ->has_value());
  }
}

TEST_P(StoreTest, ManyLoopsMayUseItAtOnce) {
  std::vector<std::jthread> threads;
  threads.reserve(more_loops.size());
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([this, t] {
      run(more_loops.at(static_cast<std::size_t>(t)), [this, t]() -> asio::awaitable<void> {
        for (int i = 0; i < 25; ++i) {
          const auto done = co_await store->transact([](Database& db) -> Result<std::int64_t> {
            PATCHBAY_TRY_ASSIGN(const auto all, projects_table::list(db));
            const auto n = static_cast<std::int64_t>(all.size());
            PATCHBAY_TRY(projects_table::insert(db, {std::to_string(n), "x", n}));
            return n;
          });
          // Read-then-write never collides: transactions do not overlap.
          EXPECT_TRUE(done) << t << " " << i;
        }
      });
    });
  }
  threads.clear();
  EXPECT_EQ(count(), 100);
}

TEST_P(StoreTest, StoppingFinishesWhatIsQueuedAndRefusesTheRest) {
  std::vector<bool> results;
  Gate gate(*store);
  for (int i = 0; i < 10; ++i) {
    asio::co_spawn(
        loop,
        [&, i]() -> asio::awaitable<void> {
          results.push_back((co_await store->transact(adding(std::to_string(i)))).has_value());
        },
        asio::detached);
  }
  loop.poll();
  std::jthread opener([&gate] { gate.open(); });
  store->stop();
  loop.restart();
  loop.run();
  EXPECT_EQ(results, std::vector<bool>(10, true));
  EXPECT_EQ(code_of(store->transact_blocking(adding("late"))), ErrorCode::kCancelled);
  store->stop();
  store.reset();
  store = std::make_unique<Store>(place.open_migrated());
  EXPECT_EQ(count(), 10);
}

TEST(StoreInlineTest, WithoutAThreadOfItsOwnItRunsOnTheCallers) {
  asio::io_context loop;
  Store store(migrated(), Store::Runs::kCaller);
  run(loop, [&store]() -> asio::awaitable<void> {
    const auto here = std::this_thread::get_id();
    const auto same = co_await store.transact([here](Database& db) -> Result<bool> {
      PATCHBAY_TRY(projects_table::insert(db, {"prj_1", "x", 1}));
      return std::this_thread::get_id() == here;
    });
    EXPECT_TRUE(same.value());
    const auto seen = co_await store.read(counting());
    EXPECT_EQ(seen.value(), 1);
  });
}

TEST(StoreOpenTest, ADatabaseThatCannotBeOpenedIsAnErrorAndNoStore) {
  const TestFolder folder;
  SqliteOptions options;
  options.path = folder.path();
  EXPECT_EQ(code_of(open_sqlite_store(options)), ErrorCode::kStorage);
}

INSTANTIATE_TEST_SUITE_P(Every, StoreTest, every_kind, name_of_kind);

}  // namespace
}  // namespace patchbay::store
