// Thousands of broken copies of a small connector: each is refused by name before it is loaded, or
// loaded in a worker, where it works or fails by name. What happened to how many is printed.
// PATCHBAY_HOSTILE_LIBRARIES: how many instead of 2,000; in full 10,000.
#include <elf.h>

#include <cstdlib>
#include <cstring>
#include <fstream>
#include <functional>
#include <iostream>
#include <map>
#include <random>

#include "connector/registry.h"
#include "net/wait_all.h"
#include "open_gate.h"
#include "stderr_capture.h"
#include "temp_folder.h"
#include "worker_fixture.h"

namespace patchbay::integration {
namespace {

using connector::ConnectorState;

std::size_t wanted_libraries() {
  const char* wanted = std::getenv("PATCHBAY_HOSTILE_LIBRARIES");
  return wanted != nullptr ? std::strtoul(wanted, nullptr, 10) : 2000;
}

// What is done to the bytes; the same in every run.
class Breaker {
 public:
  explicit Breaker(std::string whole) : whole_(std::move(whole)) {
    std::memcpy(&head_, whole_.data(), sizeof head_);
  }

  std::string cut(std::size_t i, std::size_t of) const {
    return whole_.substr(0, whole_.size() * i / of);
  }
  std::string flip_bit() {
    std::string bytes = whole_;
    flip(bytes, 0, bytes.size());
    return bytes;
  }
  std::string edit_head() { return edited(0, sizeof(Elf64_Ehdr)); }
  std::string edit_program_headers() {
    return edited(head_.e_phoff, std::size_t{head_.e_phnum} * sizeof(Elf64_Phdr));
  }
  std::string edit_dynamic_section() {
    for (std::size_t i = 0; i < head_.e_phnum; ++i) {
      Elf64_Phdr segment{};
      std::memcpy(&segment, whole_.data() + head_.e_phoff + i * sizeof segment, sizeof segment);
      if (segment.p_type == PT_DYNAMIC) return edited(segment.p_offset, segment.p_filesz);
    }
    return {};
  }
  // A stretch of other bytes, of the file itself or by chance.
  std::string overwrite_stretch() {
    std::string bytes = whole_;
    const auto size = 1 + below(512);
    const auto at = below(bytes.size() - size);
    const auto from = below(bytes.size() - size);
    for (std::size_t i = 0; i < size; ++i)
      bytes[at + i] = from % 2 == 0 ? whole_[from + i] : static_cast<char>(random_());
    return bytes;
  }

 private:
  std::size_t below(std::size_t most) { return random_() % most; }
  void flip(std::string& bytes, std::size_t from, std::size_t size) {
    auto& byte = bytes[from + below(size)];
    byte = static_cast<char>(byte ^ (1 << below(8)));
  }
  // A number of 8, 4 or 2 bytes becomes one that programs stumble over, or another bit.
  std::string edited(std::size_t from, std::size_t size) {
    constexpr std::uint64_t kEvil[] = {0,           1,        0x7f,
                                       0xff,        0xffff,   0x7fff'ffff,
                                       0xffff'ffff, 0x1000,   0x7fff'ffff'ffff'ffff,
                                       ~0ULL,       ~0ULL - 7};
    std::string bytes = whole_;
    if (below(3) == 0) {
      flip(bytes, from, size);
      return bytes;
    }
    const auto width = std::size_t{2} << below(3);
    const auto at = from + below(size / width) * width;
    const auto value = kEvil[below(std::size(kEvil))];
    std::memcpy(bytes.data() + at, &value, width);
    return bytes;
  }

  std::string whole_;
  Elf64_Ehdr head_{};
  std::mt19937_64 random_{20'261'125};
};

// Without what differs from file to file, so that equal fates count together.
std::string fate(std::string_view prefix, std::string message, const std::string& path) {
  if (const auto at = message.find(path); at != std::string::npos) message.erase(at, path.size());
  for (char& c : message)
    if (c >= '0' && c <= '9') c = '#';
  if (const auto at = message.find("needs the library"); at != std::string::npos)
    message.resize(at + 17);
  return std::string(prefix) + message.substr(0, 90);
}

class MalformedLibrary : public WorkerTest {
 protected:
  net::Task<> load(std::string path, std::shared_ptr<connector::Runtime> runtime) {
    const auto started = co_await runtime->start();
    if (!started) {
      EXPECT_EQ(started.error().code, ErrorCode::kConnector);
      EXPECT_FALSE(started.error().message.empty());
      ++fates[fate("not loaded: ", started.error().message, path)];
    } else {
      const auto action = co_await call(*runtime, {});
      if (!action) EXPECT_EQ(action.error().code, ErrorCode::kConnector);
      ++fates[action ? (action->done ? "works" : "answers something else")
                     : fate("fails in its flow: ", action.error().message, path)];
    }
    runtime->stop();
  }

