#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "company.h"
#include "people.h"

namespace patchbay::personio_sandbox {

/// A position that is open, one for each department.
struct OpenPosition {
  std::int64_t id{0};
  std::string_view title;
  const Department* department{nullptr};
  std::int64_t category{0};  ///< id of one of recruiting_categories()
  std::int64_t updated_ms{0};
};

/// Somebody who applied, once; candidate and application have the same place.
struct Applicant {
  std::int64_t candidate_id{0};
  std::int64_t application_id{0};
  Person person;  ///< names and gender alone count
  std::size_t position{0};
  std::int64_t applied_ms{0};
  std::int64_t updated_ms{0};
  std::size_t stage{0};  ///< index into recruiting_stages(); all before were passed
};

struct Stage {
  std::int64_t id;
  std::string_view name;
  std::string_view type;  ///< SYSTEM, CUSTOM
};

std::span<const Unit> recruiting_categories();
std::span<const Stage> recruiting_stages();

/// The company's recruiting, newest update first: those who applied by v1, and 120 applicants that
/// are computed from the seed. Borrows the former, oldest first.
class Recruiting {
 public:
  explicit Recruiting(std::int64_t seed, std::span<const Applicant> posted = {})
      : people_(seed + 1'000'003, kComputed), posted_(posted) {}

  std::int64_t count() const { return kComputed + static_cast<std::int64_t>(posted_.size()); }
  Applicant applicant(std::int64_t place) const;
  static OpenPosition position(std::size_t place);
  static std::size_t position_count();
  /// When the applicant came to this stage.
  static std::int64_t reached_ms(const Applicant& applicant, std::size_t stage);

 private:
  static constexpr std::int64_t kComputed = 120;
  Applicant computed(std::int64_t place) const;

  People people_;  ///< of another seed: applicants are not among the employees
  std::span<const Applicant> posted_;
};

}  // namespace patchbay::personio_sandbox
