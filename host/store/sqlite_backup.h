#pragma once
// Online backup of the hub's database. The hub and every other process go on reading and writing;
// the backup holds the database as it was at one moment, in one file, with the secrets sealed as
// they are. Blocks the calling thread; not for a loop.
#include <cstdint>
#include <functional>
#include <string>

#include "base/result.h"

namespace patchbay::store {

// Pages copied, of how many.
using CopyProgress = std::function<void(std::int64_t done, std::int64_t all)>;

// Copies `from` into the new file `to` (mode 0600), on the disk when it returns. `to` is there
// already: kConflict. On an error `to` is not there.
Result<> copy_sqlite(const std::string& from, const std::string& to, const CopyProgress& progress);

// copy_sqlite, the time noted in the copy, the copy verified. The file has its name only when all
// of that is done.
Result<> backup_sqlite(const std::string& from, const std::string& to, std::int64_t now_ms,
                       const CopyProgress& progress);

// Brings a file, or a folder's entries, to the disk.
Result<> sync_to_disk(const std::string& path);
std::string folder_of(const std::string& path);  // "." for a bare name

}  // namespace patchbay::store
