// A database that fails at chosen moments: no transaction is reported as done unless it is.
#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <thread>
#include <vector>

#include "store/store.h"
#include "store_test_support.h"

namespace patchbay::store {
namespace {

namespace asio = boost::asio;

// Passes everything on, except where told to fail. Set up before the store thread sees it.
class FaultyDatabase final : public Database {
 public:
  explicit FaultyDatabase(std::unique_ptr<Database> real) : real_(std::move(real)) {}

  std::atomic<bool> fail_commit = false;
  std::atomic<bool> fail_begin = false;
  // A row with this id takes the whole transaction away, as SQLite does on some I/O errors.
  std::string deadly_id;

  Result<Rows> query(std::string_view sql, std::span<const Param> params) override {
    return real_->query(sql, params);
  }
  Result<std::int64_t> execute(std::string_view sql, std::span<const Param> params) override {
    if (!deadly_id.empty() && !params.empty()) {
      const auto* text = std::get_if<std::string_view>(&params[0].value());
      if (text != nullptr && *text == deadly_id) {
        real_->rollback();
        return fault();
      }
    }
    return real_->execute(sql, params);
  }
  Result<void> begin(Access access) override {
    if (fail_begin && access == Access::kWrite) return fault();
    return real_->begin(access);
  }
  Result<void> commit() override {
    if (fail_commit) return fault();  // SQLite may leave the transaction open then
    return real_->commit();
  }
  void rollback() override { real_->rollback(); }
  [[nodiscard]] bool in_transaction() const override { return real_->in_transaction(); }
  Result<bool> has_table(std::string_view name) override { return real_->has_table(name); }
  [[nodiscard]] const Dialect& dialect() const override { return real_->dialect(); }

 private:
  static Error fault() { return make_error(ErrorCode::kStorage, "planted"); }
  std::unique_ptr<Database> real_;
};

struct StoreFaultsTest : testing::Test {
  asio::io_context loop;
  std::unique_ptr<FaultyDatabase> made = std::make_unique<FaultyDatabase>(migrated());
  FaultyDatabase& faults = *made;
  std::unique_ptr<Store> store;

  // Adds the projects in one batch; returns for each whether it was acknowledged.
  std::vector<bool> add(const std::vector<std::string>& ids) {
    if (!store) store = std::make_unique<Store>(std::move(made));
    std::atomic<bool> inside{false};
    std::atomic<bool> go{false};
    std::jthread gate([&] {
      (void)store->read_blocking([&](Database&) -> Result<void> {
        inside = true;
        inside.notify_one();
        go.wait(false);
        return {};
      });
    });
    inside.wait(false);
    std::vector<bool> acknowledged(ids.size());
    for (std::size_t i = 0; i < ids.size(); ++i) {
      asio::co_spawn(
          loop,
          [this, i, &ids, &acknowledged]() -> asio::awaitable<void> {
            const auto done = co_await store->transact(
                [id = ids[i]](Database& db) { return projects_table::insert(db, {id, "x", 1}); });
            acknowledged[i] = done.has_value();
            if (!done) EXPECT_EQ(done.error().code, ErrorCode::kStorage) << done.error().message;
          },
          asio::detached);
    }
    loop.restart();
    loop.poll();
    go = true;
    go.notify_one();
    loop.run();
    return acknowledged;
  }
  std::vector<bool> stored(const std::vector<std::string>& ids) {
    std::vector<bool> out;
    out.reserve(ids.size());
    for (const auto& id : ids) {
      out.push_back(store
                        ->read_blocking([&id](Database& db) -> Result<bool> {
                          PATCHBAY_TRY_ASSIGN(const auto row, projects_table::find(db, id));
                          return row.has_value();
                        })
                        .value());
    }
    return out;
  }
};

TEST_F(StoreFaultsTest, WhenTheCommitFailsNoneOfItsTransactionsIsAcknowledged) {
  faults.fail_commit = true;
  EXPECT_EQ(add({"a", "b", "c"}), std::vector<bool>(3, false));
  faults.fail_commit = false;
  EXPECT_EQ(stored({"a", "b", "c"}), std::vector<bool>(3, false));
  EXPECT_EQ(add({"a"}), std::vector<bool>(1, true));
}

TEST_F(StoreFaultsTest, WhenATransactionCannotBeginNothingIsAcknowledged) {
  faults.fail_begin = true;
  EXPECT_EQ(add({"a", "b"}), std::vector<bool>(2, false));
  faults.fail_begin = false;
  EXPECT_EQ(stored({"a", "b"}), std::vector<bool>(2, false));
}

TEST_F(StoreFaultsTest, WhenTheDatabaseDropsATransactionOnlyWhatStandsIsAcknowledged) {
  faults.deadly_id = "c";
  const std::vector<std::string> ids = {"a", "b", "c", "d", "e"};
  const auto acknowledged = add(ids);
  EXPECT_EQ(acknowledged, (std::vector<bool>{false, false, false, true, true}));
  EXPECT_EQ(stored(ids), acknowledged);
}

TEST_F(StoreFaultsTest, AClosureThatHidesALostTransactionIsNotAcknowledged) {
  faults.deadly_id = "c";
  store = std::make_unique<Store>(std::move(made));
  const auto done = store->transact_blocking([](Database& db) -> Result<void> {
    (void)projects_table::insert(db, {"b", "x", 1});
    (void)projects_table::insert(db, {"c", "x", 1});  // its error is dropped
    return {};
  });
  EXPECT_EQ(code_of(done), ErrorCode::kStorage);
  EXPECT_EQ(stored({"b"}), std::vector<bool>(1, false));
}

}  // namespace
}  // namespace patchbay::store
