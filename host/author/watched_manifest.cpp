#include "author/watched_manifest.h"

#include <fcntl.h>

#include <system_error>

#include "base/fd.h"

namespace patchbay::author {
namespace {

// Up to one byte more than a manifest may have.
std::string read_all(int fd) {
  std::string text(manifest::max_manifest_bytes + 1, '\0');
  std::size_t size = 0;
  while (size < text.size()) {
    const auto got = ::read(fd, text.data() + size, text.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    size += static_cast<std::size_t>(got);
  }
  text.resize(size);
  return text;
}

}  // namespace

void WatchedManifest::look() {
  // Without O_NONBLOCK the opening of a pipe would wait.
  const Fd file(::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat now{};
  if (!file.valid() || ::fstat(file.get(), &now) != 0)
    return cannot_be_read(std::generic_category().message(errno));
  if (!S_ISREG(now.st_mode)) return cannot_be_read("it is not a file");
  if (is_as_it_was(now)) return;
  seen_ = now;
  text_ = read_all(file.get());
  outcome_ = manifest::parse_manifest(text_);
  ++version_;
}

bool WatchedManifest::is_as_it_was(const struct stat& now) const {
  return version_ != 0 && now.st_ino == seen_.st_ino && now.st_dev == seen_.st_dev &&
         now.st_size == seen_.st_size && now.st_mtim.tv_sec == seen_.st_mtim.tv_sec &&
         now.st_mtim.tv_nsec == seen_.st_mtim.tv_nsec;
}

void WatchedManifest::cannot_be_read(const std::string& why) {
  const std::string message = "The file can't be read: " + why + ".";
  if (version_ != 0 && !outcome_.ok() && outcome_.problems.front().message == message) return;
  seen_ = {};
  text_.clear();
  outcome_ = {nullptr, {{"file", "", message}}};
  ++version_;
}

}  // namespace patchbay::author
