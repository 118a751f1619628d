#include "cli/private_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <system_error>

#include "base/fd.h"

namespace patchbay::cli {
namespace {

Error failed(const std::string& path) {
  return make_error(ErrorCode::kStorage,
                    "can't write " + path + ": " + std::generic_category().message(errno));
}

Result<> write_all(int fd, const std::string& path, std::string_view text) {
  while (!text.empty()) {
    const auto written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return failed(path);
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  if (::fsync(fd) != 0) return failed(path);
  return {};
}

// Under a name of its own beside `path`, then renamed.
Result<> write_beside(const std::string& path, std::string_view text, unsigned rename_flags) {
  std::string draft = path + ".XXXXXX";
  const Fd file(::mkostemp(draft.data(), O_CLOEXEC));  // mode 0600
  if (!file.valid()) return failed(path);
  auto done = write_all(file.get(), path, text);
  if (done && ::renameat2(AT_FDCWD, draft.c_str(), AT_FDCWD, path.c_str(), rename_flags) != 0)
    done = errno == EEXIST
               ? make_error(ErrorCode::kConflict, path + " is there already; name another file")
               : failed(path);
  if (!done) ::unlink(draft.c_str());
  return done;
}

}  // namespace

Result<> write_new_file(const std::string& path, std::string_view text) {
  return write_beside(path, text, RENAME_NOREPLACE);
}

Result<> replace_file(const std::string& path, std::string_view text) {
  return write_beside(path, text, 0);
}

Result<std::string> read_small_file(const std::string& path, std::size_t most) {
  const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat status{};
  if (!file.valid() || ::fstat(file.get(), &status) != 0)
    return make_error(ErrorCode::kNotFound,
                      "can't read " + path + ": " + std::generic_category().message(errno));
  if (!S_ISREG(status.st_mode))
    return make_error(ErrorCode::kInvalidArgument, path + " is not a file");
  if (static_cast<std::size_t>(status.st_size) > most)
    return make_error(ErrorCode::kTooLarge, path + " is larger than any such file");
  std::string text(most, '\0');
  std::size_t size = 0;
  while (size < text.size()) {
    const auto got = ::read(file.get(), text.data() + size, text.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    size += static_cast<std::size_t>(got);
  }
  text.resize(size);
  return text;
}

}  // namespace patchbay::cli
