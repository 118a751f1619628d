// The employees of the company with their tables, and what is asked and told about them. Used on
// the server's thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "requests.h"

namespace bamboohr_sandbox {

struct Employee {
  std::int64_t id = 0;
  json::object fields;             // by name, as GET /employees/{id} has them
  std::vector<json::object> jobs;  // rows of jobInfo
  std::string changed;             // a moment
  bool is_new = false;
};

class Employees {
 public:
  Employees();

  // "0" is the key's own user.
  const Employee* find(std::string_view id) const;
  const std::vector<Employee>& all() const { return all_; }

  sandbox::Response list(const sandbox::Request& request) const;
  sandbox::Response get(const sandbox::Request& request) const;
  sandbox::Response directory(const sandbox::Request& request) const;
  sandbox::Response changed(const sandbox::Request& request) const;
  sandbox::Response create(const sandbox::Request& request);
  sandbox::Response update(const sandbox::Request& request);

  sandbox::Response rows(const sandbox::Request& request) const;
  sandbox::Response changed_rows(const sandbox::Request& request) const;
  sandbox::Response add_row(const sandbox::Request& request);
  sandbox::Response change_row(const sandbox::Request& request);

 private:
  Employee* find(std::string_view id);
  Employee& add(json::object fields);

  std::vector<Employee> all_;
  std::int64_t next_row_ = 1;
};

}  // namespace bamboohr_sandbox
