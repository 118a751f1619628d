#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace patchbay::sandbox {

/// Writes a file of mode 0600 beside its place, flushes it and renames it. Throws SandboxError.
void write_private_file(const std::filesystem::path& file, std::string_view content);

/// A folder (0700) for what a sandbox keeps between starts, held by one process at a time.
/// With an empty path it is a temporary one that goes away with the object.
/// Throws SandboxError when it cannot be made, is another user's, or is in use.
class StateFolder {
 public:
  explicit StateFolder(std::filesystem::path path);
  ~StateFolder();
  StateFolder(const StateFolder&) = delete;
  StateFolder& operator=(const StateFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::optional<std::string> read(std::string_view name) const;
  void write(std::string_view name, std::string_view content) const;

 private:
  std::filesystem::path path_;
  bool temporary_{false};
  int lock_{-1};
};

}  // namespace patchbay::sandbox
