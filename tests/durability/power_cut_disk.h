#pragma once
// A disk under SQLite that can lose its power, or fail once, at a chosen call.
//
// It stands in for SQLite's default VFS while it lives: every connection that the process opens
// goes through it. Files are real ones; beside them it keeps what a disk would hold that was told
// to flush by nothing but xSync. Folder entries count too: a file that was made or deleted is so
// for certain only after the folder was synced, as SQLite's unix VFS does for journals and the WAL.
//
// When the power goes, everything since is lost or survives by chance: writes in any order, whole
// or in sectors of 512 bytes. What survives is drawn from the seed; the same seed and the same
// calls give the same files. After a failed sync what it should have brought to the disk is lost
// for good, as with Linux's page cache.
//
// One thread. One at a time: the VFS is SQLite's own global.
#include <sqlite3.h>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace patchbay::durability {

enum class DiskCall : std::uint8_t { kOpen, kWrite, kSync, kTruncate, kDelete };

class PowerCutDisk {
 public:
  explicit PowerCutDisk(std::uint64_t seed);
  PowerCutDisk(const PowerCutDisk&) = delete;
  PowerCutDisk& operator=(const PowerCutDisk&) = delete;
  // Connections must be closed.
  ~PowerCutDisk();

  // The n-th call from now that changes the disk is the last (1: the next one).
  void cut_at(std::uint64_t n) { cut_at_ = changes_ + n; }
  void cut_now() { off_ = true; }
  [[nodiscard]] bool is_off() const { return off_; }
  // What was not synced is lost to the last byte, instead of by chance.
  void lose_everything_unsynced(bool on) { lose_all_ = on; }
  // Makes the files what survived. Connections must be closed.
  void restore_power();

  // The n-th call of this kind from now fails with SQLite's `code`, once.
  void fail_at(DiskCall call, std::uint64_t n, int code) {
    fault_ = {call, calls_[call] + n, code};
  }
  [[nodiscard]] bool has_failed() const { return fault_ && fault_->done; }
  void stop_failing() { fault_.reset(); }
  [[nodiscard]] std::uint64_t calls(DiskCall call) { return calls_[call]; }

 private:
  friend struct DiskFile;
  struct Change {
    bool truncates = false;
    std::int64_t at = 0;  // offset, or the new size
    std::string bytes;
  };
  struct Inode {
    std::string durable;
    std::vector<Change> pending;
  };
  using InodePtr = std::shared_ptr<Inode>;
  struct Entry {
    InodePtr durable;  // what the folder on disk names; null: nothing
    InodePtr now;
  };
  struct Fault {
    DiskCall call;
    std::uint64_t at;
    int code;
    bool done = false;
  };

  // What a call that changes the disk begins with: SQLITE_OK, or how it fails.
  int enter(DiskCall call, int code_when_off);
  bool chance(int percent) { return static_cast<int>(draw_() % 100) < percent; }
  static void apply(std::string& content, const Change& change);
  void apply_torn(std::string& content, const Change& change);
  std::string survivor_of(const Inode& inode);
  void sync(Inode& inode);
  void sync_folder();
  InodePtr opened(const std::string& path, bool existed);

  static int open(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* out);
  static int remove(sqlite3_vfs* vfs, const char* name, int sync_folder);
  static int randomness(sqlite3_vfs* vfs, int size, char* out);
  static int access(sqlite3_vfs* vfs, const char* name, int flags, int* out);
  static int full_path(sqlite3_vfs* vfs, const char* name, int size, char* out);
  static int sleep(sqlite3_vfs* vfs, int microseconds);
  static int last_error(sqlite3_vfs* vfs, int size, char* out);

  std::mt19937_64 draw_;
  sqlite3_vfs* real_;
  sqlite3_vfs vfs_{};
  std::map<std::string, Entry> files_;
  std::map<DiskCall, std::uint64_t> calls_;
  std::optional<Fault> fault_;
  std::uint64_t changes_ = 0;
  std::uint64_t cut_at_ = 0;  // 0: never
  bool off_ = false;
  bool lose_all_ = false;
};

}  // namespace patchbay::durability
