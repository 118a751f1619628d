#include "power_cut_disk.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <new>
#include <stdexcept>
#include <utility>

namespace patchbay::durability {
namespace {

constexpr std::size_t kSector = 512;
constexpr int kJournals = SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_SUPER_JOURNAL | SQLITE_OPEN_WAL;

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void write_file(const std::string& path, const std::string& content) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << content;
  ::chmod(path.c_str(), 0600);
}

PowerCutDisk* disk_of(sqlite3_vfs* vfs) {
  return static_cast<PowerCutDisk*>(vfs->pAppData);
}

}  // namespace

// What SQLite holds of an open file: ours first, the real VFS's behind it.
struct DiskFile {
  sqlite3_file base;
  PowerCutDisk* disk;
  std::shared_ptr<PowerCutDisk::Inode> inode;
  bool syncs_folder;

  static DiskFile& of(sqlite3_file* file) { return *reinterpret_cast<DiskFile*>(file); }
  sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
  const sqlite3_io_methods& methods() { return *real()->pMethods; }

  static int close(sqlite3_file* file) {
    auto& self = of(file);
    const int code = self.methods().xClose(self.real());
    self.inode.~shared_ptr();
    return code;
  }
  static int read(sqlite3_file* file, void* out, int size, sqlite3_int64 at) {
    auto& self = of(file);
    if (self.disk->off_) return SQLITE_IOERR_READ;
    return self.methods().xRead(self.real(), out, size, at);
  }
  static int write(sqlite3_file* file, const void* bytes, int size, sqlite3_int64 at) {
    auto& self = of(file);
    const int entered = self.disk->enter(DiskCall::kWrite, SQLITE_IOERR_WRITE);
    // The write that the power cut met may be on the disk by half.
    if (entered == SQLITE_OK || self.disk->off_)
      self.inode->pending.push_back(
          {false, at,
           std::string(static_cast<const char*>(bytes), static_cast<std::size_t>(size))});
    if (entered != SQLITE_OK) return entered;
    return self.methods().xWrite(self.real(), bytes, size, at);
  }
  static int truncate(sqlite3_file* file, sqlite3_int64 size) {
    auto& self = of(file);
    const int entered = self.disk->enter(DiskCall::kTruncate, SQLITE_IOERR_TRUNCATE);
    if (entered != SQLITE_OK) return entered;
    self.inode->pending.push_back({true, size, {}});
    return self.methods().xTruncate(self.real(), size);
  }
  static int sync(sqlite3_file* file, int /*flags*/) {
    auto& self = of(file);
    const bool was_off = self.disk->off_;
    const int entered = self.disk->enter(DiskCall::kSync, SQLITE_IOERR_FSYNC);
    if (entered != SQLITE_OK) {
      if (!self.disk->off_) self.inode->pending.clear();
      // The power went when all was written and only the answer was missing.
      if (!was_off && self.disk->off_ && self.disk->chance(50)) self.disk->sync(*self.inode);
      return entered;
    }
    self.disk->sync(*self.inode);
    if (std::exchange(self.syncs_folder, false)) self.disk->sync_folder();
    return SQLITE_OK;
  }
  static int size(sqlite3_file* file, sqlite3_int64* out) {
    auto& self = of(file);
    if (self.disk->off_) return SQLITE_IOERR_FSTAT;
    return self.methods().xFileSize(self.real(), out);
  }
  static int lock(sqlite3_file* file, int level) {
    return of(file).methods().xLock(of(file).real(), level);
  }
  static int unlock(sqlite3_file* file, int level) {
    return of(file).methods().xUnlock(of(file).real(), level);
  }
  static int check_lock(sqlite3_file* file, int* out) {
    return of(file).methods().xCheckReservedLock(of(file).real(), out);
  }
  static int control(sqlite3_file* file, int operation, void* argument) {
    return of(file).methods().xFileControl(of(file).real(), operation, argument);
  }
  static int sector_size(sqlite3_file* file) {
    return of(file).methods().xSectorSize(of(file).real());
  }
  static int characteristics(sqlite3_file* file) {
    return of(file).methods().xDeviceCharacteristics(of(file).real());
  }
  static int map_shared(sqlite3_file* file, int page, int size, int extend, void volatile** out) {
    return of(file).methods().xShmMap(of(file).real(), page, size, extend, out);
  }
  static int lock_shared(sqlite3_file* file, int at, int count, int flags) {
    return of(file).methods().xShmLock(of(file).real(), at, count, flags);
  }
  static void barrier(sqlite3_file* file) { of(file).methods().xShmBarrier(of(file).real()); }
  static int unmap_shared(sqlite3_file* file, int remove) {
    return of(file).methods().xShmUnmap(of(file).real(), remove);
  }
};

