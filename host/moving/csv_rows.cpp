#include "moving/csv_rows.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/iso_time.h"
#include "moving/csv_reader.h"

namespace patchbay::moving {
namespace {

// "Owner ID" is "owner_id", and other hubs' words are ours.
std::string column_name(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  text = text.substr(first, text.find_last_not_of(" \t") - first + 1);
  std::string name(text);
  for (char& c : name) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if (c == ' ' || c == '-') c = '_';
  }
  if (name == "origin_owner_id") return "owner_id";
  if (name == "origin_owner_name") return "owner_name";
  if (name == "origin_username") return "username";
  if (name == "provider") return "connector";
  return name;
}

std::string* text_of(SourceRow& row, std::string_view column) {
  if (column == "id") return &row.id;
  if (column == "owner_id") return &row.owner_id;
  if (column == "owner_name") return &row.owner_name;
  if (column == "username") return &row.username;
  if (column == "connector") return &row.provider;
  if (column == "label") return &row.label;
  if (column == "environment") return &row.environment;
  return nullptr;
}

// Whether the cell was of a token.
bool take_token(SourceRow& row, std::string_view column, const SecretString& cell) {
  static constexpr std::array<std::string_view, 4> kColumns{"refresh_token", "access_token",
                                                            "scope", "expires_at"};
  if (std::ranges::find(kColumns, column) == kColumns.end()) return false;
  if (!row.tokens) row.tokens.emplace();
  auto& tokens = *row.tokens;
  if (column == "refresh_token") {
    tokens.refresh_token = cell.copy();
  } else if (column == "access_token") {
    tokens.access_token = cell.copy();
  } else if (column == "scope") {
    tokens.scopes = std::string(cell.reveal());
  } else {
    const auto at = parse_iso_time(cell.reveal());
    if (!at)
      row.problem =
          "its expires_at is no time such as 2026-01-31T08:00:00Z; leave it empty if you don't "
          "know it";
    tokens.expires_unix_ms = at.value_or(0);
  }
  return true;
}

class CsvRows final : public RowSource {
 public:
  CsvRows(std::unique_ptr<std::istream> in, std::string connector)
      : in_(std::move(in)), reader_(*in_, kLongestRow), connector_(std::move(connector)) {}

  Result<> read_header() {
    PATCHBAY_TRY_ASSIGN(const auto header, reader_.next());
    // What stands there is not repeated: without a header it is somebody's secret.
    if (!header || !header->problem.empty())
      return make_error(ErrorCode::kInvalidArgument, "the file has no first line of column names");
    columns_.reserve(header->cells.size());
    for (const auto& cell : header->cells) columns_.push_back(column_name(cell.reveal()));
    if (!has("owner_id"))
      return make_error(ErrorCode::kInvalidArgument,
                        "the first line names no column owner_id; it has to name the columns");
    if (!has("connector") && connector_.empty())
      return make_error(ErrorCode::kInvalidArgument,
                        "the first line names no column connector; add it, or say --integration");
    auto sorted = columns_;
    std::ranges::sort(sorted);
    if (std::ranges::adjacent_find(sorted) != sorted.end())
      return make_error(ErrorCode::kInvalidArgument, "the first line names a column twice");
    return {};
  }

  Result<std::optional<SourceRow>> next() override {
    PATCHBAY_TRY_ASSIGN(auto record, reader_.next());
    if (!record) return std::optional<SourceRow>();
    return std::optional(row_of(*std::move(record)));
  }
  [[nodiscard]] std::int64_t bytes_read() const override { return reader_.bytes_read(); }

 private:
  [[nodiscard]] bool has(const std::string& column) const {
    return std::ranges::find(columns_, column) != columns_.end();
  }

  SourceRow row_of(CsvReader::Record record) {
    SourceRow row;
    row.number = ++rows_;
    row.line = record.line;
    row.provider = connector_;
    if (!record.problem.empty()) {
      row.problem = "the row " + record.problem;
      return row;
    }
    // Nothing of it is shown: what stands in the wrong column may be a secret.
    if (record.cells.size() != columns_.size()) {
      row.problem = "the row has " + std::to_string(record.cells.size()) +
                    " cells, and the header " + std::to_string(columns_.size()) +
                    "; does a separator stand in a cell that is not in quotes?";
      return row;
    }
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      auto& cell = record.cells[i];
      if (cell.empty()) continue;
      if (auto* text = text_of(row, columns_[i]))
        *text = std::string(cell.reveal());
      else if (!take_token(row, columns_[i], cell))
        row.fields.push_back({columns_[i], std::move(cell)});
    }
    if (row.tokens && row.tokens->refresh_token.empty() && row.tokens->access_token.empty())
      row.tokens.reset();
    if (row.owner_name.empty()) row.owner_name = row.owner_id;
    if (row.id.empty()) row.id = row.owner_id;
    if (row.owner_id.empty()) row.problem = "its owner_id is empty";
    check_texts(row);
    return row;
  }

  std::unique_ptr<std::istream> in_;
  CsvReader reader_;
  std::string connector_;
  std::vector<std::string> columns_;
  std::int64_t rows_ = 0;
};

}  // namespace

Result<std::unique_ptr<RowSource>> open_csv(std::unique_ptr<std::istream> in,
                                            const std::string& connector) {
  auto rows = std::make_unique<CsvRows>(std::move(in), connector);
  PATCHBAY_TRY(rows->read_header());
  return std::unique_ptr<RowSource>(std::move(rows));
}

}  // namespace patchbay::moving
