#pragma once
// The rows that a version of the schema brought, from tests/unit/stores/version_N.sql.
#include <cstdint>
#include <fstream>
#include <iterator>
#include <regex>
#include <string>
#include <vector>

#include "base/encoding.h"
#include "store/database.h"

namespace patchbay::store {

// Statements end with ";" at the end of a line. {hex} outside of quotes becomes a value. The
// database has that version of the schema. kStorage: what the database says; kConfiguration: no
// such file.
inline Result<> add_stored_rows(Database& db, const std::string& folder, std::int64_t version) {
  const std::string path = folder + "/version_" + std::to_string(version) + ".sql";
  std::ifstream file(path);
  if (!file)
    return make_error(ErrorCode::kConfiguration,
                      "a schema version needs rows that use what it brought: write " + path);
  const std::string all{std::istreambuf_iterator<char>(file), {}};
  static const std::regex bytes(R"('[^']*'|\{([0-9a-f]*)\})");
  for (std::size_t from = 0, end = 0; (end = all.find(";\n", from)) != std::string::npos;
       from = end + 2) {
    const auto statement = all.substr(from, end - from);
    std::string sql;
    std::vector<std::string> values;
    auto rest = statement.cbegin();
    for (std::sregex_iterator it(statement.begin(), statement.end(), bytes), last; it != last;
         ++it) {
      sql.append(rest, (*it)[0].first);
      rest = (*it)[0].second;
      if ((*it)[1].matched) values.push_back(hex_decode((*it)[1].str()).value());
      sql += (*it)[1].matched ? "?" : (*it)[0].str();
    }
    sql.append(rest, statement.cend());
    std::vector<Param> params;
    params.reserve(values.size());
    for (const auto& value : values) params.emplace_back(BlobView{value});
    PATCHBAY_TRY(db.execute(sql, params));
  }
  return {};
}

}  // namespace patchbay::store
