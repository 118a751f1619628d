#pragma once
// What an import tells while it goes: one line a row, or JSON that is complete only at its end, and
// on standard error how far it is.
#include <array>
#include <chrono>
#include <cstdint>
#include <string>

#include "moving/importer.h"

namespace patchbay::cli {

// Why a row became what it became, in English; empty: nothing to say.
std::string reason_of(const moving::Outcome& outcome);

// "1204 rows, 31 a second, 4:05 left". `done` and `all` are in bytes of the file.
std::string progress_text(std::int64_t rows, std::int64_t done, std::int64_t all,
                          std::chrono::milliseconds taken);

class ImportReport {
 public:
  ImportReport(bool as_json, std::int64_t file_size);
  void add(const moving::SourceRow& names, const moving::Outcome& outcome, std::int64_t read);
  // `broken`: why it ended before the file did; null: it did not. `stopped`: by a signal.
  void finish(const Error* broken, bool stopped);
  [[nodiscard]] std::int64_t count(moving::Did did) const {
    return counts_[static_cast<std::size_t>(did)];
  }

 private:
  using Clock = std::chrono::steady_clock;
  void show_progress(std::int64_t read);

  bool as_json_;
  bool on_terminal_;
  std::int64_t file_size_;
  std::int64_t rows_ = 0;
  std::array<std::int64_t, 8> counts_{};
  Clock::time_point begun_ = Clock::now();
  Clock::time_point shown_ = begun_;
};

}  // namespace patchbay::cli
