#pragma once
// Whether an audit folder is as it was written: each file's own chain, and, where the heads that
// the store recorded are given, that no end was cut off and no file is gone. Needs no hub and no
// key; reads files of any size in constant memory. A hub may be at work meanwhile, if the heads
// were read before.
//
// Files that the hub removed because their time was over are no tampering: the log says so.
//
// What can't be told: events of the last moments before a power cut, which no head had reached yet,
// may be missing without a trace; so may lines behind the last recorded head of a process that did
// not end in order.
#include <atomic>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace patchbay::audit {

// A head as the store recorded it.
struct RecordedHead {
  std::string file;
  std::string instance;  // audit_folder.h; empty: this folder's for certain
  std::int64_t lines = 0;
  std::string hash;
  bool closed = false;  // no line comes after these
};

enum class FileState : std::uint8_t {
  kWhole,
  // Ends in half a line, behind all that was recorded: a write that a power cut or a full disk
  // interrupted. No event is missing that was acknowledged and recorded.
  kUncleanEnd,
  // Can't be told without the store: an unclean end, or one that was cut off.
  kHalfLine,
  kUnrecorded,  // the store knows no such file: begun a moment before a kill, or put there
  kRemoved,     // recorded, and not there: its time was over, as the log said (expired_files.h)
  // Tampering or damage from here on.
  kBroken,     // a line does not fit: edited, removed, inserted, reordered, or the file was renamed
  kCutOff,     // fewer lines than were recorded
  kRewritten,  // a whole chain, but not the one that was recorded
  kGrown,      // lines after its process had ended in order
  kMissing,    // recorded, and not there
};
std::string_view to_string(FileState state);  // "whole", "unclean_end", ...
bool is_tampering(FileState state);

struct FileReport {
  std::string file;
  FileState state = FileState::kWhole;
  std::int64_t lines = 0;  // that fit
  std::string detail;      // for a person; empty when whole
  std::string hash{};      // of the last of them
};

// A file as its announcement describes it (expired_files.h).
struct ExpiredFile {
  std::string file;
  std::int64_t lines = 0;
  std::string hash;  // of the last of them
};

struct Announcement {
  ExpiredFile what;
  std::string time;       // ISO 8601 UTC
  bool recorded = false;  // the store had a head of the line, or of one after it
};

struct FolderReport {
  std::vector<FileReport> files;
  std::int64_t lines = 0;
  std::vector<Announcement> announced;  // those in files that are not tampered with

  [[nodiscard]] bool is_tampered() const;
  [[nodiscard]] bool is_uncertain() const;  // kHalfLine or kUnrecorded, and nothing worse
};

// Without heads: the chains alone. kStorage when folder or a file can't be read; a folder that is
// gone altogether is a report, when heads say what was in it.
// kCancelled once `stop` (may be null) is true.
Result<FolderReport> verify_audit_folder(const std::string& folder,
                                         std::optional<std::span<const RecordedHead>> heads,
                                         const std::atomic<bool>* stop = nullptr);

}  // namespace patchbay::audit
