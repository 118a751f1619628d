#include "connector/registry.h"

#include <sys/inotify.h>
#include <sys/stat.h>

#include <algorithm>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstring>
#include <filesystem>
#include <set>

#include "base/log.h"
#include "connector/connector_file.h"
#include "connector/worker/worker_runtime.h"

namespace patchbay::connector {
namespace {

namespace asio = net::asio;
namespace fs = std::filesystem;

constexpr auto kSettle = std::chrono::milliseconds(30);  // one copy makes many events
constexpr std::size_t kMaxFiles = 256;

// What changes when somebody writes or replaces a file.
struct Stamp {
  ino_t inode = 0;
  off_t size = 0;
  timespec modified{};
  timespec changed{};
  bool operator==(const Stamp& other) const {
    return inode == other.inode && size == other.size && modified.tv_sec == other.modified.tv_sec &&
           modified.tv_nsec == other.modified.tv_nsec && changed.tv_sec == other.changed.tv_sec &&
           changed.tv_nsec == other.changed.tv_nsec;
  }
};

Stamp stamp_of(const fs::path& path) {
  struct stat info{};
  if (::lstat(path.c_str(), &info) != 0) return {};
  return {info.st_ino, info.st_size, info.st_mtim, info.st_ctim};
}

}  // namespace

struct Registry::Entry {
  Stamp stamp;
  ConnectorPtr connector;
  bool id_was_taken = false;  // refused for that alone: looked at again when the id is free
};

struct Registry::Watch {
  asio::posix::stream_descriptor events;
  explicit Watch(const asio::any_io_executor& executor, int fd) : events(executor, fd) {}
};

std::string_view to_string(ConnectorState state) {
  switch (state) {
    case ConnectorState::kReady:
      return "ready";
    case ConnectorState::kIncomplete:
      return "incomplete";
    case ConnectorState::kRefused:
      return "refused";
    case ConnectorState::kFailed:
      return "failed";
  }
  return "unknown";
}

Registry::Registry(asio::any_io_executor home, RegistryOptions options)
    : home_(std::move(home)), options_(std::move(options)) {}

Registry::~Registry() = default;

Task<Result<>> Registry::start() {
  std::error_code error;
  if (!fs::is_directory(options_.folder, error))
    co_return make_error(ErrorCode::kConfiguration,
                         "the connectors folder " + options_.folder +
                             " does not exist; create it or name another with --connectors");
  const int fd = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  constexpr std::uint32_t kEvents =
      IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_CREATE | IN_ATTRIB | IN_ONLYDIR;
  if (fd < 0 || ::inotify_add_watch(fd, options_.folder.c_str(), kEvents) < 0) {
    const std::string why = std::strerror(errno);
    if (fd >= 0) ::close(fd);
    co_return make_error(ErrorCode::kConfiguration,
                         "can't watch the connectors folder " + options_.folder + ": " + why);
  }
  watch_ = std::make_unique<Watch>(home_, fd);
  co_await rescan();
  asio::co_spawn(home_, watch_loop(shared_from_this()), asio::detached);
  co_return Result<>();
}

void Registry::stop() {
  asio::post(home_, [self = shared_from_this()] {
    if (self->watch_) self->watch_->events.close();
    for (auto& [file, entry] : self->entries_)
      if (entry.connector->runtime) entry.connector->runtime->stop();
  });
}

std::vector<ConnectorPtr> Registry::list() const {
  const std::scoped_lock lock(mutex_);
  return published_;
}

ConnectorPtr Registry::find(std::string_view connector_id) const {
  const std::scoped_lock lock(mutex_);
  for (const auto& connector : published_)
    if (connector->id == connector_id && connector->state == ConnectorState::kReady)
      return connector;
  return nullptr;
}

Task<> Registry::watch_loop(std::shared_ptr<Registry> self) {
  std::array<char, 4096> buffer{};
  while (self->watch_->events.is_open()) {
    const auto [error, size] = co_await self->watch_->events.async_read_some(
        asio::buffer(buffer), asio::as_tuple(asio::use_awaitable));
    if (error) co_return;
    asio::steady_timer settle(self->home_, kSettle);
    (void)co_await settle.async_wait(asio::as_tuple(asio::use_awaitable));
    co_await self->rescan();
  }
}

Task<> Registry::rescan() {
  std::set<std::string> present;
  std::error_code error;
  for (const auto& item : fs::directory_iterator(options_.folder, error)) {
    const auto& path = item.path();
    if (path.extension() != ".so" || path.filename().string().starts_with('.')) continue;
    if (present.size() < kMaxFiles) present.insert(path.filename());
  }
  for (auto it = entries_.begin(); it != entries_.end();) {
    if (present.contains(it->first)) {
      ++it;
      continue;
    }
    log::info("connector", "removed", {{"file", it->first}});
    it = entries_.erase(it);  // flows under way hold the connector; its worker ends with the last
  }
  publish();
  co_await examine_changed(present);
  // An id that one file gave up may be another's now, whatever their order.
  co_await examine_changed(present);
}

Task<> Registry::examine_changed(const std::set<std::string>& present) {
  for (const auto& file : present) {
    const auto stamp = stamp_of(fs::path(options_.folder) / file);
    const auto known = entries_.find(file);
    if (known != entries_.end() && known->second.stamp == stamp &&
        !(known->second.id_was_taken && provider_of(known->second.connector->id, file).empty()))
      continue;
    auto connector = co_await examine(file);
    log::info("connector", "examined",
              {{"file", file},
               {"connector", connector->id},
               {"state", to_string(connector->state)},
               {"reason", connector->reason},
               {"sha256", connector->sha256}});
    const bool id_was_taken = connector->state != ConnectorState::kReady && connector->manifest &&
                              !provider_of(connector->id, file).empty();
    entries_[file] = {stamp, std::move(connector), id_was_taken};
    publish();
  }
}

// The other file that provides this connector; a broken one provides nothing. Empty: none does.
std::string Registry::provider_of(const std::string& id, const std::string& but) const {
  for (const auto& [file, entry] : entries_)
    if (file != but && entry.connector->id == id &&
        entry.connector->state == ConnectorState::kReady)
      return file;
  return {};
}

// Every step from bytes to a running connector; where one fails, the state says so.
Task<ConnectorPtr> Registry::examine(std::string file) {
  auto connector = std::make_shared<Connector>();
  connector->file = file;
  connector->id = fs::path(file).stem();
  auto read = read_connector_file((fs::path(options_.folder) / file).string());
  if (!read) {
    const bool incomplete = read.error().code == ErrorCode::kUnavailable;
    connector->state = incomplete ? ConnectorState::kIncomplete : ConnectorState::kRefused;
    connector->reason = read.error().message;
    co_return connector;
  }
  connector->sha256 = read->sha256;
  connector->manifest = read->manifest;
  connector->id = read->manifest->id;
  if (const auto other = provider_of(connector->id, file); !other.empty()) {
    connector->reason = "another file, " + other + ", already provides " + connector->id +
                        "; remove one of the two";
    co_return connector;
  }
  auto runtime =
      make_worker_runtime(home_, {.worker_program = options_.worker_program, .name = connector->id},
                          std::move(read->bytes));
  const auto started = co_await runtime->start();
  if (!started) {
    runtime->stop();
    connector->state = ConnectorState::kFailed;
    connector->reason = started.error().message;
  } else if (*started != read->manifest_json) {
    runtime->stop();
    connector->reason = "the manifest its code hands out differs from the one in the file";
  } else {
    connector->state = ConnectorState::kReady;
    connector->runtime = std::move(runtime);
  }
  co_return connector;
}

void Registry::publish() {
  std::vector<ConnectorPtr> list;
  for (const auto& [file, entry] : entries_) list.push_back(entry.connector);
  std::sort(list.begin(), list.end(), [](const auto& a, const auto& b) {
    return std::tie(a->id, a->file) < std::tie(b->id, b->file);
  });
  const std::scoped_lock lock(mutex_);
  published_ = std::move(list);
}

}  // namespace patchbay::connector
