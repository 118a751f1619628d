#include "compensations.h"

#include <algorithm>
#include <utility>

#include "patchbay/sandbox/text.h"

namespace patchbay::personio_sandbox {
namespace {

constexpr std::uint64_t kSalary = 3100;  // purpose of People::number

}  // namespace

CompensationBook::CompensationBook()
    : types_{{"0a1c2d3e-4f50-4617-8283-94a5b6c7d8e0", "Fixed salary", "RECURRING"},
             {"0a1c2d3e-4f50-4617-8283-94a5b6c7d8e1", "Car allowance", "RECURRING"},
             {"0a1c2d3e-4f50-4617-8283-94a5b6c7d8e2", "Sign-on bonus", "ONE_TIME"}} {}

const CompensationType* CompensationBook::find_type(std::string_view id) const {
  const auto found = std::find_if(types_.begin(), types_.end(),
                                  [&](const CompensationType& type) { return type.id == id; });
  return found == types_.end() ? nullptr : &*found;
}

const CompensationType& CompensationBook::add_type(std::string name, std::string category) {
  types_.push_back({sandbox::random_uuid(), std::move(name), std::move(category)});
  return types_.back();
}

std::string CompensationBook::add(Compensation compensation) {
  for (Compensation& other : created_) {
    if (compensation.type_id != salary_type().id || other.type_id != salary_type().id ||
        other.person_id != compensation.person_id ||
        other.effective_from != compensation.effective_from) {
      continue;
    }
    compensation.id = other.id;
    other = std::move(compensation);
    return other.id;
  }
  compensation.id = sandbox::random_uuid();
  created_.push_back(std::move(compensation));
  return created_.back().id;
}

std::optional<Compensation> CompensationBook::salary(const People& people, std::int64_t index,
                                                     std::int64_t day) const {
  const std::string person_id = std::to_string(people.id(index));
  for (const Compensation& other : created_) {
    if (other.type_id == salary_type().id && other.person_id == person_id &&
        other.effective_from <= day) {
      return std::nullopt;
    }
  }
  const Employment employment = people.person(index).latest();
  return Compensation{.id = "c0" + employment.id.substr(2),
                      .person_id = person_id,
                      .type_id = salary_type().id,
                      .value = 2800.0 + static_cast<double>(people.number(index, kSalary) % 4200),
                      .currency = employment.office->country == "GB" ? "GBP" : "EUR",
                      .effective_from = employment.start_day,
                      .interval = "MONTHLY",
                      .comment = {}};
}

}  // namespace patchbay::personio_sandbox
