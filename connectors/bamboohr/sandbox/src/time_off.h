// Requests for time off, and who is out. Used on the server's thread.
#pragma once

#include <map>
#include <string>

#include "employees.h"

namespace bamboohr_sandbox {

class TimeOff {
 public:
  explicit TimeOff(const Employees& employees) : employees_(employees) {}
  void reset() { requests_ = first_requests(); }

  sandbox::Response list(const sandbox::Request& request) const;
  sandbox::Response who_is_out(const sandbox::Request& request) const;
  static sandbox::Response types(const sandbox::Request& request);
  sandbox::Response balances(const sandbox::Request& request) const;
  sandbox::Response create(const sandbox::Request& request);
  sandbox::Response decide(const sandbox::Request& request);

 private:
  struct Entry {
    std::string employee, start, end, status;
    std::int64_t type = 0;
    std::int64_t amount = 0;
    json::array notes = {};
  };
  static std::map<std::int64_t, Entry> first_requests();
  json::object shown(std::int64_t id, const Entry& entry) const;

  const Employees& employees_;
  std::map<std::int64_t, Entry> requests_ = first_requests();
};

}  // namespace bamboohr_sandbox
