// A list of records as Humaans offers them: `$limit` and `$skip`, filters by member, one object a
// record. Refuses parameters and members that it does not know, and values of another type. Used on
// the server's thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "patchbay/sandbox/http.h"
#include "patchbay/sandbox/json.h"

namespace humaans_sandbox {

namespace sandbox = patchbay::sandbox;
namespace json = sandbox::json;

// {"name": "BadRequest", "message": ..., "code": 400}
sandbox::Response error(int status, std::string_view name, std::string_view message);

// A member that a request may set: a text, a day ("2026-12-31"), or one of several texts.
struct Member {
  std::string name;
  bool required = false;
  bool is_date = false;
  std::vector<std::string> one_of = {};
};

class Collection {
 public:
  // Filters are names of members; with `[$gte]` or `[$lte]` behind them they compare.
  Collection(std::string prefix, std::vector<std::string> filters, std::vector<Member> members,
             std::vector<json::object> records)
      : prefix_(std::move(prefix)),
        filters_(std::move(filters)),
        members_(std::move(members)),
        records_(std::move(records)) {}

  sandbox::Response list(const sandbox::Request& request) const;
  sandbox::Response get(const sandbox::Request& request) const;
  // 201 with the record; `more` are members that a request can't set.
  sandbox::Response create(const sandbox::Request& request, const json::object& more);
  sandbox::Response change(const sandbox::Request& request);
  sandbox::Response remove(const sandbox::Request& request);

  const json::object* find(std::string_view id) const;
  const json::object* find_by(std::string_view member, std::string_view value) const;

 private:
  // What is wrong with it; empty when all is well.
  std::string fault_of(const json::object& body, bool is_new) const;

  std::string prefix_;  // of the ids it gives
  std::vector<std::string> filters_;
  std::vector<Member> members_;
  std::vector<json::object> records_;
  std::int64_t made_ = 0;
};

}  // namespace humaans_sandbox
