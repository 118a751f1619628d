#include "connector/registry.h"

#include <sys/inotify.h>
#include <sys/stat.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstring>
#include <filesystem>
#include <set>

#include "base/log.h"
#include "connector/code_of.h"
#include "connector/connector_file.h"
#include "connector/manifest_alone.h"
#include "connector/trust/shared_host.h"
#include "connector/worker/worker_runtime.h"
#include "net/wait_all.h"

namespace patchbay::connector {
namespace {

namespace asio = net::asio;
namespace fs = std::filesystem;

constexpr auto kSettle = std::chrono::milliseconds(30);  // one copy makes many events
constexpr auto kDecisionsEvery = std::chrono::seconds(1);
constexpr std::chrono::milliseconds kFirstLookAgain = std::chrono::seconds(2);  // then doubled
constexpr std::chrono::milliseconds kLastLookAgain = std::chrono::minutes(5);
constexpr std::size_t kMaxFiles = 4096;

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

Stamp stamp_of_one(const fs::path& path) {
  struct stat info{};
  if (::lstat(path.c_str(), &info) != 0) return {};
  return {info.st_ino, info.st_size, info.st_mtim, info.st_ctim};
}

// A file's and its signature's, if there is one.
struct Stamps {
  Stamp file;
  Stamp signature;
  bool operator==(const Stamps&) const = default;
};

bool is_connector(std::string_view name) {
  return name.ends_with(".so") || is_manifest_alone(name);
}

// A manifest alone may not speak to the hosts of a connector that runs: of a library, or of another
// manifest that runs already (or, when both do, comes first by name). Null: it does not.
ConnectorPtr neighbour_of(const Connector& connector, bool is_running,
                          const std::vector<ConnectorPtr>& all) {
  if (!is_manifest_alone(connector.file)) return nullptr;
  const auto found = std::ranges::find_if(all, [&](const ConnectorPtr& other) {
    return other->state == ConnectorState::kReady && other->file != connector.file &&
           other->id != connector.id &&
           (!is_running || !is_manifest_alone(other->file) || other->file < connector.file) &&
           !shared_host(*connector.manifest, *other->manifest).empty();
  });
  return found == all.end() ? nullptr : *found;
}

// Manifests alone that speak to a host of this connector, which has begun to run.
std::set<std::string> files_beside(const Connector& connector,
                                   const std::vector<ConnectorPtr>& all) {
  std::set<std::string> files;
  for (const auto& other : all)
    if (other->file != connector.file && other->manifest && is_manifest_alone(other->file) &&
        !shared_host(*other->manifest, *connector.manifest).empty())
      files.insert(other->file);
  return files;
}

Stamps stamp_of(const fs::path& path) {
  return {stamp_of_one(path), stamp_of_one(path.string() + ".minisig")};
}

}  // namespace

struct Registry::Entry {
  Stamps stamp;
  ConnectorPtr serving;    // ready, or null
  ConnectorPtr candidate;  // what the file is now, when that is not what serves
  bool busy = false;       // it is being considered
  bool again = false;      // it changed meanwhile
  std::string wanted_id;   // refused only because another file provides this id, or its hosts
  unsigned looks = 0;      // at what may pass by itself
  std::chrono::steady_clock::time_point look_again = std::chrono::steady_clock::time_point::max();

