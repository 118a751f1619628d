#include "vault/key_source.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "base/encoding.h"
#include "base/fd.h"

namespace patchbay::vault {
namespace {

constexpr mode_t kOthers = 07;
constexpr mode_t kAllButOwnersReadWrite = 07177;

// "<what>: <why>. Make a key with ..."
Error refusal(const std::string& what, const std::string& why, const std::string& advice) {
  return make_error(ErrorCode::kConfiguration, what + ": " + why + ". " + advice);
}

std::string how_to_make(const std::string& path) {
  return "Make a key with: patchbay key create " + path;
}

std::string octal(mode_t mode) {
  std::array<char, 8> text{};
  std::snprintf(text.data(), text.size(), "%04o", static_cast<unsigned>(mode & 07777U));
  return text.data();
}

Result<KeyEncryptionKey> parse_for(const std::string& what, std::string_view text,
                                   const std::string& advice) {
  auto key = KeyEncryptionKey::parse(text);
  if (!key) return refusal(what, key.error().message, advice);
  return key;
}

Result<KeyEncryptionKey> load_file(const std::string& what, const std::string& path,
                                   mode_t forbidden_bits, const std::string& advice) {
  // Non-blocking, so that a named pipe in its place cannot hang the start.
  const Fd file(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!file.valid()) {
    const int why = errno;
    if (why == ENOENT) return refusal(what, "there is no such file", advice);
    if (why == ELOOP) {
      return refusal(what, "it is a symbolic link", "Name the file itself. " + advice);
    }
    return refusal(what, std::string("it cannot be read (") + std::strerror(why) + ")", advice);
  }
  struct stat about{};
  if (::fstat(file.get(), &about) != 0 || !S_ISREG(about.st_mode)) {
    return refusal(what, "it is not a regular file", advice);
  }
  if (about.st_uid != ::geteuid() && about.st_uid != 0) {
    return refusal(
        what, "it belongs to another user",
        "Anyone who can write it can swap the key: give it to the hub's user. " + advice);
  }
  if ((about.st_mode & forbidden_bits) != 0) {
    return refusal(what, "its mode is " + octal(about.st_mode) + ", so others could read it",
                   "If nobody has: chmod 0400 " + path + ". Otherwise replace it. " + advice);
  }
  std::array<char, 256> buffer{};
  const ssize_t size = ::read(file.get(), buffer.data(), buffer.size());
  const SecretString text(
      std::string_view(buffer.data(), size > 0 ? static_cast<std::size_t>(size) : 0));
  wipe(buffer.data(), buffer.size());
  if (size < 0) return refusal(what, "reading it failed", advice);
  if (text.size() == buffer.size()) return refusal(what, "it is too long for a key", advice);
  return parse_for(what, text.reveal(), advice);
}

Result<KeyEncryptionKey> load(const KeyFile& source) {
  return load_file("Key file " + source.path, source.path, kAllButOwnersReadWrite,
                   how_to_make(source.path));
}

Result<KeyEncryptionKey> load(const KeyVariable& source) {
  const std::string what = "Environment variable " + source.name;
  const std::string advice = "Set it to the content of a file made with: patchbay key create FILE";
  char* value = std::getenv(source.name.c_str());  // NOLINT(concurrency-mt-unsafe): at start
  if (value == nullptr || *value == '\0') return refusal(what, "it is not set", advice);
  const SecretString text{std::string_view(value)};
  wipe(value, text.size());
  ::unsetenv(source.name.c_str());  // NOLINT(concurrency-mt-unsafe): at start
  return parse_for(what, text.reveal(), advice);
}

Result<KeyEncryptionKey> load(const KeyCredential& source) {
  const std::string what = "systemd credential " + source.name;
  const std::string advice =
      "Make a key with: patchbay key create FILE, and give it to the unit "
      "with LoadCredential=" +
      source.name + ":FILE";
  if (source.name.empty() || source.name.find('/') != std::string::npos) {
    return refusal(what, "that is not a credential's name", advice);
  }
  const char* folder = std::getenv("CREDENTIALS_DIRECTORY");  // NOLINT(concurrency-mt-unsafe)
  if (folder == nullptr || *folder != '/') {
    return refusal(what,
                   "the hub was not started with credentials (CREDENTIALS_DIRECTORY is not "
                   "set)",
                   advice);
  }
  return load_file(what, std::string(folder) + "/" + source.name, kOthers, advice);
}

bool write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t done = ::write(fd, bytes.data(), bytes.size());
    if (done < 0 && errno == EINTR) continue;
    if (done <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(done));
  }
  return true;
}

bool sync_folder_of(const std::string& path) {
  const auto slash = path.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  const Fd fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return fd.valid() && ::fsync(fd.get()) == 0;
}

}  // namespace

Result<KeyEncryptionKey> load_key(const KeySource& source) {
  return std::visit([](const auto& kind) { return load(kind); }, source);
}

Result<std::string> create_key_file(const std::string& path, Random& random) {
  const Fd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0400));
  if (!file.valid()) {
    const int why = errno;
    if (why == EEXIST) {
      return make_error(ErrorCode::kConfiguration,
                        "Key file " + path +
                            " exists already and was left alone. Choose another "
                            "name: a lost key cannot be made again.");
    }
    return make_error(ErrorCode::kConfiguration,
                      "Key file " + path + " cannot be created: " + std::strerror(why) + ".");
  }
  const auto key = KeyEncryptionKey::generate(random);
  auto encoded = base64_encode(key.reveal());
  auto text = SecretString::take(encoded);
  text.append("\n");
  if (!write_all(file.get(), text.reveal()) || ::fsync(file.get()) != 0 || !sync_folder_of(path)) {
    const int why = errno;
    ::unlink(path.c_str());
    return make_error(ErrorCode::kConfiguration,
                      "Key file " + path + " cannot be written: " + std::strerror(why) + ".");
  }
  return key.id();
}

}  // namespace patchbay::vault
