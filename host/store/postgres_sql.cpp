#include "store/postgres_sql.h"

namespace patchbay::store {
namespace {

// Where the literal, name or comment that begins at `from` ends; `from` itself when none does.
std::size_t end_of_quoted(std::string_view sql, std::size_t from) {
  const auto after = [&](std::string_view end, std::size_t begin) {
    const auto at = sql.find(end, begin);
    return at == std::string_view::npos ? sql.size() : at + end.size();
  };
  const auto rest = sql.substr(from);
  if (rest.starts_with("--")) return after("\n", from);
  if (rest.starts_with("/*")) return after("*/", from + 2);
  if (rest.starts_with('\'') || rest.starts_with('"')) return after(rest.substr(0, 1), from + 1);
  return from;
}

}  // namespace

PostgresSql to_postgres(std::string_view sql) {
  PostgresSql out;
  out.text.reserve(sql.size() + 32);
  for (std::size_t at = 0; at < sql.size();) {
    if (const auto end = end_of_quoted(sql, at); end > at) {
      out.text += sql.substr(at, end - at);
      at = end;
    } else if (sql[at] == '?') {
      out.text += "$" + std::to_string(++out.placeholders);
      ++at;
    } else {
      out.text += sql[at++];
    }
  }
  return out;
}

}  // namespace patchbay::store
