// The audit log's reader for the pages: beside the loops, and no more at once than it says.
#include "audit/audit_reader.h"

#include <gtest/gtest.h>

#include <boost/asio/post.hpp>
#include <chrono>
#include <thread>

#include "audit/audit_folder.h"
#include "net/loops.h"
#include "store_test_support.h"

namespace patchbay::audit {
namespace {

struct AuditReaderTest : testing::Test {
  store::TestFolder scratch;
  std::string folder = scratch.file("audit");
  std::string instance = open_audit_folder(folder).value();
  FakeClock clock;
  net::LoopPool loops{1};
  AuditReader reader{folder, clock};

  AuditReader::Verification when_done() {
    for (int tries = 0; tries < 2'000 && reader.verification().under_way; ++tries)
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    return reader.verification();
  }
};

TEST_F(AuditReaderTest, GivesPagesOnTheCallersLoop) {
  const auto on_loop = [this]() -> net::Task<bool> {
    const auto before = std::this_thread::get_id();
    const auto page = co_await reader.page({});
    co_return page && page->events.empty() && std::this_thread::get_id() == before;
  };
  EXPECT_TRUE(loops.block_on(on_loop()));
}

TEST_F(AuditReaderTest, RefusesWhatWouldWaitTooLong) {
  int refused = 0;
  int read = 0;
  const auto one = [&]() -> net::Task<> {
    const auto page = co_await reader.page({});
    ++(page ? read : refused);
    if (!page) EXPECT_EQ(page.error().code, ErrorCode::kUnavailable);
  };
  for (int i = 0; i < 3 * AuditReader::kMostWaiting; ++i)
    net::asio::co_spawn(loops.loop(0), one(),
                        [](const std::exception_ptr& failure) { EXPECT_EQ(failure, nullptr); });
  const auto until_all = [&]() -> net::Task<> {
    while (read + refused < 3 * AuditReader::kMostWaiting)
      co_await net::asio::post(loops.loop(0), net::asio::use_awaitable);
  };
  loops.block_on(until_all());
  EXPECT_GT(refused, 0);
  EXPECT_GE(read, AuditReader::kMostWaiting);
  EXPECT_TRUE(loops.block_on(reader.page({}))) << "and goes on afterwards";
}

TEST_F(AuditReaderTest, VerifiesOnceAtATimeAndTellsWhen) {
  EXPECT_EQ(reader.verification().ended, 0);
  reader.verify({});
  const auto first = when_done();
  EXPECT_EQ(first.count, 1);
  EXPECT_EQ(first.ended, clock.unix_ms());
  ASSERT_TRUE(first.outcome && *first.outcome);
  EXPECT_FALSE((*first.outcome)->is_tampered());
  clock.advance_ms(5'000);
  reader.verify({{"audit-gone.jsonl", {}, 3, "0", true}});
  const auto second = when_done();
  EXPECT_EQ(second.ended, first.ended + 5'000);
  ASSERT_TRUE(second.outcome && *second.outcome);
  EXPECT_TRUE((*second.outcome)->is_tampered()) << "a file that was recorded is gone";
}

}  // namespace
}  // namespace patchbay::audit
