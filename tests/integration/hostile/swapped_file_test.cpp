// A file that is exchanged between check and load, again and again, by renaming and by writing in
// place: what is loaded always is what was approved. PATCHBAY_HOSTILE_SWAPS: how many loads
// instead of 300; in full 10,000.
#include <atomic>
#include <cstdlib>
#include <fstream>
#include <thread>

#include "base/hash.h"
#include "connector/registry.h"
#include "connector/trust/gate.h"
#include "net/wait_all.h"
#include "stderr_capture.h"
#include "store/migrations.h"
#include "store/sqlite_database.h"
#include "temp_folder.h"
#include "worker_fixture.h"

namespace patchbay::integration {
namespace {

std::size_t wanted_loads() {
  const char* wanted = std::getenv("PATCHBAY_HOSTILE_SWAPS");
  return wanted != nullptr ? std::strtoul(wanted, nullptr, 10) : 300;
}

// Exchanges a file's content as fast as it can while it lives.
class Swapper {
 public:
  Swapper(std::string path, std::string approved, std::string intruder)
      : path_(std::move(path)), contents_{std::move(approved), std::move(intruder)} {
    write_bytes(path_, contents_[0], 0600);
    thread_ = std::thread([this] { work(); });
  }
  ~Swapper() {
    over_ = true;
    thread_.join();
  }
  Swapper(const Swapper&) = delete;
  Swapper& operator=(const Swapper&) = delete;

  [[nodiscard]] std::uint64_t swaps() const { return swaps_; }
  // The content was exchanged at least twice, so that the other one lay there meanwhile.
  void wait_for_swaps() const {
    for (const auto begun = swaps_.load(); swaps_ < begun + 2;) std::this_thread::yield();
  }

 private:
  void work() {
    for (std::size_t i = 1; !over_; ++i) {
      const auto& content = contents_[i % 2];
      if (i % 4 < 2) {
        write_bytes(path_ + ".new", content, 0600);
        fs::rename(path_ + ".new", path_);
      } else {
        std::fstream file(path_, std::ios::binary | std::ios::in | std::ios::out);
        file.write(content.data(), static_cast<std::streamsize>(content.size()));
      }
      ++swaps_;
    }
  }

  std::string path_;
  std::string contents_[2];
  std::atomic<std::uint64_t> swaps_ = 0;
  std::atomic<bool> over_ = false;
  std::thread thread_;
};

class SwappedFile : public WorkerTest {
 protected:
  SwappedFile() {
    ::chmod(folder.path().c_str(), 0700);
    auto opened = store::open_sqlite({.path = ":memory:"});
    EXPECT_TRUE(store::migrate(**opened));
    store.emplace(*std::move(opened), store::Store::Runs::kCaller);
    gate.emplace(*store, clock, audit,
                 connector::TrustPolicy{
                     .approve_all = false, .pinned = {sha256_hex(approved)}, .trusted_keys = {}});
  }

  // Loads what was approved and asks for its token.
  net::Task<> load(connector::ConnectorFile file) {
    EXPECT_EQ(file.sha256, sha256_hex(approved));
    connector::WorkerOptions options = undeterred();
    options.worker_program = kWorker;
    options.name = "swapped";
    const auto runtime = connector::make_worker_runtime(loops.loop(0).get_executor(),
                                                        std::move(options), std::move(file.bytes));
    const auto action = co_await call(*runtime, {});
    runtime->stop();
    if (!action || !action->done || action->done->tokens.empty()) {
      ADD_FAILURE() << (action ? "no token" : action.error().message);
      co_return;
    }
    EXPECT_EQ(action->done->tokens[0].value.reveal(), "approved-token");
    ++loaded;
  }

  const std::string approved = read_bytes(hostile_connector("small_approved"));
  const std::string intruder = read_bytes(hostile_connector("small_intruder"));
  TempFolder folder{in_memory()};
  SystemClock clock;
  std::optional<store::Store> store;
  std::optional<connector::StoredGate> gate;
  std::size_t loaded = 0;
};

TEST_F(SwappedFile, IsLoadedAsItWasApproved) {
  ASSERT_EQ(approved.size(), intruder.size());
  const auto path = folder / "swapped.so";
  Swapper swapper(path, approved, intruder);
  std::size_t refused = 0;
  std::size_t unreadable = 0;
  std::vector<net::Task<>> together;
  while (loaded < wanted_loads() && !HasFailure()) {
    auto file = connector::read_connector_file(path);
    if (!file) {
      ++unreadable;  // it was being written
      continue;
    }
    const auto review = wait(gate->review(*file));
    ASSERT_TRUE(review) << review.error().message;
    EXPECT_EQ(review->approved, file->sha256 == sha256_hex(approved));
    if (!review->approved) {
      ++refused;
      continue;
    }
    swapper.wait_for_swaps();  // between check and load
    together.push_back(load(std::move(*file)));
    if (together.size() == 4) wait_for(net::wait_all(std::exchange(together, {})));
  }
  std::cout << swapper.swaps() << " swaps: " << loaded << " loads of what was approved, " << refused
            << " contents not approved, " << unreadable << " half written\n";
  EXPECT_GT(refused, 0U);
}

TEST_F(SwappedFile, InALiveFolderIsNeverAnotherThanTheApproved) {
  const StderrCapture quiet;
  const auto registry = std::make_shared<connector::Registry>(
      loops.loop(0).get_executor(),
      connector::RegistryOptions{.folder = folder.path(), .worker_program = kWorker, .restart = {}},
      *gate, audit);
  std::size_t asked = 0;
  {
    Swapper swapper(folder / "swapped.so", approved, intruder);
    ASSERT_TRUE(wait(registry->start()));
    for (const auto end = std::chrono::steady_clock::now() + 3s;
         std::chrono::steady_clock::now() < end;) {
      const auto found = registry->find("misfit");
      if (!found) continue;
      EXPECT_EQ(found->sha256, sha256_hex(approved));
      const auto action = wait(call(*found->runtime, {}));
      if (!action) continue;  // it was stopped meanwhile
      ASSERT_TRUE(action->done);
      EXPECT_EQ(action->done->tokens[0].value.reveal(), "approved-token");
      ++asked;
    }
  }
  EXPECT_GT(asked, 0U);
  EXPECT_EQ(audit.count("connector.approved", sha256_hex(intruder)), 0U);
  wait(registry->stop());
}

}  // namespace
}  // namespace patchbay::integration
