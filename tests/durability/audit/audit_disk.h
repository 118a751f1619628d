#pragma once
// The file calls of the audit log over a disk that can lose its power or fail once. The program is
// linked with --wrap for open, write, fsync, fdatasync and ftruncate, so that the production
// objects come here; calls about files outside the watched folder go straight on.
//
// Files are real ones. Beside them stands what the disk holds for certain: bytes that were there at
// an fdatasync, names that were there at an fsync of the folder. After a power cut some of the rest
// may be there as well: a part of the bytes, or zeros in their place.
//
// Any thread. One at a time.
#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <random>
#include <string>

namespace patchbay::durability {

enum class FileCall : std::uint8_t { kOpen, kWrite, kSync };

class AuditDisk {
 public:
  AuditDisk(std::string folder, std::uint64_t seed);
  AuditDisk(const AuditDisk&) = delete;
  AuditDisk& operator=(const AuditDisk&) = delete;
  ~AuditDisk();

  // The n-th call from now is the last that does anything.
  void cut_at(std::uint64_t n);
  void cut_now() { cut_at(0); }
  [[nodiscard]] bool is_off();
  // What is left after the cut, by file name; drawn anew each time.
  std::map<std::string, std::string> survivors();

  // The n-th call of this kind from now fails with `error`, once; a write writes a part first.
  void fail_at(FileCall call, std::uint64_t n, int error);
  [[nodiscard]] std::uint64_t calls(FileCall call);
  // Waits until all that was written was brought to the disk; false when that takes ten seconds.
  bool wait_for_sync();

  // The wrapped calls.
  int open(const char* path, int flags, unsigned mode);
  std::int64_t write(int file, const void* bytes, std::size_t size);
  int sync(int file, bool data_only);
  int truncate(int file, std::int64_t size);

 private:
  struct File {
    std::string durable;
    std::string pending;        // written since the last fdatasync
    bool name_durable = false;  // the folder was synced since it was made
  };
  // 0, or the errno the call fails with. Holds mutex_.
  int enter(FileCall call);
  // The watched file behind a descriptor; null: another. Holds mutex_.
  File* find(int file);
  [[nodiscard]] bool is_folder(int file) const;

  const std::string folder_;
  std::mutex mutex_;
  std::condition_variable synced_;
  std::mt19937_64 draw_;
  std::map<std::string, File> files_;  // by path
  std::map<FileCall, std::uint64_t> calls_;
  struct Fault {
    FileCall call;
    std::uint64_t at;
    int error;
  };
  std::optional<Fault> fault_;
  std::uint64_t changes_ = 0;
  std::optional<std::uint64_t> cut_at_;
};

}  // namespace patchbay::durability
