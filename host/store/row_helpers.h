#pragma once
// Small shared pieces of the table files.
#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "store/database.h"

namespace patchbay::store {

// "No such <what>." (kNotFound) for a look-up that found nothing.
template <class T>
Result<T> required(Result<std::optional<T>> found, std::string_view what) {
  if (!found) return std::move(found).error();
  if (!found->has_value()) {
    return make_error(ErrorCode::kNotFound, "There is no such " + std::string(what) + ".");
  }
  return *std::move(*std::move(found));
}

// For an UPDATE or DELETE that must hit exactly one row.
inline Result<void> require_changed(Result<std::int64_t> changed, std::string_view what) {
  if (!changed) return std::move(changed).error();
  if (*changed == 0) {
    return make_error(ErrorCode::kNotFound, "There is no such " + std::string(what) + ".");
  }
  return {};
}

template <class Make>
auto all_rows(Result<Rows> rows, Make make)
    -> Result<std::vector<decltype(make(std::declval<const Row&>()))>> {
  if (!rows) return std::move(rows).error();
  std::vector<decltype(make(std::declval<const Row&>()))> out;
  out.reserve(rows->size());
  for (const Row& row : *rows) out.push_back(make(row));
  return out;
}

template <class Make>
auto first_row(Result<Rows> rows, Make make)
    -> Result<std::optional<decltype(make(std::declval<const Row&>()))>> {
  using Found = std::optional<decltype(make(std::declval<const Row&>()))>;
  if (!rows) return std::move(rows).error();
  return rows->empty() ? Found() : Found(make(rows->front()));
}

// Nothing there, as of min() over no row: 0.
inline std::int64_t integer_or_0(const Row& row, std::size_t column) {
  return row.is_null(column) ? 0 : row.integer(column);
}

// One integer from one row, e.g. RETURNING seq or count(*).
inline Result<std::int64_t> single_integer(Result<Rows> rows) {
  if (!rows) return std::move(rows).error();
  if (rows->size() != 1) {
    return make_error(ErrorCode::kInternal, "A statement returned an unexpected number of rows.");
  }
  return rows->front().integer(0);
}

// "?, ?, ?"
inline std::string placeholders(std::size_t count) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) out += i == 0 ? "?" : ", ?";
  return out;
}

}  // namespace patchbay::store
