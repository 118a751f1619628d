#pragma once
// Looks for canaries, in every encoding, in files, folders and the memory of a running process.
// What is compressed or encrypted is not undone, and what lies in two pieces is not put together.
#include <sys/types.h>

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "canaries/canary.h"

namespace re2 {
class RE2;
}

namespace patchbay::canaries {

struct Finding {
  std::string canary;
  Encoding encoding = Encoding::kRaw;
  std::string where;       // file or mapping
  std::size_t offset = 0;  // in the file, or address
  std::string around;      // printable bytes before and behind, for whoever has to mend it

  [[nodiscard]] std::string to_string() const;
};
using Findings = std::vector<Finding>;

// All of them, a line each.
std::string to_string(const Findings& findings);

class Scanner {
 public:
  // Throws when a secret is too short to be told from chance.
  explicit Scanner(const std::vector<Canary>& canaries);
  ~Scanner();
  Scanner(const Scanner&) = delete;
  Scanner& operator=(const Scanner&) = delete;

  [[nodiscard]] Findings scan(std::string_view bytes, const std::string& where) const;
  // Throws when it can't be read.
  [[nodiscard]] Findings scan_file(const std::filesystem::path& file) const;
  // All files below it, whoever may read them; not those that go away meanwhile.
  [[nodiscard]] Findings scan_folder(const std::filesystem::path& folder) const;
  // process_memory.h says what can be looked at, and throws when it can't.
  [[nodiscard]] Findings scan_memory(pid_t process) const;

  // How many bytes were looked at, so that a test can tell that there were any.
  [[nodiscard]] std::size_t scanned() const { return scanned_; }

 private:
  struct Needle {
    std::string canary;
    Encoding encoding;
    std::string bytes;
  };
  // Those that begin before `end`.
  void add(Findings& findings, std::string_view bytes, std::size_t base, std::size_t end,
           const std::string& where) const;
  void add_needles(const Canary& canary);
  [[nodiscard]] const Needle& needle_at(std::string_view bytes) const;

  std::vector<Needle> needles_;  // longest first
  std::unique_ptr<re2::RE2> any_;
  mutable std::size_t scanned_ = 0;
};

}  // namespace patchbay::canaries
