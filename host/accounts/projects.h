#pragma once
// The projects (tenants) of a hub: which there are, one more, another name. Everything else belongs
// to one of them and is seen under that one alone. Changes are recorded in the audit log first.
//
// A project can be named by its id or its name: names are told apart, and never look like an id.
// Any loop.
#include <string>
#include <string_view>
#include <vector>

#include "accounts/services.h"
#include "store/projects_table.h"

namespace patchbay::accounts {

class Projects {
 public:
  static constexpr std::size_t kMost = 500;
  static constexpr std::size_t kLongestName = 100;  // bytes

  explicit Projects(const Services& services) : services_(services) {}

  Task<Result<std::vector<store::Project>>> list();  // oldest first
  // kInvalidArgument: no name that one may have; kConflict: somebody has it, or there are kMost.
  Task<Result<store::Project>> create(std::string name, audit::Asker who);
  // As create(), and kNotFound.
  Task<Result<store::Project>> rename(std::string id, std::string name, audit::Asker who);

 private:
  const Services& services_;
};

// The one of that id or name; an empty `wanted`: the oldest. kNotFound names those that there are.
Result<store::Project> choose_project(const std::vector<store::Project>& all,
                                      std::string_view wanted);

}  // namespace patchbay::accounts
