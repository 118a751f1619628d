#include "audit/file_audit_log.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "audit/audit_folder.h"
#include "base/fd.h"
#include "base/log.h"
#include "metrics/hub_counters.h"

namespace patchbay::audit {
namespace {

// The events between the two count as waiting for the disk (1), or no more (-1).
void count_unsynced(const AuditHead& from, const AuditHead& to, std::int64_t sign) {
  metrics::of_hub().audit_unsynced.add(sign * (to.count - from.count));
}

}  // namespace

// One loop's file. All under `mutex`.
struct FileAuditLog::Shard {
  std::size_t index = 0;
  mutable std::mutex mutex;
  Fd file;  // of `current`; not valid: the next event begins a new one
  FileHead current;
  AuditHead written;  // with the kernel; current.head is on the disk
  AuditHead next;     // these two are made anew for each event, in the memory of the one before
  std::string next_line;
  std::vector<FileHead> left_behind;
  std::string instance;  // of the folder; empty: not opened yet
  std::string path;
  off_t size = 0;
  int begun = 0;              // files so far
  std::int64_t begun_ms = 0;  // the current one
  bool dirty = false;
  bool closed = false;
  bool failing = false;  // said in the log already

  Result<> open(const std::string& folder, std::int64_t started_ms, std::int64_t now_ms);
  Result<> write(const std::string& line);
  Error cannot_write(std::string_view what);
  [[nodiscard]] bool is_as_we_left_it() const;
  [[nodiscard]] bool is_at_its_path() const;
  void leave_behind(std::string_view why);
};

// Says so once, not with every event that is refused.
Error FileAuditLog::Shard::cannot_write(std::string_view what) {
  if (!std::exchange(failing, true))
    log::error("audit", "cannot_write", {{"what", what}, {"errno", errno}});
  return make_error(ErrorCode::kStorage,
                    "The audit log can't be written, so nothing that must be recorded is given "
                    "out. Check its folder's rights and the free space.");
}

Result<> FileAuditLog::Shard::open(const std::string& folder, std::int64_t started_ms,
                                   std::int64_t now_ms) {
  // A folder that was taken away is made anew as the same one: its heads go on naming it.
  auto opened = open_audit_folder(folder, instance);
  if (!opened) return cannot_write("folder");
  instance = *std::move(opened);
  const std::string name = audit_file_name(instance, started_ms, ::getpid(), index, begun);
  path = folder + "/" + name;
  Fd fresh(
      ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!fresh.valid()) return cannot_write("file");
  // Where locks are not to be had, nobody can take this one for a file that is done with, either.
  (void)::flock(fresh.get(), LOCK_EX | LOCK_NB);
  ++begun;
  begun_ms = now_ms;
  // The file's name must last as its content does.
  const Fd directory(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory.valid() || ::fsync(directory.get()) != 0) return cannot_write("folder");
  file = std::move(fresh);
  written = first_audit_head(name);
  current = {name, instance, written, false};
  size = 0;
  return {};
}

// All of the line or nothing of it; a file that can't be brought back to that is left behind.
Result<> FileAuditLog::Shard::write(const std::string& line) {
  std::size_t done = 0;
  while (done < line.size()) {
    const ssize_t wrote = ::write(file.get(), line.data() + done, line.size() - done);
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) {
      const bool too_long = wrote < 0 && errno == EFBIG;
      Error error = cannot_write("line");
      if (::ftruncate(file.get(), size) != 0) {
        leave_behind("half_a_line");
      } else if (too_long) {
        leave_behind("as_long_as_files_may_be");
      }
      return error;
    }
    done += static_cast<std::size_t>(wrote);
  }
  size += static_cast<off_t>(line.size());
  dirty = true;
  if (std::exchange(failing, false)) log::info("audit", "can_be_written_again");
  return {};
}

bool FileAuditLog::Shard::is_as_we_left_it() const {
  struct stat now{};
  return ::fstat(file.get(), &now) == 0 && now.st_nlink > 0 && now.st_size == size;
}

bool FileAuditLog::Shard::is_at_its_path() const {
  struct stat here{};
  struct stat there{};
  return ::fstat(file.get(), &here) == 0 && ::lstat(path.c_str(), &there) == 0 &&
         here.st_ino == there.st_ino && here.st_dev == there.st_dev;
}

void FileAuditLog::Shard::leave_behind(std::string_view why) {
  log::error("audit", "file_left_behind", {{"file", current.file_name}, {"why", why}});
  count_unsynced(current.head, written, -1);
  left_behind.push_back(current);
  current = {};
  file.reset();
  dirty = false;
}

FileAuditLog::FileAuditLog(net::LoopPool& loops, const Clock& clock, FileAuditOptions options)
    : loops_(loops), clock_(clock), options_(std::move(options)), started_ms_(clock.unix_ms()) {
  for (std::size_t i = 0; i < loops_.size(); ++i) {
    shards_.push_back(std::make_unique<Shard>());
    shards_.back()->index = i;
  }
  if (options_.sync_within.count() > 0) syncer_ = std::thread([this] { sync_loop(); });
}

FileAuditLog::~FileAuditLog() {
  end_syncing();
}

void FileAuditLog::end_syncing() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (syncer_.joinable()) syncer_.join();
}

FileAuditLog::Shard& FileAuditLog::shard_here() {
  for (std::size_t i = 0; i < shards_.size(); ++i)
    if (loops_.loop(i).get_executor().running_in_this_thread()) return *shards_[i];
  return *shards_.front();
}

