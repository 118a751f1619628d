// Requests for time off, and who is out. Used on the server's thread.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "people.h"

namespace hibob_sandbox {

class TimeOff {
 public:
  explicit TimeOff(const People& people) : people_(people) {}

  // As at first.
  void reset() { entries_ = first_entries(); }

  sandbox::Response who_is_out(const sandbox::Request& request) const;
  sandbox::Response changes(const sandbox::Request& request) const;
  sandbox::Response balance(const sandbox::Request& request) const;
  static sandbox::Response types(const sandbox::Request& request);
  sandbox::Response submit(const sandbox::Request& request);
  sandbox::Response get(const sandbox::Request& request) const;
  sandbox::Response cancel(const sandbox::Request& request);

 private:
  struct Entry {
    std::string person, type, start, end, description;
    bool cancelled = false;
  };
  const Entry* find(const sandbox::Request& request) const;
  json::object shown(std::int64_t id, const Entry& entry) const;

  const People& people_;
  static std::map<std::int64_t, Entry> first_entries() {
    return {{1001, {"3332883884017713938", "Holiday", "2026-12-21", "2026-12-24", "", false}}};
  }
  std::map<std::int64_t, Entry> entries_ = first_entries();
};

}  // namespace hibob_sandbox
