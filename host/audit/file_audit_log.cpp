#include "audit/file_audit_log.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "base/fd.h"
#include "base/log.h"

namespace patchbay::audit {

struct FileAuditLog::Shard {
  mutable std::mutex mutex;
  Fd file;
  std::string name;
  AuditHead head;
  off_t size = 0;
  int generation = 0;
  bool dirty = false;

  Result<> open(const std::string& folder, std::int64_t started_ms, std::size_t index);
  Result<> write(const std::string& line);
};

namespace {

Error cannot_write(std::string_view what) {
  const int reason = errno;
  log::error("audit", "cannot_write", {{"what", what}, {"errno", reason}});
  return make_error(ErrorCode::kStorage,
                    "The audit log can't be written, so nothing that must be recorded is given "
                    "out. Check its folder's rights and the free space.");
}

}  // namespace

Result<> FileAuditLog::Shard::open(const std::string& folder, std::int64_t started_ms,
                                   std::size_t index) {
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) return cannot_write("folder");
  name = "audit-" + std::to_string(started_ms) + "-" + std::to_string(::getpid()) + "-" +
         std::to_string(index) + "-" + std::to_string(generation++) + ".jsonl";
  file = Fd(::open((folder + "/" + name).c_str(),
                   O_WRONLY | O_APPEND | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file.valid()) return cannot_write("file");
  // The file's name must last as its content does.
  const Fd directory(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory.valid() || ::fsync(directory.get()) != 0) {
    file.reset();
    return cannot_write("folder");
  }
  head = first_audit_head(name);
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
      const Error error = cannot_write("line");
      if (::ftruncate(file.get(), size) != 0) file.reset();
      return error;
    }
    done += static_cast<std::size_t>(wrote);
  }
  size += static_cast<off_t>(line.size());
  dirty = true;
  return {};
}

FileAuditLog::FileAuditLog(net::LoopPool& loops, const Clock& clock, FileAuditOptions options)
    : loops_(loops), clock_(clock), options_(std::move(options)), started_ms_(clock.unix_ms()) {
  for (std::size_t i = 0; i < loops_.size(); ++i) shards_.push_back(std::make_unique<Shard>());
  if (options_.sync_within.count() > 0) syncer_ = std::thread([this] { sync_loop(); });
}

FileAuditLog::~FileAuditLog() {
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
    if (!shard.file.valid()) {
      std::size_t index = 0;
      while (shards_[index].get() != &shard) ++index;
      PATCHBAY_TRY(shard.open(options_.folder, started_ms_, index));
    }
    AuditHead head = shard.head;
    PATCHBAY_TRY(shard.write(next_audit_line(head, event, clock_.unix_ms())));
    shard.head = std::move(head);
    if (options_.sync_within.count() == 0) {
      if (::fdatasync(shard.file.get()) == 0) return {};
      // The line may never reach the disk, and whatever follows it would not be vouched for.
      const Error error = cannot_write("disk");
      shard.file.reset();
      return error;
    }
  }
  const std::lock_guard lock(mutex_);
  if (!dirty_) wake_.notify_one();
  dirty_ = true;
  return {};
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
    for (const auto& shard : shards_) {
      int file = -1;
      {
        const std::lock_guard guard(shard->mutex);
        if (shard->dirty && shard->file.valid()) file = ::dup(shard->file.get());
        shard->dirty = false;
      }
      // Outside the lock: a loop must not wait for the disk.
      const Fd copy(file);
      if (copy.valid() && ::fdatasync(copy.get()) != 0) {
        log::error("audit", "not_on_disk", {{"errno", errno}});
        const std::lock_guard guard(shard->mutex);
        shard->file.reset();  // what follows goes to a new file
      }
    }
    lock.lock();
    if (last && !dirty_) return;
  }
}

std::vector<FileAuditLog::FileHead> FileAuditLog::heads() const {
  std::vector<FileHead> all;
  for (const auto& shard : shards_) {
    const std::lock_guard lock(shard->mutex);
    if (!shard->name.empty()) all.push_back({shard->name, shard->head});
  }
  return all;
}

}  // namespace patchbay::audit
