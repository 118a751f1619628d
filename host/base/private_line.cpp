#include "base/private_line.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "base/fd.h"

namespace patchbay {

Result<SecretString> read_private_line(const std::string& path, std::string_view what,
                                       std::string_view risk) {
  const auto wrong = [&path](std::string_view why) {
    return make_error(ErrorCode::kConfiguration, "The file " + path + std::string(why));
  };
  // Non-blocking, so that a named pipe in its place can't hang the start.
  const Fd file(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  struct stat about{};
  if (!file.valid() || ::fstat(file.get(), &about) != 0 || !S_ISREG(about.st_mode))
    return wrong(" can't be read. It should hold " + std::string(what) + " in its first line.");
  if ((about.st_mode & 077U) != 0)
    return wrong(" can be read by others, and " + std::string(risk) + ". Close it: chmod 600 " +
                 path);
  std::array<char, kLongestPrivateLine + 1> bytes{};
  std::size_t size = 0;
  while (size < bytes.size()) {
    const auto got = ::read(file.get(), bytes.data() + size, bytes.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    size += static_cast<std::size_t>(got);
  }
  const auto line = std::string_view(bytes.data(), size);
  const auto length = std::min(line.find('\n'), size);
  SecretString secret(line.substr(0, length));
  wipe(bytes.data(), bytes.size());
  if (size == 0) return wrong(" is empty or can't be read.");
  if (length > kLongestPrivateLine)
    return wrong(" holds more than " + std::string(what) + " in its first line.");
  return secret;
}

}  // namespace patchbay