namespace {

constexpr sqlite3_io_methods kMethods{
    .iVersion = 2,
    .xClose = DiskFile::close,
    .xRead = DiskFile::read,
    .xWrite = DiskFile::write,
    .xTruncate = DiskFile::truncate,
    .xSync = DiskFile::sync,
    .xFileSize = DiskFile::size,
    .xLock = DiskFile::lock,
    .xUnlock = DiskFile::unlock,
    .xCheckReservedLock = DiskFile::check_lock,
    .xFileControl = DiskFile::control,
    .xSectorSize = DiskFile::sector_size,
    .xDeviceCharacteristics = DiskFile::characteristics,
    .xShmMap = DiskFile::map_shared,
    .xShmLock = DiskFile::lock_shared,
    .xShmBarrier = DiskFile::barrier,
    .xShmUnmap = DiskFile::unmap_shared,
    .xFetch = nullptr,
    .xUnfetch = nullptr,
};

}  // namespace

PowerCutDisk::PowerCutDisk(std::uint64_t seed) : draw_(seed), real_(sqlite3_vfs_find(nullptr)) {
  vfs_ = *real_;
  vfs_.szOsFile = static_cast<int>(sizeof(DiskFile)) + real_->szOsFile;
  vfs_.pNext = nullptr;
  vfs_.zName = "patchbay-power-cut";
  vfs_.pAppData = this;
  vfs_.xOpen = open;
  vfs_.xDelete = remove;
  vfs_.xAccess = access;
  vfs_.xFullPathname = full_path;
  vfs_.xRandomness = randomness;
  vfs_.xSleep = sleep;
  vfs_.xGetLastError = last_error;
  if (sqlite3_vfs_register(&vfs_, 1) != SQLITE_OK) throw std::runtime_error("no VFS");
  sqlite3_randomness(0, nullptr);  // the next salt is drawn from our seed
}

PowerCutDisk::~PowerCutDisk() {
  sqlite3_vfs_unregister(&vfs_);
  sqlite3_vfs_register(real_, 1);
  sqlite3_randomness(0, nullptr);
}

int PowerCutDisk::enter(DiskCall call, int code_when_off) {
  if (off_) return code_when_off;
  ++calls_[call];
  if (++changes_ == cut_at_) {
    off_ = true;
    return code_when_off;
  }
  if (fault_ && !fault_->done && fault_->call == call && calls_[call] == fault_->at) {
    fault_->done = true;
    return fault_->code;
  }
  return SQLITE_OK;
}

void PowerCutDisk::apply(std::string& content, const Change& change) {
  const auto at = static_cast<std::size_t>(change.at);
  if (change.truncates) {
    content.resize(at);
    return;
  }
  if (content.size() < at + change.bytes.size()) content.resize(at + change.bytes.size());
  content.replace(at, change.bytes.size(), change.bytes);
}

void PowerCutDisk::apply_torn(std::string& content, const Change& change) {
  for (std::size_t done = 0; done < change.bytes.size();) {
    const std::size_t at = static_cast<std::size_t>(change.at) + done;
    const std::size_t size = std::min(kSector - at % kSector, change.bytes.size() - done);
    if (chance(50))
      apply(content, {false, static_cast<std::int64_t>(at), change.bytes.substr(done, size)});
    done += size;
  }
}

std::string PowerCutDisk::survivor_of(const Inode& inode) {
  std::string content = inode.durable;
  if (lose_all_) return content;
  const int kept = static_cast<int>(draw_() % 5) * 25;  // percent of the writes
  for (const auto& change : inode.pending) {
    if (!chance(kept)) continue;
    if (change.truncates || kept == 100 || chance(50)) {
      apply(content, change);
    } else {
      apply_torn(content, change);
    }
  }
  return content;
}

