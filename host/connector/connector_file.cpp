#include "connector/connector_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <vector>

#include "base/hash.h"
#include "connector/elf_image.h"
#include "connector/manifest_alone.h"
#include "connector/worker/frame.h"
#include "manifest/parse_alone.h"
#include "patchbay/manifest_blob.h"

namespace patchbay::connector {
namespace {

Error refused(const std::string& path, std::string_view why) {
  return make_error(ErrorCode::kConfiguration, path + ": " + std::string(why));
}

// No link at its end, and no waiting for whoever may be at the other end of a pipe.
int open_plainly(const std::string& path) {
  return ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
}

Result<> check_owner_and_mode(const std::string& path, const struct stat& info) {
  if (!S_ISREG(info.st_mode)) return refused(path, "is not a regular file");
  if (info.st_uid != ::geteuid() && info.st_uid != 0)
    return refused(path, "belongs to another user; it must belong to the hub's user or to root");
  if ((info.st_mode & (S_IWGRP | S_IWOTH)) != 0)
    return refused(path, "can be written by other users; run: chmod go-w");
  return {};
}

Result<std::vector<char>> read_all(const std::string& path, int fd, std::size_t size) {
  std::vector<char> bytes(size);
  std::size_t done = 0;
  while (done < size) {
    const ssize_t got = ::read(fd, bytes.data() + done, size - done);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return refused(path, std::string("can't be read: ") + std::strerror(errno));
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  bytes.resize(done);
  return bytes;
}

// Is it whole, for this machine, and content with what a worker offers?
Result<> check_library(const std::string& path, std::string_view bytes) {
  const auto image = read_elf(bytes);
  if (!image)
    return make_error(image.error().code == ErrorCode::kUnavailable ? ErrorCode::kUnavailable
                                                                    : ErrorCode::kConfiguration,
                      path + ": " + image.error().message);
  for (const auto& needed : image->needed)
    if (!worker_offers(needed))
      return refused(path, "needs the library " + needed +
                               ", which a worker does not offer; link it statically");
  return {};
}

// Beside the library. Absent is fine; unreadable or too long is told by what it then is: no
// signature.
Result<std::string> read_signature(const std::string& path) {
  const std::string name = path + ".minisig";
  const Fd file(open_plainly(name));
  if (!file.valid()) {
    if (errno == ENOENT) return std::string();
    return refused(name, std::string("can't be opened: ") + std::strerror(errno));
  }
  struct stat info{};
  if (::fstat(file.get(), &info) != 0 || !S_ISREG(info.st_mode) || info.st_size > 4096)
    return refused(name, "is not a minisign signature");
  PATCHBAY_TRY(check_owner_and_mode(name, info));
  PATCHBAY_TRY_ASSIGN(const auto bytes,
                      read_all(name, file.get(), static_cast<std::size_t>(info.st_size)));
  return std::string(bytes.data(), bytes.size());
}

std::size_t most_bytes(bool is_alone) {
  return is_alone ? kManifestMaxSize : kMaxConnectorBytes;
}

std::string first_problems(const manifest::Problems& problems) {
  std::string text = "its manifest is not valid:";
  for (std::size_t i = 0; i < problems.size() && i < 5; ++i)
    text += " " + problems[i].pointer + " " + problems[i].message + ";";
  if (problems.size() > 5) text += " and " + std::to_string(problems.size() - 5) + " more";
  return text;
}

Result<> take_manifest(const std::string& path, manifest::ParseOutcome parsed,
                       ConnectorFile& result) {
  if (!parsed.ok()) return refused(path, first_problems(parsed.problems));
  result.manifest = std::move(parsed.manifest);
  return {};
}

Result<> read_library(const std::string& path, std::string_view bytes, ConnectorFile& result) {
  PATCHBAY_TRY(check_library(path, bytes));
  const auto blob =
      find_manifest(std::span(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()));
  if (!blob)
    return refused(path, blob.error == ManifestBlobError::not_found
                             ? "holds no Patchbay manifest; it is not a connector"
                             : "its embedded manifest is damaged (" +
                                   std::string(name_of(blob.error)) + "); copy the file again");
  result.manifest_json = blob.text();
  return take_manifest(path, manifest::parse_manifest(result.manifest_json), result);
}

// A copy under way ends anywhere, but hardly ever with a brace.
Result<> read_manifest_alone(const std::string& path, std::string_view bytes,
                             ConnectorFile& result) {
  const auto end = bytes.find_last_not_of(" \t\r\n");
  if (end == std::string_view::npos || bytes[end] != '}')
    return make_error(ErrorCode::kUnavailable,
                      path + ": ends before its JSON does; is it still being copied?");
  result.manifest_json = bytes;
  return take_manifest(path, manifest::parse_manifest_alone(bytes), result);
}

}  // namespace

bool is_manifest_alone(std::string_view path) {
  return path.ends_with(".json");
}

MappedBytes::~MappedBytes() {
  if (bytes_ != nullptr) ::munmap(const_cast<char*>(bytes_), size_);
}

Result<MappedBytes> ConnectorFile::map() const {
  void* mapped = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, bytes.get(), 0);
  if (mapped == MAP_FAILED) return make_error(ErrorCode::kStorage, "no memory to look at " + path);
  return MappedBytes(static_cast<const char*>(mapped), size);
}

Result<> check_folder(const std::string& folder) {
  std::error_code error;
  auto at = std::filesystem::canonical(folder, error);
  if (error) return refused(folder, "can't be opened: " + error.message());
  for (bool above = false;; above = true) {
    struct stat info{};
    if (::stat(at.c_str(), &info) != 0) return refused(at.string(), "can't be examined");
    if (info.st_uid != ::geteuid() && info.st_uid != 0)
      return refused(at.string(),
                     "belongs to another user, who could exchange connectors; use a "
                     "folder of the hub's user or of root");
    // In a sticky folder above, as /tmp is, nobody can rename what is not theirs.
    const bool sticky = above && (info.st_mode & S_ISVTX) != 0;
    if ((info.st_mode & (S_IWGRP | S_IWOTH)) != 0 && !sticky)
      return refused(at.string(),
                     "can be written by other users, who could exchange connectors; "
                     "run: chmod go-w " +
                         at.string());
    if (!at.has_relative_path()) return {};
    at = at.parent_path();
  }
}

Result<ConnectorFile> read_connector_file(const std::string& path) {
  const Fd file(open_plainly(path));
  if (!file.valid())
    return refused(path, errno == ELOOP ? "is a symbolic link; put the file itself here"
                                        : std::string("can't be opened: ") + std::strerror(errno));
  struct stat info{};
  if (::fstat(file.get(), &info) != 0) return refused(path, "can't be examined");
  PATCHBAY_TRY(check_owner_and_mode(path, info));
  const bool is_alone = is_manifest_alone(path);
  if (static_cast<std::size_t>(info.st_size) > most_bytes(is_alone))
    return refused(path, is_alone ? "is larger than 4 MiB" : "is larger than 64 MiB");
  PATCHBAY_TRY_ASSIGN(const auto bytes,
                      read_all(path, file.get(), static_cast<std::size_t>(info.st_size)));
  const std::string_view view(bytes.data(), bytes.size());
  ConnectorFile result;
  if (is_alone) {
    PATCHBAY_TRY(read_manifest_alone(path, view, result));
  } else {
    PATCHBAY_TRY(read_library(path, view, result));
  }
  PATCHBAY_TRY_ASSIGN(result.signature, read_signature(path));
  result.path = path;
  result.size = bytes.size();
  result.sha256 = sha256_hex(view);
  result.bytes = make_sealed_memfd("patchbay-connector", view);
  if (!result.bytes.valid())
    return make_error(ErrorCode::kStorage, "no memory for a copy of " + path);
  return result;
}

}  // namespace patchbay::connector
