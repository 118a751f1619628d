#include "moving/open_source.h"

#include <sys/stat.h>

#include <fstream>
#include <system_error>
#include <vector>

#include "base/secret.h"

namespace patchbay::moving {
namespace {

constexpr std::size_t kBuffer = std::size_t{64} << 10U;

struct Buffer {
  std::vector<char, WipingAllocator<char>> bytes =
      std::vector<char, WipingAllocator<char>>(kBuffer);
};

// The buffer outlives the file that uses it, as base classes do.
class WipedFile final : private Buffer, public std::ifstream {
 public:
  explicit WipedFile(const std::string& path) {
    rdbuf()->pubsetbuf(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    open(path, std::ios::binary);
  }
};

}  // namespace

Result<SourceFile> open_source(const std::string& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0)
    return make_error(ErrorCode::kNotFound,
                      "can't read " + path + ": " + std::generic_category().message(errno));
  if (!S_ISREG(status.st_mode))
    return make_error(ErrorCode::kInvalidArgument, path + " is no plain file");
  auto file = std::make_unique<WipedFile>(path);
  if (!file->is_open())
    return make_error(ErrorCode::kNotFound,
                      "can't read " + path + ": " + std::generic_category().message(errno));
  SourceFile opened;
  opened.in = std::move(file);
  opened.size = status.st_size;
  opened.others_may_read = (status.st_mode & 0077U) != 0;
  return opened;
}

}  // namespace patchbay::moving
