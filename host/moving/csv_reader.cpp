#include "moving/csv_reader.h"

#include <algorithm>
#include <array>
#include <utility>

namespace patchbay::moving {
namespace {

constexpr int kEnd = std::char_traits<char>::eof();
constexpr std::size_t kMostCells = 100;
constexpr std::array<int, 3> kByteOrderMark{0xef, 0xbb, 0xbf};

// A record as it is read. Once something is wrong with it, nothing more is kept.
class Draft {
 public:
  explicit Draft(std::size_t longest) : longest_(longest) {}

  void add(char c) {
    if (c == '\0') wrong("holds a NUL byte");
    if (++size_ > longest_) wrong("is longer than a row can be");
    if (record_.problem.empty()) cell_.push_back(c);
  }
  void end_cell() {
    if (record_.cells.size() >= kMostCells) wrong("has too many cells");
    if (record_.problem.empty())
      record_.cells.emplace_back(std::string_view(cell_.data(), cell_.size()));
    cell_.clear();
  }
  void wrong(const char* what) {
    if (!record_.problem.empty()) return;
    record_.problem = what;
    record_.cells.clear();
    cell_.clear();
  }
  [[nodiscard]] bool is_too_long() const { return size_ > longest_; }
  [[nodiscard]] bool is_blank() const {
    return record_.problem.empty() && record_.cells.empty() && cell_.empty();
  }
  CsvReader::Record take() { return std::move(record_); }

 private:
  std::size_t longest_;
  std::size_t size_ = 0;
  std::vector<char, WipingAllocator<char>> cell_;
  CsvReader::Record record_;
};

}  // namespace

int CsvReader::get() {
  const int c = in_.rdbuf()->sbumpc();
  if (c != kEnd) ++read_;
  return c;
}

// What separates most in the first line, which is the header and has no quoted separators.
void CsvReader::find_separator() {
  for (const int mark : kByteOrderMark) {
    if (in_.rdbuf()->sgetc() != mark) break;
    (void)get();
  }
  constexpr std::array kSeparators{',', ';', '\t'};
  std::array<int, 3> seen{};
  std::size_t size = 0;
  const auto start = in_.tellg();
  for (int c = in_.rdbuf()->sbumpc(); c != kEnd && c != '\n' && size < longest_;
       c = in_.rdbuf()->sbumpc(), ++size)
    for (std::size_t i = 0; i < kSeparators.size(); ++i)
      if (c == kSeparators[i]) ++seen[i];
  in_.clear();
  in_.seekg(start);
  const auto most = std::ranges::max_element(seen);
  separator_ = *most == 0 ? ',' : kSeparators[static_cast<std::size_t>(most - seen.begin())];
}

Result<std::optional<CsvReader::Record>> CsvReader::next() {
  using Found = std::optional<Record>;
  if (separator_ == '\0') find_separator();
  Draft draft(longest_);
  bool quoted = false;
  bool was_quoted = false;  // this cell, and its quote has closed
  bool at_start = true;     // of a cell, whether or not the record is kept
  bool any = false;
  for (int c = get(); c != kEnd; c = get()) {
    any = true;
    if (quoted) {
      if (draft.is_too_long())
        return make_error(ErrorCode::kInvalidArgument,
                          "a quote does not close within the longest row there can be");
      if (c != '"') {
        draft.add(static_cast<char>(c));
      } else if (in_.rdbuf()->sgetc() == '"') {
        draft.add(static_cast<char>(get()));
      } else {
        quoted = false;
        was_quoted = true;
      }
      continue;
    }
    if (c == '\r' && in_.rdbuf()->sgetc() == '\n') c = get();
    if (c == '\n') {
      if (draft.is_blank() && !was_quoted) {
        any = false;
        continue;
      }
      draft.end_cell();
      return Found(draft.take());
    }
    if (c == separator_) {
      draft.end_cell();
      was_quoted = false;
      at_start = true;
    } else if (was_quoted) {
      draft.wrong("has text behind a closing quote");
    } else if (c == '"') {
      if (!at_start) draft.wrong("has a quote in the middle of a cell");
      quoted = at_start;
      at_start = false;
    } else {
      draft.add(static_cast<char>(c));
      at_start = false;
    }
  }
  if (quoted) return make_error(ErrorCode::kInvalidArgument, "the file ends within a quoted cell");
  if (!any || (draft.is_blank() && !was_quoted)) return Found();
  draft.end_cell();
  return Found(draft.take());
}

}  // namespace patchbay::moving
