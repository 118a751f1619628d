#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "company.h"
#include "patchbay/sandbox/json.h"

namespace patchbay::personio_sandbox {

struct Termination {
  std::int64_t day{0};  ///< all days since 1970
  std::int64_t last_working_day{0};
  std::int64_t terminated_ms{0};
  std::string_view type;
  std::string_view reason;
};

struct CostShare {
  Unit center{};
  double percent{100};
};

struct Employment {
  std::string id;           ///< UUID
  std::string_view status;  ///< ACTIVE, INACTIVE, ONBOARDING, LEAVE
  std::string_view type;    ///< INTERNAL, EXTERNAL
  std::string position;
  double weekly_hours{40};
  double full_time_weekly_hours{40};
  std::int64_t start_day{0};
  std::optional<std::int64_t> end_day;
  std::optional<std::int64_t> probation_end_day;
  std::optional<std::int64_t> contract_end_day;
  std::int64_t created_ms{0};
  std::int64_t updated_ms{0};
  const Department* department{nullptr};
  Unit team{};
  const Office* office{nullptr};
  Unit legal_entity{};
  std::vector<CostShare> cost_centers;
  std::optional<Termination> termination;
};

struct Person {
  std::int64_t index{0};
  std::int64_t id{0};
  std::string first_name;
  std::string last_name;
  std::string preferred_name;
  std::string email;
  std::string_view gender;  ///< UNSPECIFIED, MALE, FEMALE, DIVERSE
  std::int64_t created_ms{0};
  std::int64_t updated_ms{0};
  std::optional<std::int64_t> supervisor_id;
  std::vector<Employment> employments;  ///< newest first, never empty
  /// Values of custom attributes that were written, by key; the others are computed.
  std::map<std::string, sandbox::json::value> custom;

  const Employment& latest() const { return employments.front(); }
  bool active() const { return latest().status != "INACTIVE"; }
};

class PersonChanges;  // person_changes.h

/// The company's persons: any number, each computed from the seed and its index when asked for, so
/// that a million cost no memory. Times lie before a fixed day (2026-06-01): the same seed gives
/// the same bytes at any time. What was changed lies over what is computed. A small value; copies
/// are cheap; borrows the changes.
class People {
 public:
  People(std::int64_t seed, std::int64_t count, const PersonChanges* changes = nullptr);

  /// One more than the highest index; removed persons count.
  std::int64_t count() const { return count_; }
  std::int64_t living() const;
  /// False for a person that was removed.
  bool has(std::int64_t index) const;
  /// The index of the person with so many living ones before.
  std::int64_t nth(std::int64_t place) const;
  Person person(std::int64_t index) const;
  std::int64_t id(std::int64_t index) const;
  std::optional<std::int64_t> index_of_id(std::string_view id) const;
  std::optional<Person> find(std::string_view id) const;
  /// The only person who can have this address; compare before believing it.
  std::optional<std::int64_t> index_of_email(std::string_view email) const;
  /// A number for this person that depends on nothing but seed, index and `purpose`.
  std::uint64_t number(std::int64_t index, std::uint64_t purpose) const;
  /// A UUID made of the numbers for `purpose` and the purpose after it.
  std::string uuid(std::int64_t index, std::uint64_t purpose) const;

 private:
  Person computed(std::int64_t index) const;
  std::vector<Employment> employments(const Person& person) const;

  std::int64_t seed_;
  std::int64_t count_;
  const PersonChanges* changes_;
};

}  // namespace patchbay::personio_sandbox
