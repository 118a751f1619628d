#include "moving/csv_reader.h"

#include <algorithm>
#include <array>
#include <utility>

namespace patchbay::moving {
namespace {

constexpr int kEnd = std::char_traits<char>::eof();
constexpr std::size_t kMostCells = 100;
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

struct Draft {
  CsvReader::Record record;
  bool complete = false;

  void wrong(const char* what) {
    if (record.problem.empty()) record.problem = what;
    record.cells.clear();
  }
};

void add_cell(void* bytes, std::size_t size, void* data) {
  auto& draft = *static_cast<Draft*>(data);
  const std::string_view cell(static_cast<const char*>(bytes), size);
  if (cell.find('\0') != std::string_view::npos) draft.wrong("holds a NUL byte");
  if (draft.record.cells.size() >= kMostCells) draft.wrong("has more than 100 cells");
  if (draft.record.problem.empty()) draft.record.cells.emplace_back(cell);
}

void end_record(int /*by*/, void* data) {
  static_cast<Draft*>(data)->complete = true;
}

Error broken(std::int64_t line, const char* what) {
  return make_error(ErrorCode::kInvalidArgument, "line " + std::to_string(line) + ": " + what);
}

}  // namespace

// The parser's buffer takes the longest row at once, so that it never grows and leaves a copy.
// Lines end with LF; a CR before it is blank, and all other blanks are part of their cell.
CsvReader::CsvReader(std::istream& in, std::size_t longest) : in_(in), text_(longest + 1) {
  csv_init(&parser_, CSV_STRICT | CSV_STRICT_FINI);
  csv_set_blk_size(&parser_, text_.size());
  csv_set_space_func(&parser_, [](unsigned char c) { return c == CSV_CR ? 1 : 0; });
  csv_set_term_func(&parser_, [](unsigned char c) { return c == CSV_LF ? 1 : 0; });
}

CsvReader::~CsvReader() {
  wipe(parser_.entry_buf, parser_.entry_size);
  csv_free(&parser_);
}

// With its end, or as much as there is room for; empty at the end of the file.
std::string_view CsvReader::read_line() {
  std::size_t size = 0;
  while (size < text_.size()) {
    const int c = in_.rdbuf()->sbumpc();
    if (c == kEnd) break;
    text_[size++] = static_cast<char>(c);
    if (c == '\n') break;
  }
  read_ += static_cast<std::int64_t>(size);
  if (size > 0) ++lines_;
  return {text_.data(), size};
}

// What separates most in the first line, which is the header and has no quoted separators.
void CsvReader::choose_separator(std::string_view header) {
  char best = ',';
  for (const char one : {';', '\t'})
    if (std::ranges::count(header, one) > std::ranges::count(header, best)) best = one;
  csv_set_delim(&parser_, static_cast<unsigned char>(best));
}

Result<std::optional<CsvReader::Record>> CsvReader::next() {
  Draft draft;
  std::size_t size = 0;
  while (!draft.complete) {
    auto line = read_line();
    if (line.empty()) {
      if (csv_fini(&parser_, add_cell, end_record, &draft) != 0)
        return broken(draft.record.line, "a quoted cell begins here or below and does not end");
      if (!draft.complete) return std::optional<Record>();
      break;
    }
    if (lines_ == 1) {
      if (line.starts_with(kByteOrderMark)) line.remove_prefix(kByteOrderMark.size());
      choose_separator(line);
    }
    if (size == 0) {
      if (line == "\n" || line == "\r\n") continue;
      draft.record.line = lines_;
    }
    size += line.size();
    if (size >= text_.size())
      return broken(draft.record.line,
                    "the row is longer than a row can be; does a quote in it not close?");
    if (csv_parse(&parser_, line.data(), line.size(), add_cell, end_record, &draft) != line.size())
      return broken(lines_,
                    "a quote is out of place; put the whole cell in quotes and double those in it");
  }
  return std::optional(std::move(draft.record));
}

}  // namespace patchbay::moving
