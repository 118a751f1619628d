#include "soql.h"

#include <algorithm>
#include <charconv>

#include "patchbay/sandbox/text.h"

namespace salesforce_sandbox {
namespace {

// Words, texts in quotes, and single characters.
std::vector<std::string> tokens_of(std::string_view text) {
  std::vector<std::string> tokens;
  const auto in_word = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '.' || c == '-' || c == ':';
  };
  while (!text.empty()) {
    std::size_t end = 1;
    if (text.front() == ' ') {
      text.remove_prefix(1);
      continue;
    }
    if (text.front() == '\'' || text.front() == '{') {
      end = text.find(text.front() == '{' ? '}' : '\'', 1);
      end = end == std::string_view::npos ? text.size() : end + 1;
    } else if (in_word(text.front())) {
      while (end < text.size() && in_word(text[end])) ++end;
    }
    tokens.emplace_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return tokens;
}

class Parser {
 public:
  Parser(std::string_view text, QueryFault& fault) : tokens_(tokens_of(text)), fault_(fault) {}

  bool takes(std::string_view word) {
    if (at_ == tokens_.size() || !sandbox::equal_ignoring_case(tokens_[at_], word)) return false;
    ++at_;
    return true;
  }
  std::string next() { return at_ == tokens_.size() ? "" : tokens_[at_++]; }
  [[nodiscard]] bool at_end() const { return at_ == tokens_.size(); }

  std::nullopt_t malformed() {
    const std::string where = at_end() ? "<EOF>" : tokens_[at_];
    fault_ = {"MALFORMED_QUERY", "unexpected token: '" + where + "'"};
    return std::nullopt;
  }
  const Object* object() {
    const std::string name = next();
    const Object* found = find_object(name);
    if (found == nullptr)
      fault_ = {"INVALID_TYPE", "sObject type '" + name + "' is not supported."};
    return found;
  }
  bool knows(const Object& object, const std::string& field) {
    if (object.find(field) != nullptr) return true;
    fault_ = {"INVALID_FIELD",
              "No such column '" + field + "' on entity '" + std::string(object.name) + "'."};
    return false;
  }
  bool know(const Object& object, const std::vector<std::string>& fields) {
    return std::ranges::all_of(fields,
                               [&](const std::string& field) { return knows(object, field); });
  }

 private:
  std::vector<std::string> tokens_;
  std::size_t at_ = 0;
  QueryFault& fault_;
};

std::string text_of(const json::value& value) {
  if (value.is_string()) return std::string(value.as_string());
  return value.is_null() ? "" : json::serialize(value);
}

std::string unquoted(std::string text) {
  if (text.size() >= 2 && text.front() == '\'' && text.back() == '\'')
    return text.substr(1, text.size() - 2);
  return text;
}

}  // namespace

std::optional<Query> parse_query(std::string_view soql, QueryFault& fault) {
  Parser parser(soql, fault);
  Query query;
  if (!parser.takes("SELECT")) return parser.malformed();
  do {
    const std::string field = parser.next();
    const bool calls = parser.takes("(");
    if (calls && sandbox::equal_ignoring_case(field, "COUNT") && parser.takes(")")) {
      query.counts = true;
    } else if (calls) {
      if (!sandbox::equal_ignoring_case(field, "FIELDS") || !parser.takes("STANDARD") ||
          !parser.takes(")"))
        return parser.malformed();
    } else {
      query.fields.push_back(field);
    }
  } while (parser.takes(","));
  if (!parser.takes("FROM")) return parser.malformed();
  query.object = parser.object();
  if (query.object == nullptr || !parser.know(*query.object, query.fields)) return std::nullopt;
  if (parser.takes("WHERE")) {
    query.where_field = parser.next();
    if (!parser.takes("=")) return parser.malformed();
    query.where_value = unquoted(parser.next());
    if (!parser.knows(*query.object, query.where_field)) return std::nullopt;
  }
  if (parser.takes("ORDER")) {
    if (!parser.takes("BY")) return parser.malformed();
    query.order_by = parser.next();
    if (!parser.knows(*query.object, query.order_by)) return std::nullopt;
    query.descending = parser.takes("DESC");
    if (!query.descending) parser.takes("ASC");
  }
  if (parser.takes("LIMIT")) {
    const std::string number = parser.next();
    std::size_t limit = 0;
    const auto end = number.data() + number.size();
    if (std::from_chars(number.data(), end, limit).ptr != end || number.empty())
      return parser.malformed();
    query.limit = limit;
  }
  if (!parser.at_end()) return parser.malformed();
  return query;
}

std::vector<Record*> run_query(Org& org, const Query& query, bool deleted_too) {
  std::vector<Record*> found;
  for (Record& record : org.records()) {
    if (record.object != query.object || (record.deleted && !deleted_too)) continue;
    if (const Field* field = query.object->find(query.where_field))
      if (!sandbox::equal_ignoring_case(text_of(record.values.at(field->name)), query.where_value))
        continue;
    found.push_back(&record);
  }
  if (const Field* by = query.object->find(query.order_by))
    std::ranges::sort(found, [&](const Record* left, const Record* right) {
      const std::string a = text_of(left->values.at(by->name));
      const std::string b = text_of(right->values.at(by->name));
      return query.descending ? b < a : a < b;
    });
  if (query.limit && found.size() > *query.limit) found.resize(*query.limit);
  return found;
}

std::optional<Search> parse_search(std::string_view sosl, QueryFault& fault) {
  Parser parser(sosl, fault);
  Search search;
  if (!parser.takes("FIND")) return parser.malformed();
  const std::string text = parser.next();
  if (text.size() < 4 || !text.starts_with('{')) return parser.malformed();
  search.text = sandbox::lower_case(text.substr(1, text.size() - 2));
  if (parser.takes("IN")) {
    parser.next();
    if (!parser.takes("FIELDS")) return parser.malformed();
  }
  if (!parser.takes("RETURNING")) return parser.malformed();
  do {
    const Object* object = parser.object();
    if (object == nullptr) return std::nullopt;
    std::vector<std::string> fields{"Id"};
    if (parser.takes("(")) {
      do {
        fields.push_back(parser.next());
      } while (parser.takes(","));
      if (!parser.takes(")")) return parser.malformed();
    }
    if (!parser.know(*object, fields)) return std::nullopt;
    search.returning.emplace_back(object, std::move(fields));
  } while (parser.takes(","));
  if (!parser.at_end()) return parser.malformed();
  return search;
}

json::array run_search(Org& org, const Search& search) {
  json::array found;
  for (const auto& [object, fields] : search.returning)
    for (const Record& record : org.records()) {
      if (record.object != object || record.deleted) continue;
      const bool holds = std::ranges::any_of(record.values, [&](const auto& member) {
        return sandbox::lower_case(text_of(member.value())).find(search.text) != std::string::npos;
      });
      if (holds) found.push_back(shown(record, fields));
    }
  return found;
}

}  // namespace salesforce_sandbox
