// The people of the company, and what is asked and told about them. Used on the server's thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "requests.h"

namespace hibob_sandbox {

struct Person {
  std::string id, first_name, surname, email, site, department, title, start_date;
  json::object about = {};
  bool active = true;
};

class People {
 public:
  People();

  const Person* find(std::string_view id_or_email) const;

  sandbox::Response search(const sandbox::Request& request) const;
  sandbox::Response get(const sandbox::Request& request) const;
  sandbox::Response create(const sandbox::Request& request);
  sandbox::Response update(const sandbox::Request& request);
  sandbox::Response profiles(const sandbox::Request& request) const;
  // One of "work", "employment", "lifecycle", "salaries".
  sandbox::Response history(const sandbox::Request& request, std::string_view table) const;

 private:
  std::vector<Person> people_;
  int made_ = 0;
};

sandbox::Response people_fields(const sandbox::Request& request);
sandbox::Response named_list(const sandbox::Request& request);

}  // namespace hibob_sandbox
