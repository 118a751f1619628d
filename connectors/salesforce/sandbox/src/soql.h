// Queries and searches, as far as they are usual: SELECT fields FROM object [WHERE field = value]
// [ORDER BY field [ASC|DESC]] [LIMIT n], with COUNT() and FIELDS(STANDARD); FIND {text}
// [IN ... FIELDS] RETURNING object[(fields)], ... Sources: "SOQL and SOSL Reference".
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "org.h"

namespace salesforce_sandbox {

// Why a query is refused, as Salesforce says it.
struct QueryFault {
  std::string code, message;
};

struct Query {
  const Object* object = nullptr;
  bool counts = false;
  std::vector<std::string> fields;  // empty: the standard ones
  std::string where_field, where_value;
  std::string order_by;
  bool descending = false;
  std::optional<std::size_t> limit;
};

std::optional<Query> parse_query(std::string_view soql, QueryFault& fault);
std::vector<Record*> run_query(Org& org, const Query& query, bool deleted_too);

struct Search {
  std::string text;  // in lower case
  std::vector<std::pair<const Object*, std::vector<std::string>>> returning;
};
std::optional<Search> parse_search(std::string_view sosl, QueryFault& fault);
json::array run_search(Org& org, const Search& search);

}  // namespace salesforce_sandbox
