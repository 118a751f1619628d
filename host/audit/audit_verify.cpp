#include "audit/audit_verify.h"

#include <algorithm>
#include <filesystem>

#include "audit/audit_chain.h"
#include "audit/audit_folder.h"
#include "audit/expired_files.h"

namespace patchbay::audit {
namespace {

// What one pass over a file shows.
struct Chain {
  AuditHead head;
  std::string broken;            // what did not fit; empty: all did
  bool half_line = false;        // after the lines that fit
  std::string hash_at_recorded;  // of the line that was recorded as the last
  std::vector<Announcement> announced;
};

Result<Chain> read_chain(const std::string& folder, const std::string& file,
                         const RecordedHead* recorded, const std::atomic<bool>* stop) {
  Chain chain;
  bool stopped = false;
  chain.head = first_audit_head(file);
  PATCHBAY_TRY(read_audit_lines(folder + "/" + file, [&](std::string_view line, bool whole) {
    if (stop != nullptr && stop->load(std::memory_order_relaxed)) {
      stopped = true;
      return false;
    }
    if (!whole) {
      chain.half_line = true;
      return false;
    }
    if (const auto fits = follow_audit_line(chain.head, line); !fits) {
      chain.broken = fits.error().message;
      return false;
    }
    if (recorded != nullptr && chain.head.count == recorded->lines)
      chain.hash_at_recorded = chain.head.hash;
    if (auto announced = read_announcement(line)) {
      announced->recorded = recorded != nullptr && chain.head.count <= recorded->lines;
      chain.announced.push_back(*std::move(announced));
    }
    return true;
  }));
  if (stopped) return make_error(ErrorCode::kCancelled, "The hub stops.");
  return chain;
}

std::string number(std::int64_t lines) {
  return std::to_string(lines);
}

void judge_alone(const Chain& chain, FileReport& report) {
  if (!chain.half_line) return;
  report.state = FileState::kHalfLine;
  report.detail =
      "ends in half a line: a power cut or a full disk, or its end was cut off. Give the store, "
      "which knows how far it had come.";
}

void judge_against(const Chain& chain, const RecordedHead& recorded, FileReport& report) {
  const std::int64_t lines = chain.head.count;
  if (lines < recorded.lines) {
    report.state = FileState::kCutOff;
    report.detail = "has " + number(lines) + " lines; " + number(recorded.lines) + " were recorded";
  } else if (recorded.lines > 0 && chain.hash_at_recorded != recorded.hash) {
    report.state = FileState::kRewritten;
    report.detail = "line " + number(recorded.lines) + " is not the one that was recorded";
  } else if (recorded.closed && (lines > recorded.lines || chain.half_line)) {
    report.state = FileState::kGrown;
    report.detail = "goes on after line " + number(recorded.lines) + ", with which its hub ended";
  } else if (chain.half_line) {
    report.state = FileState::kUncleanEnd;
    report.detail =
        "ends in half a line, after all that was recorded: its hub did not end in order";
  }
}

Result<FileReport> verify_file(const std::string& folder, const std::string& file,
                               const RecordedHead* recorded, bool have_heads,
                               std::vector<Announcement>& announced,
                               const std::atomic<bool>* stop) {
  FileReport report;
  report.file = file;
  PATCHBAY_TRY_ASSIGN(auto chain, read_chain(folder, file, recorded, stop));
  report.lines = chain.head.count;
  report.hash = chain.head.hash;
  if (!chain.broken.empty()) {
    report.state = FileState::kBroken;
    report.detail = chain.broken;
  } else if (recorded != nullptr) {
    judge_against(chain, *recorded, report);
  } else if (have_heads && (report.lines > 0 || chain.half_line)) {
    report.state = FileState::kUnrecorded;
    report.detail =
        "is not known to the store: begun within a second of its hub's sudden end, or put there";
  } else {
    judge_alone(chain, report);
  }
  if (!is_tampering(report.state))
    std::ranges::move(chain.announced, std::back_inserter(announced));
  return report;
}

// What was recorded is not there.
FileReport judge_absent(const RecordedHead& head, std::span<const Announcement> announced) {
  const auto is_of_it = [&head](const Announcement& each) {
    return each.recorded && each.what.file == head.file &&
           (each.what.lines > head.lines ||
            (each.what.lines == head.lines && each.what.hash == head.hash));
  };
  if (const auto found = std::ranges::find_if(announced, is_of_it); found != announced.end())
    return {head.file, FileState::kRemoved, 0,
            "is not there: its time was over, says the log at " + found->time};
  return {head.file, FileState::kMissing, 0,
          "is not there; " + number(head.lines) + " lines were recorded"};
}

const RecordedHead* find(std::span<const RecordedHead> heads, std::string_view file) {
  const auto found = std::ranges::find(heads, file, &RecordedHead::file);
  return found == heads.end() ? nullptr : &*found;
}

// Other hubs keep their files elsewhere. A folder that lost its id is checked against all heads.
bool belongs_here(const RecordedHead& head, const std::string& instance,
                  const std::vector<std::string>& names) {
  return head.instance.empty() || instance.empty() || head.instance == instance ||
         std::ranges::find(names, head.instance, instance_of_file) != names.end();
}

}  // namespace

std::string_view to_string(FileState state) {
  switch (state) {
    case FileState::kWhole:
      return "whole";
    case FileState::kUncleanEnd:
      return "unclean_end";
    case FileState::kHalfLine:
      return "half_line";
    case FileState::kUnrecorded:
      return "unrecorded";
    case FileState::kRemoved:
      return "removed";
    case FileState::kBroken:
      return "broken";
    case FileState::kCutOff:
      return "cut_off";
    case FileState::kRewritten:
      return "rewritten";
    case FileState::kGrown:
      return "grown";
    case FileState::kMissing:
      return "missing";
  }
  return "unknown";
}

bool is_tampering(FileState state) {
  return state >= FileState::kBroken;
}

bool FolderReport::is_tampered() const {
  return std::ranges::any_of(files, is_tampering, &FileReport::state);
}

bool FolderReport::is_uncertain() const {
  return !is_tampered() && std::ranges::any_of(files, [](const FileReport& file) {
    return file.state == FileState::kHalfLine || file.state == FileState::kUnrecorded;
  });
}

Result<FolderReport> verify_audit_folder(const std::string& folder,
                                         std::optional<std::span<const RecordedHead>> heads,
                                         const std::atomic<bool>* stop) {
  FolderReport report;
  std::vector<std::string> names;
  const bool gone = !std::filesystem::exists(folder);
  if (!gone || !heads) {
    PATCHBAY_TRY_ASSIGN(names, audit_files(folder));
  }
  const auto known = heads.value_or(std::span<const RecordedHead>());
  std::vector<std::string> vanished;
  for (const auto& name : names) {
    auto file =
        verify_file(folder, name, find(known, name), heads.has_value(), report.announced, stop);
    if (!file && !std::filesystem::exists(folder + "/" + name)) {
      vanished.push_back(name);  // while the others were read
      continue;
    }
    if (!file) return file.error();
    report.lines += file->lines;
    report.files.push_back(*std::move(file));
  }
  for (const auto& name : vanished) std::erase(names, name);
  const std::string instance = audit_instance(folder);
  for (const auto& head : known) {
    if (head.lines == 0 || !belongs_here(head, instance, names) ||
        std::ranges::find(names, head.file) != names.end())
      continue;
    report.files.push_back(judge_absent(head, report.announced));
  }
  return report;
}

}  // namespace patchbay::audit
