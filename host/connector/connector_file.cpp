#include "connector/connector_file.h"

#include <elf.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <vector>

#include "base/hash.h"
#include "connector/worker/frame.h"
#include "patchbay/manifest_blob.h"

namespace patchbay::connector {
namespace {

Error refused(const std::string& path, std::string_view why) {
  return make_error(ErrorCode::kConfiguration, path + ": " + std::string(why));
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

// A copy under way is shorter than its ELF head says. Section headers stand last in what linkers
// write, so their end is the least a whole file has.
Result<> check_elf(const std::string& path, std::string_view bytes) {
  const auto incomplete =
      make_error(ErrorCode::kUnavailable, path + ": is not complete yet; waiting for the rest");
  if (bytes.empty()) return incomplete;
  if (bytes.substr(0, SELFMAG) != std::string_view(ELFMAG, SELFMAG).substr(0, bytes.size()))
    return refused(path, "is not a shared library (not an ELF file)");
  if (bytes.size() < sizeof(Elf64_Ehdr)) return incomplete;
  Elf64_Ehdr head{};
  std::memcpy(&head, bytes.data(), sizeof head);
  if (head.e_ident[EI_CLASS] != ELFCLASS64 || head.e_type != ET_DYN)
    return refused(path, "is not a 64-bit shared library");
  const auto end = head.e_shoff + std::uint64_t{head.e_shentsize} * head.e_shnum;
  if (head.e_shoff > kMaxConnectorBytes || end > bytes.size()) return incomplete;
  return {};
}

std::string first_problems(const manifest::Problems& problems) {
  std::string text = "its manifest is not valid:";
  for (std::size_t i = 0; i < problems.size() && i < 5; ++i)
    text += " " + problems[i].pointer + " " + problems[i].message + ";";
  if (problems.size() > 5) text += " and " + std::to_string(problems.size() - 5) + " more";
  return text;
}

}  // namespace

Result<ConnectorFile> read_connector_file(const std::string& path) {
  const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (!file.valid())
    return refused(path, errno == ELOOP ? "is a symbolic link; put the file itself here"
                                        : std::string("can't be opened: ") + std::strerror(errno));
  struct stat info{};
  if (::fstat(file.get(), &info) != 0) return refused(path, "can't be examined");
  PATCHBAY_TRY(check_owner_and_mode(path, info));
  if (static_cast<std::size_t>(info.st_size) > kMaxConnectorBytes)
    return refused(path, "is larger than 64 MiB");
  PATCHBAY_TRY_ASSIGN(const auto bytes,
                      read_all(path, file.get(), static_cast<std::size_t>(info.st_size)));
  const std::string_view view(bytes.data(), bytes.size());
  PATCHBAY_TRY(check_elf(path, view));

  const auto blob =
      find_manifest(std::span(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()));
  if (!blob)
    return refused(path, blob.error == ManifestBlobError::not_found
                             ? "holds no Patchbay manifest; it is not a connector"
                             : "its embedded manifest is damaged (" +
                                   std::string(name_of(blob.error)) + "); copy the file again");
  ConnectorFile result;
  result.manifest_json = blob.text();
  auto parsed = manifest::parse_manifest(result.manifest_json);
  if (!parsed.ok()) return refused(path, first_problems(parsed.problems));
  result.manifest = std::move(parsed.manifest);
  result.path = path;
  result.size = bytes.size();
  result.sha256 = sha256_hex(view);
  result.bytes = make_sealed_memfd("patchbay-connector", view);
  if (!result.bytes.valid())
    return make_error(ErrorCode::kStorage, "no memory for a copy of " + path);
  return result;
}

}  // namespace patchbay::connector
