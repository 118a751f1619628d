#include "audit/audit_folder.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "audit/audit_chain.h"
#include "base/encoding.h"
#include "base/fd.h"
#include "base/random.h"

namespace patchbay::audit {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kStart = "audit-";
constexpr std::string_view kEnd = ".jsonl";
constexpr std::size_t kInstanceDigits = 16;
constexpr std::size_t kChunk = std::size_t{256} << 10U;

Error failed(const std::string& what) {
  return make_error(ErrorCode::kStorage,
                    what + ": " + std::generic_category().message(errno) + ".");
}

bool is_instance(std::string_view text) {
  return text.size() == kInstanceDigits &&
         text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

// Complete or not there at all: linked into place, and the first of several wins.
Result<> make_instance(const std::string& folder, const std::string& id) {
  const std::string fresh = folder + "/." + id + "-" + std::to_string(::getpid());
  const Fd file(::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!file.valid()) return failed("The audit folder " + folder + " can't be written");
  const std::string text = id + "\n";
  bool done = ::write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
              ::fsync(file.get()) == 0;
  done = done && (::link(fresh.c_str(), (folder + "/instance").c_str()) == 0 || errno == EEXIST);
  auto error = failed("The audit folder " + folder + " can't be written");
  ::unlink(fresh.c_str());
  if (!done) return error;
  return {};
}

std::string new_instance() {
  OsRandom random;
  const auto bytes = random.bytes32();
  return hex_encode(as_text(bytes)).substr(0, kInstanceDigits);
}

}  // namespace

Result<std::string> open_audit_folder(const std::string& folder, std::string id) {
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST)
    return failed("The audit folder " + folder + " can't be made");
  if (audit_instance(folder).empty())
    PATCHBAY_TRY(make_instance(folder, id.empty() ? new_instance() : id));
  id = audit_instance(folder);
  if (id.empty())
    return make_error(ErrorCode::kStorage,
                      "The file " + folder +
                          "/instance does not hold the folder's id. Restore "
                          "it, or move the folder's files away and remove it.");
  return id;
}

std::string audit_instance(const std::string& folder) {
  const Fd file(
      ::open((folder + "/instance").c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  std::string text(kInstanceDigits + 1, '\0');
  if (!file.valid() ||
      ::read(file.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()))
    return {};
  text.pop_back();
  return is_instance(text) ? text : std::string();
}

std::string audit_file_name(std::string_view instance, std::int64_t started_ms, int pid,
                            std::size_t loop, int n) {
  return std::string(kStart) + std::string(instance) + "-" + std::to_string(started_ms) + "-" +
         std::to_string(pid) + "-" + std::to_string(loop) + "-" + std::to_string(n) +
         std::string(kEnd);
}

std::string_view instance_of_file(std::string_view file_name) {
  if (!file_name.starts_with(kStart) || !file_name.ends_with(kEnd)) return {};
  const auto id = file_name.substr(kStart.size(), kInstanceDigits);
  return is_instance(id) ? id : std::string_view();
}

Result<std::vector<std::string>> audit_files(const std::string& folder) {
  std::error_code error;
  std::vector<std::string> names;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    std::string name = entry->path().filename().string();
    if (name.ends_with(kEnd)) names.push_back(std::move(name));
  }
  if (error)
    return make_error(ErrorCode::kStorage,
                      "The audit folder " + folder + " can't be read: " + error.message() + ".");
  std::ranges::sort(names);
  return names;
}

Result<> read_audit_lines(const std::string& path,
                          const std::function<bool(std::string_view line, bool whole)>& each) {
  const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (!file.valid()) return failed("The audit file " + path + " can't be read");
  std::string buffer;
  while (true) {
    const std::size_t before = buffer.size();
    buffer.resize(before + kChunk);
    const ssize_t got = ::read(file.get(), buffer.data() + before, kChunk);
    if (got < 0 && errno == EINTR) {
      buffer.resize(before);
      continue;
    }
    if (got < 0) return failed("The audit file " + path + " can't be read");
    buffer.resize(before + static_cast<std::size_t>(got));
    std::string_view rest = buffer;
    for (std::size_t end = rest.find('\n'); end != std::string_view::npos; end = rest.find('\n')) {
      if (!each(rest.substr(0, end), true)) return {};
      rest.remove_prefix(end + 1);
    }
    if (got == 0) {
      if (!rest.empty()) each(rest, false);
      return {};
    }
    if (rest.size() > kMaxAuditLine) {
      if (!each(rest, true)) return {};
      rest = {};
    }
    buffer.erase(0, buffer.size() - rest.size());
  }
}

}  // namespace patchbay::audit
