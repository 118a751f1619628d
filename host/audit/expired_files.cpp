#include "audit/expired_files.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>

#include "audit/audit_folder.h"
#include "audit/audit_query.h"
#include "audit/lines_backwards.h"
#include "base/fd.h"
#include "base/iso_time.h"

namespace patchbay::audit {
namespace {

constexpr std::string_view kKind = "audit.file_expired";
// As a line has it: quotes within its texts are escaped, so nothing else looks like this.
constexpr std::string_view kKindInLine = "\"kind\":\"audit.file_expired\"";

// Invalid while a process writes to the file, or has it open to do so (file_audit_log.cpp).
Fd take_alone(const std::string& path) {
  Fd file(::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (!file.valid() || ::flock(file.get(), LOCK_EX | LOCK_NB) != 0) return {};
  return file;
}

// Of the last event; of the file itself where that is none.
Result<std::int64_t> last_time(const std::string& path) {
  LinesBackwards lines(path);
  PATCHBAY_TRY(lines.open());
  PATCHBAY_TRY_ASSIGN(const auto line, lines.next());
  const auto event = line ? read_audit_event(line->text) : std::nullopt;
  if (const auto time = event ? parse_iso_time(event->time) : std::nullopt) return *time;
  struct stat about{};
  if (::lstat(path.c_str(), &about) != 0 || !S_ISREG(about.st_mode))
    return make_error(ErrorCode::kStorage, "The audit file " + path + " can't be read.");
  return about.st_mtim.tv_sec * 1000LL;
}

bool is_sound(FileState state) {
  return state == FileState::kWhole || state == FileState::kUncleanEnd ||
         state == FileState::kUnrecorded;
}

class Pass {
 public:
  Pass(const ExpiryPass& asked, const std::set<std::string>& passed_over,
       const std::atomic<bool>* stop)
      : asked_(asked), passed_over_(passed_over), stop_(stop) {}

  Result<ExpiryOutcome> run() {
    PATCHBAY_TRY_ASSIGN(const auto names, audit_files(asked_.folder));
    find_candidates(names);
    if (candidates_.empty() && !is_one_gone(names)) return ExpiryOutcome();
    PATCHBAY_TRY_ASSIGN(const auto report, verify_audit_folder(asked_.folder, asked_.heads, stop_));
    ExpiryOutcome outcome;
    for (const auto& file : report.files)
      if (file.state == FileState::kRemoved) outcome.removed.push_back(file.file);
    // Before anything else goes, for that may hold what vouches for these.
    if (!outcome.removed.empty()) return outcome;
    for (const auto& file : report.files)
      if (std::ranges::binary_search(candidates_, file.file)) judge(file, report, outcome);
    if (!outcome.removed.empty()) PATCHBAY_TRY(sync_folder());
    return outcome;
  }

 private:
  void find_candidates(const std::vector<std::string>& names) {
    for (const auto& name : names) {
      if (candidates_.size() == ExpiryPass::kMostFiles) break;
      if (passed_over_.contains(name)) continue;
      const std::string path = asked_.folder + "/" + name;
      const auto time = last_time(path);
      if (time && *time < asked_.now_ms - asked_.kept_ms && take_alone(path).valid())
        candidates_.push_back(name);
    }
    std::ranges::sort(candidates_);
  }
  [[nodiscard]] bool is_one_gone(const std::vector<std::string>& names) const {
    return std::ranges::any_of(asked_.heads, [&names](const RecordedHead& head) {
      return head.lines > 0 && !std::ranges::binary_search(names, head.file);
    });
  }
  void judge(const FileReport& file, const FolderReport& report, ExpiryOutcome& outcome) {
    if (!is_sound(file.state)) {
      outcome.tampered.push_back(file.file);
      return;
    }
    const auto announced =
        std::ranges::find_if(report.announced, [&file](const Announcement& each) {
          return each.what.file == file.file && each.what.lines == file.lines &&
                 each.what.hash == file.hash;
        });
    if (announced == report.announced.end()) {
      outcome.to_announce.push_back({file.file, file.lines, file.hash});
      return;
    }
    const auto time = parse_iso_time(announced->time);
    if (announced->recorded && time && *time <= asked_.now_ms - kAnnouncedForMs)
      remove(file.file, outcome);
  }
  void remove(const std::string& name, ExpiryOutcome& outcome) const {
    const std::string path = asked_.folder + "/" + name;
    const Fd alone = take_alone(path);
    if (alone.valid() && ::unlink(path.c_str()) == 0) outcome.removed.push_back(name);
  }
  [[nodiscard]] Result<> sync_folder() const {
    const Fd folder(::open(asked_.folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (folder.valid() && ::fsync(folder.get()) == 0) return {};
    return make_error(ErrorCode::kStorage,
                      "The audit folder " + asked_.folder + " can't be brought to the disk.");
  }

  const ExpiryPass& asked_;
  const std::set<std::string>& passed_over_;
  const std::atomic<bool>* stop_;
  std::vector<std::string> candidates_;  // sorted
};

}  // namespace

AuditEvent announcement_of(const ExpiredFile& file) {
  return {.kind = std::string(kKind),
          .subject = file.file + " " + std::to_string(file.lines) + " " + file.hash,
          .actor = "hub"};
}

std::optional<Announcement> read_announcement(std::string_view line) {
  if (line.find(kKindInLine) == std::string_view::npos) return std::nullopt;
  const auto found = read_audit_event(line);
  if (!found || found->event.kind != kKind) return std::nullopt;
  const std::string_view subject = found->event.subject;
  const auto first = subject.find(' ');
  const auto last = subject.rfind(' ');
  if (first == std::string_view::npos || first == last) return std::nullopt;
  Announcement announcement{
      {std::string(subject.substr(0, first)), 0, std::string(subject.substr(last + 1))},
      found->time};
  const auto lines = subject.substr(first + 1, last - first - 1);
  const auto read =
      std::from_chars(lines.data(), lines.data() + lines.size(), announcement.what.lines);
  if (read.ec != std::errc() || read.ptr != lines.data() + lines.size()) return std::nullopt;
  return announcement;
}

Result<ExpiryOutcome> expire_files(const ExpiryPass& pass, const std::set<std::string>& passed_over,
                                   const std::atomic<bool>* stop) {
  return Pass(pass, passed_over, stop).run();
}

}  // namespace patchbay::audit
