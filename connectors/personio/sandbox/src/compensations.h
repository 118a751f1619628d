#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "people.h"

namespace patchbay::personio_sandbox {

struct CompensationType {
  std::string id;  ///< UUID
  std::string name;
  std::string category;  ///< ONE_TIME, RECURRING
};

struct Compensation {
  std::string id;  ///< UUID
  std::string person_id;
  std::string type_id;
  double value{0};
  std::string currency;
  std::int64_t effective_from{0};  ///< days since 1970
  std::string interval;            ///< MONTHLY and so on; empty when paid once
  std::string comment;
};

/// What is paid. Each person has a salary that is computed from the seed; types and compensations
/// that were created stand beside it. Guarded by the service's mutex.
class CompensationBook {
 public:
  CompensationBook();

  const std::vector<CompensationType>& types() const { return types_; }
  const CompensationType* find_type(std::string_view id) const;
  const CompensationType& salary_type() const { return types_.front(); }
  const CompensationType& add_type(std::string name, std::string category);

  const std::vector<Compensation>& created() const { return created_; }
  /// A salary from the same day on is replaced, as Personio does. Returns the id.
  std::string add(Compensation compensation);

  /// The computed salary of the person at this place, unless a created one is in force on `day`.
  std::optional<Compensation> salary(const People& people, std::int64_t index,
                                     std::int64_t day) const;

 private:
  std::vector<CompensationType> types_;
  std::vector<Compensation> created_;
};

}  // namespace patchbay::personio_sandbox
