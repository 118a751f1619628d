#include "audit_disk.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdarg>
#include <stdexcept>
#include <utility>

// The names are --wrap's.
// NOLINTBEGIN(bugprone-reserved-identifier,readability-identifier-naming)
extern "C" {
int __real_open(const char* path, int flags, ...);
ssize_t __real_write(int file, const void* bytes, size_t size);
int __real_fsync(int file);
int __real_fdatasync(int file);
int __real_ftruncate(int file, off_t size);
}
// NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming)

namespace patchbay::durability {
namespace {

std::atomic<AuditDisk*> the_disk{nullptr};

std::string path_of(int file) {
  std::array<char, 4096> path{};
  const auto size =
      ::readlink(("/proc/self/fd/" + std::to_string(file)).c_str(), path.data(), path.size());
  return size > 0 ? std::string(path.data(), static_cast<std::size_t>(size)) : std::string();
}

int failed(int error) {
  errno = error;
  return -1;
}

}  // namespace

AuditDisk::AuditDisk(std::string folder, std::uint64_t seed)
    : folder_(std::move(folder)), draw_(seed) {
  if (the_disk.exchange(this) != nullptr) throw std::logic_error("two disks");
}

AuditDisk::~AuditDisk() {
  the_disk = nullptr;
}

void AuditDisk::cut_at(std::uint64_t n) {
  const std::lock_guard lock(mutex_);
  cut_at_ = changes_ + n;
}

bool AuditDisk::is_off() {
  const std::lock_guard lock(mutex_);
  return cut_at_ && changes_ >= *cut_at_;
}

void AuditDisk::fail_at(FileCall call, std::uint64_t n, int error) {
  const std::lock_guard lock(mutex_);
  fault_ = {call, calls_[call] + n, error};
}

std::uint64_t AuditDisk::calls(FileCall call) {
  const std::lock_guard lock(mutex_);
  return calls_[call];
}

bool AuditDisk::wait_for_sync() {
  std::unique_lock lock(mutex_);
  return synced_.wait_for(lock, std::chrono::seconds(10), [this] {
    return std::ranges::all_of(files_,
                               [](const auto& file) { return file.second.pending.empty(); });
  });
}

std::map<std::string, std::string> AuditDisk::survivors() {
  const std::lock_guard lock(mutex_);
  std::map<std::string, std::string> left;
  for (const auto& [path, file] : files_) {
    if (!file.name_durable && draw_() % 2 == 0) continue;
    std::string content = file.durable;
    const auto kept = file.pending.empty() ? 0 : draw_() % (file.pending.size() + 1);
    content += draw_() % 4 == 0 ? std::string(kept, '\0') : file.pending.substr(0, kept);
    left[path.substr(folder_.size() + 1)] = std::move(content);
  }
  return left;
}

int AuditDisk::enter(FileCall call) {
  if (cut_at_ && changes_ >= *cut_at_) return EIO;
  ++changes_;
  if (cut_at_ && changes_ == *cut_at_) return EIO;
  if (++calls_[call]; fault_ && fault_->call == call && fault_->at == calls_[call])
    return std::exchange(fault_, std::nullopt)->error;
  return 0;
}

AuditDisk::File* AuditDisk::find(int file) {
  const auto found = files_.find(path_of(file));
  return found == files_.end() ? nullptr : &found->second;
}

bool AuditDisk::is_folder(int file) const {
  return path_of(file) == folder_;
}

int AuditDisk::open(const char* path, int flags, unsigned mode) {
  const std::lock_guard lock(mutex_);
  const std::string name = path;
  if (!name.starts_with(folder_)) return __real_open(path, flags, mode);
  if (const int error = enter(FileCall::kOpen); error != 0) return failed(error);
  const int file = __real_open(path, flags, mode);
  if (file >= 0 && (flags & O_CREAT) != 0) files_[name];
  return file;
}

std::int64_t AuditDisk::write(int file, const void* bytes, std::size_t size) {
  const std::lock_guard lock(mutex_);
  File* const known = find(file);
  if (known == nullptr) return __real_write(file, bytes, size);
  const int error = enter(FileCall::kWrite);
  // A disk that is full, and a cut, take a part of it.
  const auto part = error == 0 ? size : draw_() % (size + 1);
  known->pending.append(static_cast<const char*>(bytes), part);
  if (error != 0 && (part == 0 || cut_at_)) return failed(error);
  if (error != 0) fault_ = {FileCall::kWrite, calls_[FileCall::kWrite] + 1, error};
  return __real_write(file, bytes, part);
}

int AuditDisk::sync(int file, bool data_only) {
  {
    const std::lock_guard lock(mutex_);
    File* const known = find(file);
    if (known == nullptr && !is_folder(file))
      return data_only ? __real_fdatasync(file) : __real_fsync(file);
    if (const int error = enter(FileCall::kSync); error != 0) {
      // What it should have brought to the disk is gone for good, and what follows lies behind it.
      if (known != nullptr && !cut_at_)
        known->durable.append(std::exchange(known->pending, {}).size(), '\0');
      return failed(error);
    }
    if (known != nullptr) {
      known->durable += std::exchange(known->pending, {});
    } else {
      for (auto& [path, entry] : files_) entry.name_durable = true;
    }
  }
  synced_.notify_all();
  return 0;
}

int AuditDisk::truncate(int file, std::int64_t size) {
  const std::lock_guard lock(mutex_);
  File* const known = find(file);
  if (known == nullptr) return __real_ftruncate(file, size);
  if (cut_at_ && changes_ >= *cut_at_) return failed(EIO);
  auto all = known->durable + known->pending;
  all.resize(static_cast<std::size_t>(size));
  known->durable.resize(std::min(known->durable.size(), all.size()));
  known->pending = all.substr(known->durable.size());
  return __real_ftruncate(file, size);
}

}  // namespace patchbay::durability

using patchbay::durability::the_disk;

// NOLINTBEGIN(bugprone-reserved-identifier,readability-identifier-naming)
extern "C" {

int __wrap_open(const char* path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  const unsigned mode = (flags & O_CREAT) != 0 ? va_arg(rest, unsigned) : 0;
  va_end(rest);
  auto* const disk = the_disk.load();
  return disk == nullptr ? __real_open(path, flags, mode) : disk->open(path, flags, mode);
}

ssize_t __wrap_write(int file, const void* bytes, size_t size) {
  auto* const disk = the_disk.load();
  return disk == nullptr ? __real_write(file, bytes, size) : disk->write(file, bytes, size);
}

int __wrap_fsync(int file) {
  auto* const disk = the_disk.load();
  return disk == nullptr ? __real_fsync(file) : disk->sync(file, false);
}

int __wrap_fdatasync(int file) {
  auto* const disk = the_disk.load();
  return disk == nullptr ? __real_fdatasync(file) : disk->sync(file, true);
}

int __wrap_ftruncate(int file, off_t size) {
  auto* const disk = the_disk.load();
  return disk == nullptr ? __real_ftruncate(file, size) : disk->truncate(file, size);
}
}
// NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming)
