#include "patchbay/sandbox/state_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <system_error>

#include "patchbay/sandbox/error.h"

namespace patchbay::sandbox {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const std::string& what, const fs::path& file) {
  throw SandboxError(what + " " + file.string() + ": " + std::strerror(errno));
}

/// Closes a descriptor at the end of its life.
struct Descriptor {
  int value;
  ~Descriptor() {
    if (value >= 0) ::close(value);
  }
};

void make_private_folder(const fs::path& folder) {
  std::error_code ignored;
  if (folder.has_parent_path()) fs::create_directories(folder.parent_path(), ignored);
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) fail("cannot make", folder);
  struct stat status{};
  if (::lstat(folder.c_str(), &status) != 0) fail("cannot look at", folder);
  if (!S_ISDIR(status.st_mode)) throw SandboxError(folder.string() + " is not a folder");
  if (status.st_uid != ::geteuid()) {
    throw SandboxError(folder.string() + " belongs to another user; choose another --state");
  }
  if ((status.st_mode & 077U) != 0 && ::chmod(folder.c_str(), 0700) != 0) {
    fail("cannot protect", folder);
  }
}

}  // namespace

void write_private_file(const fs::path& file, std::string_view content) {
  std::string temporary = file.string() + ".XXXXXX";
  const Descriptor out{::mkostemp(temporary.data(), O_CLOEXEC)};  // made with mode 0600
  if (out.value < 0) fail("cannot write", file);
  bool good = true;
  while (good && !content.empty()) {
    const ssize_t written = ::write(out.value, content.data(), content.size());
    good = written >= 0 || errno == EINTR;
    if (written > 0) content.remove_prefix(static_cast<std::size_t>(written));
  }
  good = good && ::fsync(out.value) == 0 && ::rename(temporary.c_str(), file.c_str()) == 0;
  if (!good) {
    const int reason = errno;
    ::unlink(temporary.c_str());
    errno = reason;
    fail("cannot write", file);
  }
}

StateFolder::StateFolder(fs::path path) : path_(std::move(path)) {
  if (path_.empty()) {
    std::string name = (fs::temp_directory_path() / "patchbay-sandbox.XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) fail("cannot make", name);
    path_ = name;
    temporary_ = true;
    return;
  }
  path_ = fs::absolute(path_);
  make_private_folder(path_);
  const fs::path lock_file = path_ / ".lock";
  lock_ = ::open(lock_file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock_ < 0) fail("cannot open", lock_file);
  if (::flock(lock_, LOCK_EX | LOCK_NB) != 0) {
    ::close(lock_);
    throw SandboxError("another sandbox uses the state folder " + path_.string() +
                       "; stop it or choose another --state");
  }
}

StateFolder::~StateFolder() {
  if (lock_ >= 0) ::close(lock_);
  if (temporary_) {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
}

std::optional<std::string> StateFolder::read(std::string_view name) const {
  std::ifstream in(path_ / name, std::ios::binary);
  if (!in) return std::nullopt;
  return std::string(std::istreambuf_iterator<char>(in), {});
}

void StateFolder::write(std::string_view name, std::string_view content) const {
  write_private_file(path_ / name, content);
}

}  // namespace patchbay::sandbox
