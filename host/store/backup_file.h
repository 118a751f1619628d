#pragma once
// A backup: one SQLite file (mode 0600) that holds the whole store as it was at one moment,
// whatever kind of database it came from, with the secrets sealed as they are. Blocks the calling
// thread; not for a loop.
#include <cstdint>
#include <functional>
#include <string>

#include "base/result.h"

namespace patchbay::store {

// Pages or rows copied, of how many.
using CopyProgress = std::function<void(std::int64_t done, std::int64_t all)>;

// Makes the backup `to`: `copy` writes the store into the file it is named, which is not there yet;
// then the time is noted in it, and it is verified and brought to the disk. `to` has its name only
// when all of that is done; on an error it is not there. Is it there already: kConflict.
Result<> write_backup(const std::string& to, std::int64_t now_ms,
                      const std::function<Result<>(const std::string& file)>& copy);

// An empty file (0600), made here; kConflict when it is there. Taken away again unless kept.
class NewFile {
 public:
  static Result<NewFile> make(const std::string& path);
  NewFile(NewFile&& other) noexcept;
  NewFile& operator=(NewFile&&) = delete;
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;
  ~NewFile();
  void keep() { path_.clear(); }

 private:
  explicit NewFile(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

// A file that SQLite wrote alone, with its journal; from this run or one that was cut short.
void remove_database_file(const std::string& path);

bool file_exists(const std::string& path);

// A name that no file has: `base`, the time in seconds, and a number when that is taken.
std::string free_name(const std::string& base, std::int64_t now_ms, const std::string& suffix = "");

// Brings a file, or a folder's entries, to the disk.
Result<> sync_to_disk(const std::string& path);
std::string folder_of(const std::string& path);  // "." for a bare name

}  // namespace patchbay::store
