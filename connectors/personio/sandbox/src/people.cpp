#include "people.h"

#include <algorithm>
#include <charconv>

#include "names.h"
#include "patchbay/sandbox/clock.h"
#include "person_changes.h"

namespace patchbay::personio_sandbox {
namespace {

constexpr std::int64_t kFirstId = 10'003;
constexpr std::int64_t kIdStep = 7;
constexpr std::int64_t kDayMs = 86'400'000;
constexpr std::int64_t kHourS = 3600;

/// What a number of a person is used for. Appending changes nothing of what was there.
enum Purpose : std::uint64_t {
  kIdPurpose,
  kCulture,
  kGender,
  kFirstName,
  kLastName,
  kStatus,
  kCreated,
  kCreatedTime,
  kUpdated,
  kStart,
  kMoves,
  kDepartment,
  kTeam,
  kPosition,
  kOffice,
  kHours,
  kContract,
  kTermination,
  kEmploymentId = 1000,  // + 2 * place
};

std::int64_t base_day() {
  static const std::int64_t day = sandbox::days_from_civil(2026, 6, 1);
  return day;
}

/// splitmix64's finalizer: neighbouring inputs give unrelated outputs.
std::uint64_t mix(std::uint64_t value) {
  value += 0x9E3779B97F4A7C15U;
  value = (value ^ (value >> 30U)) * 0xBF58476D1CE4E5B9U;
  value = (value ^ (value >> 27U)) * 0x94D049BB133111EBU;
  return value ^ (value >> 31U);
}

/// A number below `bound`.
std::int64_t below(std::uint64_t number, std::int64_t bound) {
  return static_cast<std::int64_t>(number % static_cast<std::uint64_t>(bound));
}

template <typename Range>
const auto& pick(const Range& range, std::uint64_t number) {
  return range[number % range.size()];
}

}  // namespace

People::People(std::int64_t seed, std::int64_t count, const PersonChanges* changes)
    : seed_(seed),
      count_(count + (changes != nullptr ? changes->created() : 0)),
      changes_(changes) {}

std::uint64_t People::number(std::int64_t index, std::uint64_t purpose) const {
  return mix(mix(mix(static_cast<std::uint64_t>(seed_)) ^ static_cast<std::uint64_t>(index)) ^
             purpose);
}

std::string People::uuid(std::int64_t index, std::uint64_t purpose) const {
  constexpr std::string_view digits = "0123456789abcdef";
  const std::uint64_t high = (number(index, purpose) & ~0xF000ULL) | 0x4000ULL;
  const std::uint64_t low = (number(index, purpose + 1) & ~(3ULL << 62U)) | (1ULL << 63U);
  std::string text;
  for (unsigned i = 0; i < 32; ++i) {
    if (i == 8 || i == 12 || i == 16 || i == 20) text += '-';
    const std::uint64_t half = i < 16 ? high : low;
    text += digits[(half >> (60 - 4 * (i % 16))) & 15U];
  }
  return text;
}

std::int64_t People::id(std::int64_t index) const {
  return kFirstId + index * kIdStep + below(number(index, kIdPurpose), kIdStep);
}

std::optional<std::int64_t> People::index_of_id(std::string_view text) const {
  std::int64_t wanted = 0;
  const auto [stop, failed] = std::from_chars(text.data(), text.data() + text.size(), wanted);
  if (failed != std::errc{} || stop != text.data() + text.size() || wanted < kFirstId) {
    return std::nullopt;
  }
  const std::int64_t index = (wanted - kFirstId) / kIdStep;
  if (!has(index) || id(index) != wanted) return std::nullopt;
  return index;
}

std::optional<Person> People::find(std::string_view id) const {
  const auto index = index_of_id(id);
  if (!index) return std::nullopt;
  return person(*index);
}

std::optional<std::int64_t> People::index_of_email(std::string_view email) const {
  if (changes_ != nullptr) {
    if (const auto index = changes_->index_of_email(email)) return index;
  }
  const std::size_t at = email.find('@');
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view local = email.substr(0, at);
  const std::size_t digits = local.find_last_not_of("0123456789") + 1;
  std::int64_t index = 0;
  const auto [stop, failed] =
      std::from_chars(local.data() + digits, local.data() + local.size(), index);
  if (failed != std::errc{} || stop != local.data() + local.size() || !has(index)) {
    return std::nullopt;
  }
  return index;
}

std::int64_t People::living() const {
  return count_ - (changes_ != nullptr ? static_cast<std::int64_t>(changes_->removed().size()) : 0);
}

bool People::has(std::int64_t index) const {
  return index >= 0 && index < count_ && (changes_ == nullptr || !changes_->removed(index));
}

std::int64_t People::nth(std::int64_t place) const {
  if (changes_ == nullptr) return place;
  for (const std::int64_t removed : changes_->removed()) {
    if (removed <= place) ++place;
  }
  return place;
}

Person People::person(std::int64_t index) const {
  const Person* written = changes_ != nullptr ? changes_->find(index) : nullptr;
  return written != nullptr ? *written : computed(index);
}

Person People::computed(std::int64_t index) const {
  Person person;
  person.index = index;
  person.id = id(index);
  const Culture culture = number(index, kCulture) % 100 < 65 ? Culture::german : Culture::english;
  const std::uint64_t gender = number(index, kGender) % 100;
  person.gender = gender < 48   ? "FEMALE"
                  : gender < 96 ? "MALE"
                  : gender < 99 ? "DIVERSE"
                                : "UNSPECIFIED";
  const bool female = person.gender == "FEMALE" || gender % 2 == 0;
  const std::uint64_t first = number(index, kFirstName);
  person.first_name =
      pick(female && person.gender != "MALE" ? female_names(culture) : male_names(culture), first);
  person.last_name = pick(last_names(culture), number(index, kLastName));
  person.preferred_name = person.first_name + ' ' + person.last_name;
  person.email = mail_name(person.first_name) + '.' + mail_name(person.last_name) +
                 std::to_string(index) + "@example.com";
  const std::uint64_t status = number(index, kStatus) % 100;
  const std::int64_t age_days = status < 4 ? 1 + below(number(index, kCreated), 50)
                                           : 90 + below(number(index, kCreated), 3900);
  person.created_ms = (base_day() - age_days) * kDayMs +
                      (6 * kHourS + below(number(index, kCreatedTime), 12 * kHourS)) * 1000;
  const std::int64_t age_seconds = (base_day() * kDayMs - person.created_ms) / 1000;
  person.updated_ms = person.created_ms + below(number(index, kUpdated), age_seconds) * 1000;
  if (index > 0) person.supervisor_id = id((index - 1) / 8);
  person.employments = employments(person);
  return person;
}

std::vector<Employment> People::employments(const Person& person) const {
  const std::int64_t index = person.index;
  const std::uint64_t status = number(index, kStatus) % 100;
  const std::int64_t created_day = person.created_ms / kDayMs;
  const bool onboarding = status < 4;
  const std::int64_t first_start = onboarding ? base_day() + 1 + below(number(index, kStart), 60)
                                              : created_day + below(number(index, kStart), 30);
  const std::int64_t tenure = base_day() - first_start;
  const std::uint64_t moves = number(index, kMoves) % 100;
  const std::int64_t count = tenure < 800 ? 1 : moves < 6 ? 3 : moves < 26 ? 2 : 1;

  const Office& office = pick(offices(), number(index, kOffice));
  const Department& department = pick(departments(), number(index, kDepartment));
  std::vector<Employment> list;
  for (std::int64_t place = 0; place < count; ++place) {
    const auto salt = static_cast<std::uint64_t>(2 * place);
    Employment one;
    one.id = uuid(index, kEmploymentId + salt);
    one.start_day = first_start + place * tenure / count;
    one.department = &department;
    one.team = pick(department.teams, number(index, kTeam) + salt);
    const std::size_t rank =
        1 + (number(index, kPosition) + salt) % (department.positions.size() - 1);
    one.position =
        index == 0 ? "Chief Executive Officer" : department.positions[index < 9 ? 0 : rank];
    one.office = &office;
    one.legal_entity = legal_entities()[office.legal_entity];
    one.cost_centers = {
        {.center = cost_centers()[static_cast<std::size_t>(&department - departments().data()) %
                                  cost_centers().size()]}};
    static constexpr int kWeeks[] = {40, 40, 40, 40, 40, 38, 35, 32, 30, 20};
    one.weekly_hours = kWeeks[(number(index, kHours) + salt) % 10];
    const std::uint64_t contract = number(index, kContract) % 100;
    one.type = contract < 5 ? "EXTERNAL" : "INTERNAL";
    if (place == 0) one.probation_end_day = one.start_day + 182;
    one.created_ms = std::min(person.created_ms + place * kDayMs, (one.start_day - 7) * kDayMs);
    one.updated_ms = std::max(one.created_ms, person.updated_ms - (count - 1 - place) * kDayMs);
    one.status = onboarding ? "ONBOARDING" : status < 8 ? "LEAVE" : "ACTIVE";
    if (place + 1 < count) {
      one.status = "INACTIVE";
      one.end_day = first_start + (place + 1) * tenure / count - 1;
      one.termination = Termination{.day = *one.end_day,
                                    .last_working_day = *one.end_day,
                                    .terminated_ms = (*one.end_day - 14) * kDayMs,
                                    .type = "SUB_COMPANY_SWITCH",
                                    .reason = "Transfer"};
    } else if (contract >= 5 && contract < 13) {
      one.contract_end_day = base_day() + 365;
    }
    list.insert(list.begin(), one);
  }
  if (status >= 92) {
    Employment& last = list.front();
    last.status = "INACTIVE";
    last.contract_end_day.reset();
    const std::int64_t left_ago = below(number(index, kTermination),
                                        std::max<std::int64_t>(1, base_day() - last.start_day - 1));
    last.end_day = base_day() - left_ago;
    static constexpr std::string_view kTypes[] = {"EMPLOYEE", "FIRED", "AGREEMENT", "RETIREMENT",
                                                  "CONTRACT_EXPIRED"};
    last.termination = Termination{.day = *last.end_day,
                                   .last_working_day = *last.end_day - 5,
                                   .terminated_ms = (*last.end_day - 30) * kDayMs,
                                   .type = kTypes[status % 5],
                                   .reason = "Personal reasons"};
  }
  return list;
}

}  // namespace patchbay::personio_sandbox
