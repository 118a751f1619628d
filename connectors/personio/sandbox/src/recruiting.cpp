#include "recruiting.h"

#include "patchbay/sandbox/clock.h"

namespace patchbay::personio_sandbox {
namespace {

constexpr std::int64_t kHourMs = 3'600'000;
constexpr std::int64_t kDayMs = 24 * kHourMs;
constexpr std::int64_t kFirstCandidate = 8'100'000;
constexpr std::int64_t kFirstApplication = 9'100'000;
constexpr std::int64_t kFirstPosition = 610'000;
constexpr std::uint64_t kStage = 3300;  // purpose of People::number

constexpr std::array kCategories{Unit{301, "Professionals"}, Unit{302, "Students"},
                                 Unit{303, "Executives"}};
constexpr std::array kStages{Stage{401, "Unassigned", "SYSTEM"}, Stage{402, "Screening", "CUSTOM"},
                             Stage{403, "Interview", "CUSTOM"}, Stage{404, "Offer", "SYSTEM"}};

std::int64_t base_ms() {
  static const std::int64_t time = sandbox::days_from_civil(2026, 6, 1) * kDayMs;
  return time;
}

}  // namespace

std::span<const Unit> recruiting_categories() {
  return kCategories;
}

std::span<const Stage> recruiting_stages() {
  return kStages;
}

Applicant Recruiting::applicant(std::int64_t place) const {
  const auto posted = static_cast<std::int64_t>(posted_.size());
  return place < posted ? posted_[static_cast<std::size_t>(posted - 1 - place)]
                        : computed(place - posted);
}

Applicant Recruiting::computed(std::int64_t place) const {
  Applicant applicant;
  applicant.candidate_id = kFirstCandidate + place;
  applicant.application_id = kFirstApplication + place;
  applicant.person = people_.person(place);
  applicant.position = static_cast<std::size_t>(place) % position_count();
  applicant.updated_ms = base_ms() - place * 5 * kHourMs;
  applicant.stage = people_.number(place, kStage) % kStages.size();
  applicant.applied_ms = applicant.updated_ms - static_cast<std::int64_t>(applicant.stage) * kDayMs;
  return applicant;
}

OpenPosition Recruiting::position(std::size_t place) {
  const Department& department = departments()[place];
  return {.id = kFirstPosition + static_cast<std::int64_t>(place),
          .title = department.positions[1],
          .department = &department,
          .category = kCategories[place % kCategories.size()].id,
          .updated_ms = base_ms() - static_cast<std::int64_t>(place) * kDayMs};
}

std::size_t Recruiting::position_count() {
  return departments().size();
}

std::int64_t Recruiting::reached_ms(const Applicant& applicant, std::size_t stage) {
  return applicant.applied_ms + static_cast<std::int64_t>(stage) * kDayMs;
}

}  // namespace patchbay::personio_sandbox