  // Refused by name, or up for loading.
  void examine(const std::string& bytes) {
    const auto path = folder / "library.so";
    write_bytes(path, bytes, 0600);
    auto file = connector::read_connector_file(path);
    ++examined;
    if (!file) {
      const auto& error = file.error();
      EXPECT_TRUE(error.code == ErrorCode::kUnavailable || error.code == ErrorCode::kConfiguration);
      EXPECT_TRUE(error.message.starts_with(path + ": ")) << error.message;
      ++fates[fate("refused", error.message, path)];
      return;
    }
    connector::WorkerOptions options = undeterred(1s);
    options.worker_program = kWorker;
    options.name = "small";
    options.load_deadline = 1s;
    options.audit = &audit;
    waiting.push_back(
        load(path, connector::make_worker_runtime(loops.loop(0).get_executor(), std::move(options),
                                                  std::move(file->bytes))));
    if (waiting.size() >= 8) load_those_waiting();
  }
  void load_those_waiting() { wait_for(net::wait_all(std::exchange(waiting, {}))); }

  TempFolder folder{in_memory()};
  const std::string whole = read_bytes(hostile_connector("small_approved"));
  std::vector<net::Task<>> waiting;
  std::map<std::string, std::size_t> fates;
  std::size_t examined = 0;
};

TEST_F(MalformedLibrary, IsRefusedByNameOrFailsInItsWorker) {
  log::set_level(log::Level::kError);
  const StderrCapture quiet;
  Breaker breaker(whole);
  const auto count = wanted_libraries();
  for (std::size_t i = 0; i < count; ++i) {
    switch (i % 10) {
      case 0:
      case 1:
      case 2:
        examine(breaker.cut(i, count));
        break;
      case 3:
      case 4:
      case 5:
        examine(breaker.flip_bit());
        break;
      case 6:
        examine(breaker.edit_head());
        break;
      case 7:
        examine(breaker.edit_program_headers());
        break;
      case 8:
        examine(breaker.edit_dynamic_section());
        break;
      default:
        examine(breaker.overwrite_stretch());
    }
  }
  load_those_waiting();
  std::size_t told = 0;
  std::cout << examined << " broken copies of " << whole.size() << " bytes:\n";
  for (const auto& [what, times] : fates) {
    std::cout << "  " << times << "  " << what << "\n";
    told += times;
  }
  EXPECT_EQ(told, count);
}

TEST_F(MalformedLibrary, EveryTruncationIsIncompleteOrRefused) {
  const auto path = folder / "library.so";
  for (std::size_t size = 0; size < whole.size(); ++size) {
    write_bytes(path, std::string_view(whole).substr(0, size), 0600);
    const auto file = connector::read_connector_file(path);
    ASSERT_FALSE(file) << "cut off at " << size;
    EXPECT_TRUE(file.error().message.starts_with(path + ": ")) << file.error().message;
  }
  write_bytes(path, whole, 0600);
  EXPECT_TRUE(connector::read_connector_file(path));
}

// The same through a connectors folder: none becomes ready that does not work, and the one beside
// them does.
TEST_F(MalformedLibrary, InTheFolderHarmsNoOther) {
  const StderrCapture quiet;
  Breaker breaker(whole);
  ::chmod(folder.path().c_str(), 0700);
  const auto personio = read_bytes(bad_connector_path("well_behaved"));
  for (int i = 0; i < 60; ++i) {
    write_bytes(folder / ("cut" + std::to_string(i) + ".so"),
                breaker.cut(static_cast<std::size_t>(i), 60), 0600);
    write_bytes(folder / ("head" + std::to_string(i) + ".so"), breaker.edit_head(), 0600);
    write_bytes(folder / ("dynamic" + std::to_string(i) + ".so"), breaker.edit_dynamic_section(),
                0600);
  }
  write_bytes(folder / "a_good_one.so", personio, 0600);
  OpenGate gate;
  const auto registry = std::make_shared<connector::Registry>(
      loops.loop(0).get_executor(),
      connector::RegistryOptions{.folder = folder.path(), .worker_program = kWorker, .restart = {}},
      gate, audit);
  const auto started = wait(registry->start());
  ASSERT_TRUE(started) << started.error().message;
  const auto all = registry->list();
  EXPECT_EQ(all.size(), 181U);
  std::size_t ready = 0;
  for (const auto& one : all) {
    ready += one->state == ConnectorState::kReady ? 1 : 0;
    EXPECT_TRUE(one->state == ConnectorState::kReady || !one->reason.empty()) << one->file;
  }
  // All claim one id, so that one of them has it.
  EXPECT_EQ(ready, 1U);
  const auto found = registry->find("misfit");
  ASSERT_TRUE(found);
  EXPECT_TRUE(wait(call(*found->runtime, {})));
  wait(registry->stop());
}

}  // namespace
}  // namespace patchbay::integration
