#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "people.h"

namespace patchbay::personio_sandbox {

/// What clients changed in the company. Holds only persons that were written.
class PersonChanges {
 public:
  /// Takes the place of the person with this index.
  void write(Person person);
  void remove(std::int64_t index);
  /// A new person, whose index is that of the next one.
  void add(Person person);

  std::int64_t created() const { return created_; }
  const Person* find(std::int64_t index) const;
  bool removed(std::int64_t index) const { return removed_.contains(index); }
  const std::set<std::int64_t>& removed() const { return removed_; }
  std::optional<std::int64_t> index_of_email(std::string_view email) const;

 private:
  std::map<std::int64_t, Person> written_;
  std::map<std::string, std::int64_t> emails_;  ///< lower case
  std::set<std::int64_t> removed_;
  std::int64_t created_{0};
};

}  // namespace patchbay::personio_sandbox