void PowerCutDisk::sync(Inode& inode) {
  for (const auto& change : inode.pending) apply(inode.durable, change);
  inode.pending.clear();
}

void PowerCutDisk::sync_folder() {
  for (auto& [path, entry] : files_) entry.durable = entry.now;
}

void PowerCutDisk::restore_power() {
  for (auto& [path, entry] : files_) {
    const bool newer = !lose_all_ && chance(50);
    const auto& survives = newer ? entry.now : entry.durable;
    if (survives) {
      const auto content = survivor_of(*survives);
      write_file(path, content);
      entry.now = entry.durable = std::make_shared<Inode>(Inode{content, {}});
    } else {
      ::unlink(path.c_str());
      entry.now = entry.durable = nullptr;
    }
    // The WAL's index is no part of the database: after a power cut it may hold anything.
    if (!path.ends_with("-wal") && !path.ends_with("-journal") && chance(50))
      write_file(path + "-shm", std::string(32'768, static_cast<char>(draw_())));
  }
  std::erase_if(files_, [](const auto& file) { return file.second.now == nullptr; });
  off_ = false;
  cut_at_ = 0;
  sqlite3_randomness(0, nullptr);
}

PowerCutDisk::InodePtr PowerCutDisk::opened(const std::string& path, bool existed) {
  auto& entry = files_[path];
  if (entry.now == nullptr) {
    entry.now = std::make_shared<Inode>();
    if (existed) {
      entry.now->durable = read_file(path);
      entry.durable = entry.now;
    }
  }
  return entry.now;
}

int PowerCutDisk::open(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags,
                       int* out) {
  auto* disk = disk_of(vfs);
  auto& self = DiskFile::of(file);
  self.base.pMethods = nullptr;
  if (name == nullptr) return SQLITE_CANTOPEN;  // temporary files: the store keeps those in memory
  const int entered = disk->enter(DiskCall::kOpen, SQLITE_CANTOPEN);
  if (entered != SQLITE_OK) return entered;
  const bool existed = ::access(name, F_OK) == 0;
  const int code = disk->real_->xOpen(disk->real_, name, self.real(), flags, out);
  if (code != SQLITE_OK) return code;
  new (&self.inode) std::shared_ptr<Inode>(disk->opened(name, existed));
  self.disk = disk;
  self.syncs_folder = !existed && (flags & kJournals) != 0;
  self.base.pMethods = &kMethods;
  return SQLITE_OK;
}

int PowerCutDisk::remove(sqlite3_vfs* vfs, const char* name, int sync_folder) {
  auto* disk = disk_of(vfs);
  const int entered = disk->enter(DiskCall::kDelete, SQLITE_IOERR_DELETE);
  if (entered != SQLITE_OK) return entered;
  const int code = disk->real_->xDelete(disk->real_, name, 0);
  if (code != SQLITE_OK) return code;
  if (const auto found = disk->files_.find(name); found != disk->files_.end())
    found->second.now = nullptr;
  if (sync_folder != 0) disk->sync_folder();
  return SQLITE_OK;
}

int PowerCutDisk::randomness(sqlite3_vfs* vfs, int size, char* out) {
  std::generate_n(out, size, [&] { return static_cast<char>(disk_of(vfs)->draw_()); });
  return size;
}

int PowerCutDisk::access(sqlite3_vfs* vfs, const char* name, int flags, int* out) {
  if (disk_of(vfs)->off_) return SQLITE_IOERR_ACCESS;
  return disk_of(vfs)->real_->xAccess(disk_of(vfs)->real_, name, flags, out);
}

int PowerCutDisk::full_path(sqlite3_vfs* vfs, const char* name, int size, char* out) {
  return disk_of(vfs)->real_->xFullPathname(disk_of(vfs)->real_, name, size, out);
}

// Nobody else holds a lock here.
int PowerCutDisk::sleep(sqlite3_vfs* /*vfs*/, int microseconds) {
  return microseconds;
}

int PowerCutDisk::last_error(sqlite3_vfs* /*vfs*/, int /*size*/, char* /*out*/) {
  return 0;
}

}  // namespace patchbay::durability
