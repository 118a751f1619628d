// Finer points of the border between hub and worker, each once found open.
#include <elf.h>

#include <boost/asio/steady_timer.hpp>
#include <cstring>

#include "connector/registry.h"
#include "net/wait_all.h"
#include "temp_folder.h"
#include "worker_fixture.h"

namespace patchbay::integration {
namespace {

class WorkerBorder : public WorkerTest {};

TEST_F(WorkerBorder, ADeniedCallIsToldAndAuditedAlsoWhenOtherCallsWait) {
  const auto runtime = open(hostile_connector("escape"), undeterred());
  ASSERT_TRUE(wait(runtime->start()));
  std::vector<std::string> told;
  auto one = [&]() -> net::Task<> {
    auto action = co_await call(*runtime, {{"attempt", "fork"}});
    told.push_back(action ? "no error" : action.error().message);
  };
  std::vector<net::Task<>> all;
  all.reserve(5);
  for (int i = 0; i < 5; ++i) all.push_back(one());
  wait_for(net::wait_all(std::move(all)));
  ASSERT_EQ(told.size(), 5U);
  for (const auto& message : told)
    EXPECT_NE(message.find("tried the system call clone"), std::string::npos) << message;
  EXPECT_GE(audit.count("connector.system_call_denied", "clone"), 1U);
  runtime->stop();
}

TEST_F(WorkerBorder, ALibraryThatSaysNothingOfItsStackIsRefused) {
  auto bytes = read_bytes(hostile_connector("small_approved"));
  Elf64_Ehdr head{};
  std::memcpy(&head, bytes.data(), sizeof head);
  for (int i = 0; i < head.e_phnum; ++i) {
    auto* at = bytes.data() + head.e_phoff + static_cast<std::size_t>(i) * sizeof(Elf64_Phdr);
    Elf64_Phdr segment{};
    std::memcpy(&segment, at, sizeof segment);
    if (segment.p_type != PT_GNU_STACK) continue;
    segment.p_type = PT_NULL;
    std::memcpy(at, &segment, sizeof segment);
  }
  const TempFolder folder;
  write_bytes(folder / "stack.so", bytes, 0600);
  const auto file = connector::read_connector_file(folder / "stack.so");
  ASSERT_FALSE(file);
  EXPECT_NE(file.error().message.find("executable stack"), std::string::npos)
      << file.error().message;
}

TEST_F(WorkerBorder, MemoryIsNeitherPoisonedNorShared) {
  const auto runtime = open(hostile_connector("poison_memory"), undeterred());
  ASSERT_TRUE(wait(runtime->start()));
  const auto action = wait(call(*runtime, {}));
  ASSERT_FALSE(action);
  EXPECT_NE(action.error().message.find("madvise"), std::string::npos) << action.error().message;
  runtime->stop();
}

TEST_F(WorkerBorder, NoReleaseIsLostWhenThousandsComeAtOnce) {
  const auto runtime = open(hostile_connector("count_flows"), undeterred(20s));
  ASSERT_TRUE(wait(runtime->start()));
  for (int round = 0; round < 3; ++round) {
    std::vector<net::Task<>> all;
    all.reserve(3000);
    for (int i = 0; i < 3000; ++i)
      all.push_back(
          [](connector::Runtime& one) -> net::Task<> { (void)co_await call(one, {}); }(*runtime));
    wait_for(net::wait_all(std::move(all)));
  }
  const auto end = std::chrono::steady_clock::now() + 10s;
  std::string live;
  while (live != "1" && std::chrono::steady_clock::now() < end) {
    const auto action = wait(call(*runtime, {}));
    ASSERT_TRUE(action);
    live = action->fail->message.fallback;
  }
  EXPECT_EQ(live, "1") << "flows were left behind";
  runtime->stop();
}

TEST_F(WorkerBorder, WhatAWorkerTellsOfItsFailureIsBounded) {
  const auto runtime = open(hostile_connector("forge_at_load"), undeterred());
  const auto started = wait(runtime->start());
  ASSERT_FALSE(started);
  EXPECT_LT(started.error().message.size(), 1024U);
  runtime->stop();
}

TEST_F(WorkerBorder, ALogLineInAMemfdIsABreach) {
  const auto runtime = open(hostile_connector("large_logs"), undeterred());
  ASSERT_TRUE(wait(runtime->start()));
  const auto action = wait(call(*runtime, {}));
  ASSERT_FALSE(action);
  EXPECT_NE(action.error().message.find("bytes that make no sense"), std::string::npos)
      << action.error().message;
  runtime->stop();
}

// Lets in whatever is signed.
class SignedGate final : public connector::Gate {
 public:
  net::Task<Result<connector::Review>> review(const connector::ConnectorFile& file) override {
    connector::Review review;
    review.approved = !file.signature.empty();
    co_return review;
  }
  net::Task<Result<bool>> is_approved(std::string /*sha256*/) override { co_return false; }
  net::Task<Result<>> approve(const connector::ConnectorFile& /*file*/,
                              std::string /*actor*/) override {
    co_return Result<>();
  }
  net::Task<Result<>> withdraw(const connector::ConnectorFile& /*file*/,
                               std::string /*actor*/) override {
    co_return Result<>();
  }
  net::Task<Result<std::int64_t>> sequence() override { co_return 0; }
};

TEST_F(WorkerBorder, ASignatureThatComesAfterItsLibraryIsNoticed) {
  const TempFolder folder;
  write_bytes(folder / "small.so", read_bytes(hostile_connector("small_approved")), 0600);
  SignedGate gate;
  const auto registry = std::make_shared<connector::Registry>(
      loops.loop(0).get_executor(),
      connector::RegistryOptions{.folder = folder.path(), .worker_program = kWorker, .restart = {}},
      gate, audit);
  ASSERT_TRUE(wait(registry->start()));
  EXPECT_FALSE(registry->find("misfit"));
  write_bytes(folder / "small.so.minisig", "a signature", 0600);
  const auto end = std::chrono::steady_clock::now() + 10s;
  while (!registry->find("misfit") && std::chrono::steady_clock::now() < end)
    std::this_thread::sleep_for(2ms);
  EXPECT_TRUE(registry->find("misfit"));
  wait(registry->stop());
}

}  // namespace
}  // namespace patchbay::integration