Result<> FileAuditLog::append(const AuditEvent& event) {
  Shard& shard = shard_here();
  {
    const std::lock_guard lock(shard.mutex);
    if (auto done = append_to(shard, event); !done) {
      metrics::of_hub().audit_errors.add();
      return done;
    }
    metrics::of_hub().audit_events.add();
  }
  if (options_.sync_within.count() == 0 || dirty_.load() || dirty_.exchange(true)) return {};
  const std::lock_guard lock(mutex_);  // so that the thread looks after this, or is woken by it
  wake_.notify_one();
  return {};
}

Result<> FileAuditLog::append_to(Shard& shard, const AuditEvent& event) {
  if (shard.closed) return make_error(ErrorCode::kCancelled, "The hub is shutting down.");
  const bool at_once = options_.sync_within.count() == 0;
  if (shard.file.valid() && !(shard.is_as_we_left_it() && (!at_once || shard.is_at_its_path())))
    shard.leave_behind("changed_by_somebody_else");
  if (!shard.file.valid()) PATCHBAY_TRY(shard.open(options_.folder, started_ms_, clock_.unix_ms()));
  shard.next = shard.written;
  write_next_audit_line(shard.next, event, clock_.unix_ms(), shard.next_line);
  if (shard.next_line.size() > kMaxAuditLine)
    return make_error(ErrorCode::kTooLarge, "An audit event is larger than 64 KiB.");
  PATCHBAY_TRY(shard.write(shard.next_line));
  count_unsynced(shard.written, shard.next, 1);
  std::swap(shard.written, shard.next);
  if (!at_once) return {};
  if (::fdatasync(shard.file.get()) != 0) {
    Error error = shard.cannot_write("disk");
    shard.leave_behind("disk");
    return error;
  }
  count_unsynced(shard.current.head, shard.written, -1);
  shard.current.head = shard.written;
  shard.dirty = false;
  return {};
}

// The disk is waited for outside the lock: a loop must not wait for it.
void FileAuditLog::sync(Shard& shard) {
  Fd copy;
  AuditHead reached;
  std::string name;
  {
    const std::lock_guard guard(shard.mutex);
    if (!shard.file.valid()) return;
    if (!shard.is_at_its_path()) return shard.leave_behind("moved_or_removed");
    if (!std::exchange(shard.dirty, false)) return;
    copy = Fd(::dup(shard.file.get()));
    reached = shard.written;
    name = shard.current.file_name;
  }
  const bool done = copy.valid() && ::fdatasync(copy.get()) == 0;
  const std::lock_guard guard(shard.mutex);
  if (shard.current.file_name != name) return;  // left behind meanwhile
  if (done) {
    count_unsynced(shard.current.head, reached, -1);
    shard.current.head = std::move(reached);
  } else {
    shard.leave_behind("disk");
  }
}

void FileAuditLog::sync_loop() {
  std::unique_lock lock(mutex_);
  while (true) {
    wake_.wait(lock, [this] { return dirty_ || stopping_; });
    // Events of the same moment share one fdatasync.
    if (!stopping_) wake_.wait_for(lock, options_.sync_within, [this] { return stopping_; });
    const bool last = stopping_;
    dirty_ = false;
    lock.unlock();
    for (const auto& shard : shards_) sync(*shard);
    lock.lock();
    if (last && !dirty_) return;
  }
}

std::vector<FileAuditLog::FileHead> FileAuditLog::heads() const {
  std::vector<FileHead> all;
  for (const auto& shard : shards_) {
    const std::lock_guard lock(shard->mutex);
    all.insert(all.end(), shard->left_behind.begin(), shard->left_behind.end());
    if (!shard->current.file_name.empty()) all.push_back(shard->current);
  }
  return all;
}

void FileAuditLog::end_begun_before(std::int64_t unix_ms) {
  for (const auto& shard : shards_) {
    Fd file;
    AuditHead last;
    std::string name;
    {
      const std::lock_guard lock(shard->mutex);
      if (!shard->file.valid() || shard->begun_ms >= unix_ms || !shard->is_as_we_left_it() ||
          !shard->is_at_its_path())
        continue;
      file = std::exchange(shard->file, Fd());
      last = shard->written;
      name = shard->current.file_name;
      shard->left_behind.push_back(std::exchange(shard->current, {}));
      shard->dirty = false;
    }
    const bool done = ::fdatasync(file.get()) == 0;
    const std::lock_guard lock(shard->mutex);
    const auto ended = std::ranges::find(shard->left_behind, name, &FileHead::file_name);
    count_unsynced(ended->head, last, -1);
    if (!done) continue;
    ended->head = std::move(last);
    ended->closed = true;
  }
}

void FileAuditLog::forget(const std::string& file_name) {
  for (const auto& shard : shards_) {
    const std::lock_guard lock(shard->mutex);
    std::erase_if(shard->left_behind, [&file_name](const FileHead& head) {
      return head.closed && head.file_name == file_name;
    });
  }
}

std::vector<FileAuditLog::FileHead> FileAuditLog::close() {
  for (const auto& shard : shards_) {
    const std::lock_guard lock(shard->mutex);
    shard->closed = true;
  }
  end_syncing();
  for (const auto& shard : shards_) {
    const std::lock_guard lock(shard->mutex);
    if (shard->current.head.count == shard->written.count && shard->file.valid())
      shard->current.closed = true;
  }
  return heads();
}

}  // namespace patchbay::audit