  // When it could not be told whether it is approved, or its worker did not start.
  void plan_another_look(const Connector& seen) {
    const bool is_undecided = seen.source && !seen.review;
    if (!is_undecided && seen.state != ConnectorState::kFailed) {
      looks = 0;
      look_again = std::chrono::steady_clock::time_point::max();
      return;
    }
    const auto wait = std::min(kLastLookAgain, kFirstLookAgain * (1U << std::min(looks, 10U)));
    look_again = std::chrono::steady_clock::now() + wait;
    ++looks;
  }
};

struct Registry::Watch {
  asio::posix::stream_descriptor events;
  asio::steady_timer decisions;
  Watch(const asio::any_io_executor& executor, int fd)
      : events(executor, fd), decisions(executor) {}
};

bool awaits_approval(const Connectors& connectors, std::string_view connector_id) {
  return std::ranges::any_of(connectors.list(), [&](const ConnectorPtr& connector) {
    return connector->id == connector_id && connector->state == ConnectorState::kAwaitingApproval;
  });
}

std::string_view to_string(ConnectorState state) {
  switch (state) {
    case ConnectorState::kReady:
      return "ready";
    case ConnectorState::kIncomplete:
      return "incomplete";
    case ConnectorState::kAwaitingApproval:
      return "awaiting_approval";
    case ConnectorState::kRefused:
      return "refused";
    case ConnectorState::kFailed:
      return "failed";
  }
  return "unknown";
}

Registry::Registry(asio::any_io_executor home, RegistryOptions options, Gate& gate,
                   audit::AuditLog& audit)
    : home_(std::move(home)), options_(std::move(options)), gate_(gate), audit_(audit) {}

Registry::~Registry() = default;

Task<Result<>> Registry::start() {
  std::error_code error;
  if (!fs::is_directory(options_.folder, error))
    co_return make_error(ErrorCode::kConfiguration,
                         "the connectors folder " + options_.folder +
                             " does not exist; create it or name another with --connectors");
  PATCHBAY_CO_TRY(check_folder(options_.folder));
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
  const auto decisions = co_await gate_.sequence();
  if (!decisions) co_return decisions.error();
  decisions_ = *decisions;
  co_await net::wait_all(rescan());
  asio::co_spawn(home_, watch_loop(shared_from_this()), asio::detached);
  asio::co_spawn(home_, decisions_loop(shared_from_this()), asio::detached);
  co_return Result<>();
}

Task<> Registry::stop() {
  const auto self = shared_from_this();
  stopping_ = true;
  if (watch_) {
    watch_->events.close();
    watch_->decisions.cancel();
  }
  for (const auto& weak : started_)
    if (const auto runtime = weak.lock()) runtime->stop();
  // stop() posts; this comes behind it.
  co_await asio::post(home_, asio::use_awaitable);
}

std::vector<ConnectorPtr> Registry::list() const {
  const std::scoped_lock lock(mutex_);
  return published_;
}

ConnectorPtr Registry::find(std::string_view connector_id) const {
  const std::scoped_lock lock(mutex_);
  const auto same_id = std::ranges::equal_range(
      published_, connector_id, {},
      [](const ConnectorPtr& connector) { return std::string_view(connector->id); });
  const auto ready = std::ranges::find(same_id, ConnectorState::kReady, &Connector::state);
  return ready == same_id.end() ? nullptr : *ready;
}

Task<> Registry::watch_loop(std::shared_ptr<Registry> self) {
  std::array<char, 4096> buffer{};
  while (self->watch_->events.is_open()) {
    const auto [error, size] = co_await self->watch_->events.async_read_some(
        asio::buffer(buffer), asio::as_tuple(asio::use_awaitable));
    if (error) co_return;
    asio::steady_timer settle(self->home_, kSettle);
    (void)co_await settle.async_wait(asio::as_tuple(asio::use_awaitable));
    for (auto& work : self->rescan()) asio::co_spawn(self->home_, std::move(work), asio::detached);
  }
}

// Another process on the same data (the command line, another instance) may decide, too.
Task<> Registry::decisions_loop(std::shared_ptr<Registry> self) {
  while (self->watch_->events.is_open()) {
    self->watch_->decisions.expires_after(kDecisionsEvery);
    (void)co_await self->watch_->decisions.async_wait(asio::as_tuple(asio::use_awaitable));
    if (!self->watch_->events.is_open()) co_return;
    self->look_again();
    const auto now = co_await self->gate_.sequence();
    if (!now || *now == self->decisions_) continue;
    self->decisions_ = *now;
    co_await self->reconsider_decisions();
  }
}

// The database or the audit log was away, or the machine too busy to load it in time: nobody should
// have to touch the file for that.
void Registry::look_again() {
  const auto now = std::chrono::steady_clock::now();
  std::vector<std::string> due;
  for (const auto& [file, entry] : entries_)
    if (!entry.busy && entry.look_again <= now) due.push_back(file);
  for (const auto& file : due) consider_soon(file);
}

// What has changed, as work to be done: one task a file.
std::vector<Task<>> Registry::rescan() {
  std::set<std::string> present;
  std::error_code error;
  for (const auto& item : fs::directory_iterator(options_.folder, error)) {
    auto name = item.path().filename().string();
    if (name.starts_with('.')) continue;
    // A signature that comes or goes changes what its connector is.
    if (name.ends_with(".minisig")) name.resize(name.size() - std::strlen(".minisig"));
    if (!is_connector(name) ||
        !fs::exists(fs::symlink_status(fs::path(options_.folder) / name, error)))
      continue;
    // Those that are known stay, in whatever order the folder is read.
    if (present.size() < kMaxFiles || entries_.contains(name))
      present.insert(name);
    else if (!present.contains(name))
      log::error("connector", "too_many_files", {{"file", name}});
  }
  for (auto it = entries_.begin(); it != entries_.end();) {
    if (present.contains(it->first)) {
      ++it;
      continue;
    }
    log::info("connector", "removed", {{"file", it->first}});
    const auto file = it->first;
    it = entries_.erase(it);  // flows under way hold the connector; its worker ends with the last
    release_claims(file);
  }
  publish();
  std::vector<Task<>> work;
  for (const auto& file : present) {
    auto& entry = entries_[file];
    const auto stamp = stamp_of(fs::path(options_.folder) / file);
    if (entry.busy) entry.again = true;
    if (entry.busy || ((entry.serving || entry.candidate) && entry.stamp == stamp)) continue;
    entry.busy = true;
    work.push_back(consider(shared_from_this(), file));
  }
  return work;
}

void Registry::consider_soon(const std::string& file) {
  auto& entry = entries_[file];
  if (std::exchange(entry.busy, true)) {
    entry.again = true;
    return;
  }
  asio::co_spawn(home_, consider(shared_from_this(), file), asio::detached);
}

// Until the file is what it was when it was looked at. Its entry may be gone meanwhile.
Task<> Registry::consider(std::shared_ptr<Registry> self, std::string file) {
  while (true) {
    auto found = self->entries_.find(file);
    if (found == self->entries_.end()) co_return;
    found->second.again = false;
    const auto stamp = stamp_of(fs::path(self->options_.folder) / file);
    auto connector = co_await self->examine(file, found->second.serving);
    found = self->entries_.find(file);
    if (found == self->entries_.end()) co_return;
    Entry& entry = found->second;
    if (!(entry.stamp == stamp)) entry.looks = 0;
    entry.stamp = stamp;
    const auto before = entry.serving;
    self->settle(entry, std::move(connector));
    self->release_claims(file, entry.serving ? entry.serving->id : std::string());
    self->publish();
    if (entry.serving && entry.serving != before) {
      for (const auto& other : files_beside(*entry.serving, self->list()))
        self->consider_soon(other);
      // One that began to run while this one was started did not see it.
      if (neighbour_of(*entry.serving, true, self->list())) continue;
    }
    if (entry.again || !(stamp_of(fs::path(self->options_.folder) / file) == stamp)) continue;
    entry.busy = false;
    co_return;
  }
}

void Registry::settle(Entry& entry, ConnectorPtr connector) {
  const bool unchanged = connector == entry.serving;
  log::info("connector", "examined",
            {{"file", connector->file},
             {"connector", connector->id},
             {"state", to_string(connector->state)},
             {"reason", connector->reason},
             {"sha256", connector->sha256},
             {"unchanged", unchanged}});
  entry.plan_another_look(*connector);
  entry.wanted_id.clear();
  if (connector->state == ConnectorState::kReady) {
    entry.serving = std::move(connector);
    entry.candidate.reset();
    return;
  }
  const auto claimant = connector->manifest ? claimant_of(connector->id) : std::string();
  if (!claimant.empty() && claimant != connector->file) entry.wanted_id = connector->id;
  if (connector->manifest)
    if (const auto other = neighbour_of(*connector, false, list())) entry.wanted_id = other->id;
  // What an operator took back does not go on serving.
  if (entry.serving && entry.serving->sha256 == connector->sha256) entry.serving.reset();
  entry.candidate = std::move(connector);
}

// The file that provides this connector or is about to; empty: none does.
std::string Registry::claimant_of(const std::string& id) const {
  const auto found = claims_.find(id);
  return found == claims_.end() ? std::string() : found->second;
}

// Others may have waited for an id that is free now.
void Registry::release_claims(const std::string& file, const std::string& but) {
  std::set<std::string> freed;
  for (auto it = claims_.begin(); it != claims_.end();) {
    if (it->second != file || it->first == but) {
      ++it;
      continue;
    }
    freed.insert(it->first);
    it = claims_.erase(it);
  }
  std::vector<std::string> waiting;
  for (const auto& [other, entry] : entries_)
    if (other != file && freed.contains(entry.wanted_id)) waiting.push_back(other);
  for (const auto& other : waiting) consider_soon(other);
}

Task<> Registry::reconsider_decisions() {
  std::vector<std::pair<std::string, ConnectorPtr>> decided;
  for (const auto& [file, entry] : entries_)
    for (const auto& connector : {entry.serving, entry.candidate})
      if (connector && connector->review) decided.emplace_back(file, connector);
  for (const auto& [file, connector] : decided) {
    const auto now = co_await approved_now(*connector);
    if (!now || *now == connector->review->approved) continue;
    if (entries_.contains(file)) consider_soon(file);
  }
}

// A refusal is worth a whole look: decisions about others may have lifted it. For the rest the
// decision says enough, and no signature is checked again.
Task<Result<bool>> Registry::approved_now(const Connector& connector) {
  if (connector.review->refusal.empty()) co_return co_await gate_.is_approved(connector.sha256);
  const auto review = co_await gate_.review(*connector.source);
  if (!review) co_return review.error();
  co_return review->approved;
}

Task<Result<>> Registry::approve(std::string sha256, std::string actor) {
  co_return co_await asio::co_spawn(home_, decide(std::move(sha256), std::move(actor), true),
                                    asio::use_awaitable);
}

Task<Result<>> Registry::withdraw(std::string sha256, std::string actor) {
  co_return co_await asio::co_spawn(home_, decide(std::move(sha256), std::move(actor), false),
                                    asio::use_awaitable);
}

Task<Result<>> Registry::decide(std::string sha256, std::string actor, bool approve) {
  const auto self = shared_from_this();
  std::string file;
  std::shared_ptr<const ConnectorFile> source;
  for (const auto& [name, entry] : entries_)
    for (const auto& connector : {entry.serving, entry.candidate})
      if (connector && connector->source && connector->sha256 == sha256) {
        file = name;
        source = connector->source;
      }
  if (!source)
    co_return make_error(ErrorCode::kNotFound,
                         "no connector file with this content is in the folder (any more); look at "
                         "the list again");
  PATCHBAY_CO_TRY(approve ? co_await gate_.approve(*source, std::move(actor))
                          : co_await gate_.withdraw(*source, std::move(actor)));
  if (!entries_.contains(file)) co_return Result<>();
  auto& entry = entries_[file];
  if (entry.busy) {
    entry.again = true;
  } else {
    entry.busy = true;
    co_await consider(self, file);
  }
  co_return Result<>();
}

// Every step from bytes to a running connector; where one fails, the state says so. The one that
// serves already is given back when the file still is that one.
Task<ConnectorPtr> Registry::examine(std::string file, ConnectorPtr serving) {
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
  connector->source = std::make_shared<const ConnectorFile>(std::move(*read));
  auto review = co_await gate_.review(*connector->source);
  if (!review) {
    connector->reason = "it can't be told whether it is approved: " + review.error().message;
    co_return connector;
  }
  connector->review = std::make_shared<const Review>(std::move(*review));
  if (!connector->review->refusal.empty()) {
    connector->reason = connector->review->refusal;
    co_return connector;
  }
  if (const auto other = claimant_of(connector->id); !other.empty() && other != file) {
    connector->reason = "another file, " + other + ", already provides " + connector->id +
                        "; remove one of the two";
    co_return connector;
  }
  const bool is_running = serving && serving->sha256 == connector->sha256;
  if (const auto other = neighbour_of(*connector, is_running, list())) {
    connector->reason = "it names the host " + shared_host(*connector->manifest, *other->manifest) +
                        ", which is the connector " + other->id +
                        "'s; a manifest alone needs hosts of its own";
    co_return connector;
  }
  if (!connector->review->approved) {
    connector->state = ConnectorState::kAwaitingApproval;
    connector->reason =
        "it waits for approval: look at what it asks for, then approve it on the "
        "Connectors page or with: patchbay connectors approve " +
        connector->id;
    co_return connector;
  }
  if (serving && serving->sha256 == connector->sha256) co_return serving;
  claims_[connector->id] = file;
  co_await start_worker(*connector);
  co_return connector;
}

Task<> Registry::start_worker(Connector& connector) {
  if (stopping_) co_return;
  WorkerOptions options;
  options.worker_program = options_.worker_program;
  options.name = connector.id;
  options.restart = options_.restart;
  options.audit = &audit_;
  auto code = code_of(*connector.source, options_.worker_program);
  if (!code) {
    connector.state = ConnectorState::kFailed;
    connector.reason = code.error().message;
    co_return;
  }
  options.manifest = std::move(code->manifest);
  auto runtime = make_worker_runtime(home_, std::move(options), std::move(code->library));
  remember(runtime);
  const auto started = co_await runtime->start();
  if (!started) {
    runtime->stop();
    connector.state = ConnectorState::kFailed;
    connector.reason = started.error().message;
  } else if (*started != code->hands_out) {
    runtime->stop();
    connector.reason = "the manifest its code hands out differs from the one in the file";
  } else {
    connector.state = ConnectorState::kReady;
    connector.runtime = std::move(runtime);
  }
}

void Registry::remember(const std::shared_ptr<Runtime>& runtime) {
  std::erase_if(started_, [](const auto& weak) { return weak.expired(); });
  started_.push_back(runtime);
}

void Registry::publish() {
  std::vector<ConnectorPtr> list;
  for (const auto& [file, entry] : entries_)
    for (const auto& connector : {entry.serving, entry.candidate})
      if (connector) list.push_back(connector);
  std::sort(list.begin(), list.end(), [](const auto& a, const auto& b) {
    return std::tie(a->id, a->file, a->state) < std::tie(b->id, b->file, b->state);
  });
  const std::scoped_lock lock(mutex_);
  published_ = std::move(list);
}

}  // namespace patchbay::connector
