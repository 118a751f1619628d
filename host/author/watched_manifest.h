#pragma once
// A manifest in a file that somebody edits: read again when it has changed. One thread.
#include <sys/stat.h>

#include <cstdint>
#include <memory>
#include <string>

#include "manifest/parse.h"

namespace patchbay::author {

class WatchedManifest {
 public:
  explicit WatchedManifest(std::string path) : path_(std::move(path)) {}

  // Looks at the file, and reads it when it is not as it was. A file that can't be read is a
  // problem of the manifest, named `file`.
  void look();

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] const manifest::ParseOutcome& outcome() const { return outcome_; }
  // Another number for every other content.
  [[nodiscard]] std::uint64_t version() const { return version_; }

 private:
  [[nodiscard]] bool is_as_it_was(const struct stat& now) const;
  void cannot_be_read(const std::string& why);

  std::string path_;
  struct stat seen_{};
  std::string text_;
  manifest::ParseOutcome outcome_;
  std::uint64_t version_ = 0;
};

}  // namespace patchbay::author
