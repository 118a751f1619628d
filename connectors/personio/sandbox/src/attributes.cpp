#include "attributes.h"

#include <algorithm>
#include <chrono>

#include "patchbay/sandbox/clock.h"
#include "patchbay/sandbox/text.h"

namespace patchbay::personio_sandbox {
namespace {

namespace json = sandbox::json;
namespace chr = std::chrono;

constexpr std::int64_t kDayMs = 86'400'000;

/// Purposes of People::number that only custom attributes have.
enum Purpose : std::uint64_t {
  kTitle = 2000,
  kBirthday,
  kMarital,
  kShirt,
  kLanguages,
  kLocker,
  kPay
};

/// Hours that Germany is ahead of UTC: 2 from the last Sunday of March to that of October.
int berlin_hours(std::int64_t days) {
  const chr::sys_days day{chr::days{days}};
  const chr::year year = chr::year_month_day{day}.year();
  const chr::sys_days summer{year / chr::March / chr::Sunday[chr::last]};
  const chr::sys_days winter{year / chr::October / chr::Sunday[chr::last]};
  return day >= summer && day < winter ? 2 : 1;
}

/// `2014-11-09T00:00:00+01:00`
std::string berlin_day(std::int64_t days) {
  return sandbox::iso_date(days) + "T00:00:00+0" + std::to_string(berlin_hours(days)) + ":00";
}

std::string berlin_time(std::int64_t unix_ms) {
  const int hours = berlin_hours(unix_ms / kDayMs);
  std::string text = sandbox::iso_utc(unix_ms + hours * 3'600'000LL);
  text.pop_back();
  return text + "+0" + std::to_string(hours) + ":00";
}

json::string text(std::string_view value) {
  return json::string(value);
}

json::value optional_day(const std::optional<std::int64_t>& day) {
  return day ? json::value(text(berlin_day(*day))) : json::value(nullptr);
}

json::value unit(std::string_view type, const Unit& unit) {
  return {{"type", type}, {"attributes", {{"id", unit.id}, {"name", unit.name}}}};
}

std::string lower(std::string_view text) {
  return sandbox::lower_case(text);
}

std::uint64_t number(const People& people, const Person& person, std::uint64_t purpose) {
  return people.number(person.index, purpose);
}

json::value supervisor(const People& people, const Person& person) {
  if (!person.supervisor_id) return nullptr;
  const auto index = people.index_of_id(std::to_string(*person.supervisor_id));
  if (!index) return nullptr;
  const Person boss = people.person(*index);
  const auto attribute = [](std::string_view label, std::string_view id, std::string_view value) {
    return json::object{
        {"label", label}, {"value", value}, {"type", "standard"}, {"universal_id", id}};
  };
  return {
      {"type", "Employee"},
      {"attributes",
       {{"id", {{"label", "ID"}, {"value", boss.id}, {"type", "integer"}, {"universal_id", "id"}}},
        {"first_name", attribute("First name", "first_name", boss.first_name)},
        {"last_name", attribute("Last name", "last_name", boss.last_name)},
        {"email", attribute("Email", "email", boss.email)}}}};
}

json::value work_schedule(double weekly_hours) {
  const auto hours = static_cast<std::int64_t>(weekly_hours);
  const std::string full = hours >= 40   ? "08:00"
                           : hours >= 35 ? "07:00"
                           : hours >= 30 ? "06:00"
                                         : "04:00";
  return {{"type", "WorkSchedule"},
          {"attributes",
           {{"id", 97188 + hours},
            {"name", std::to_string(hours) + " hours, Monday to Friday"},
            {"valid_from", nullptr},
            {"monday", full},
            {"tuesday", full},
            {"wednesday", full},
            {"thursday", full},
            {"friday", full},
            {"saturday", "00:00"},
            {"sunday", "00:00"}}}};
}

json::value languages(const People& people, const Person& person) {
  static constexpr std::string_view kAll[] = {"English", "French", "Spanish", "German"};
  const std::uint64_t chosen = number(people, person, kLanguages);
  json::array list;
  for (std::size_t i = 0; i < 4; ++i) {
    if (((chosen >> i) & 1U) != 0) list.emplace_back(kAll[i]);
  }
  return list;
}

using Company = const People&;
using P = const Person&;

using Value = json::value (*)(Company, P);

/// One that every company has: its universal id is its key.
Attribute plain(std::string_view key, std::string_view label, std::string_view type, Value value) {
  return {key, label, type, key, {}, "", value};
}

/// One that this company made.
Attribute custom(std::string_view key, std::string_view label, std::string_view type,
                 std::string_view universal_id, std::string_view v2_type,
                 std::vector<std::string_view> options, Value value) {
  return {key, label, type, universal_id, std::move(options), v2_type, value};
}

const std::vector<Attribute>& table() {
  static const std::vector<Attribute> all{
      plain("id", "ID", "integer", [](Company, P p) -> json::value { return p.id; }),
      plain("first_name", "First name", "standard",
            [](Company, P p) -> json::value { return text(p.first_name); }),
      plain("last_name", "Last name", "standard",
            [](Company, P p) -> json::value { return text(p.last_name); }),
      plain("preferred_name", "Name (preferred)", "standard",
            [](Company, P p) -> json::value { return text(p.preferred_name); }),
      plain("email", "Email", "standard",
            [](Company, P p) -> json::value { return text(p.email); }),
      plain("gender", "Gender", "standard",
            [](Company, P p) -> json::value {
              return p.gender == "UNSPECIFIED" ? json::value(nullptr)
                                               : json::value(text(lower(p.gender)));
            }),
      plain("status", "Status", "standard",
            [](Company, P p) -> json::value { return text(lower(p.latest().status)); }),
      plain("position", "Position", "standard",
            [](Company, P p) -> json::value { return text(p.latest().position); }),
      plain("supervisor", "Supervisor", "standard",
            [](Company c, P p) -> json::value { return supervisor(c, p); }),
      plain("employment_type", "Employment type", "standard",
            [](Company, P p) -> json::value { return text(lower(p.latest().type)); }),
      plain("weekly_working_hours", "Weekly hours", "standard",
            [](Company, P p) -> json::value {
              return text(json::serialize(whole_or_fraction(p.latest().weekly_hours)));
            }),
      plain("hire_date", "Hire date", "date",
            [](Company, P p) -> json::value {
              return text(berlin_day(p.employments.back().start_day));
            }),
      plain("contract_end_date", "Contract ends", "date",
            [](Company, P p) -> json::value { return optional_day(p.latest().contract_end_day); }),
      plain("termination_date", "Termination date", "date",
            [](Company, P p) -> json::value { return optional_day(p.latest().end_day); }),
      plain("termination_type", "Termination type", "standard",
            [](Company, P p) -> json::value {
              const auto& end = p.latest().termination;
              return end ? json::value(text(lower(end->type))) : json::value(nullptr);
            }),
      plain("termination_reason", "Termination reason", "standard",
            [](Company, P p) -> json::value {
              const auto& end = p.latest().termination;
              return end ? json::value(text(end->reason)) : json::value(nullptr);
            }),
      plain("probation_period_end", "Probation period end", "date",
            [](Company, P p) -> json::value { return optional_day(p.latest().probation_end_day); }),
      plain("created_at", "created_at", "date",
            [](Company, P p) -> json::value { return text(berlin_time(p.created_ms)); }),
      plain("last_modified_at", "Last modified", "date",
            [](Company, P p) -> json::value { return text(berlin_time(p.updated_ms)); }),
      plain(
          "subcompany", "Subcompany", "standard",
          [](Company, P p) -> json::value { return unit("Subcompany", p.latest().legal_entity); }),
      plain("office", "Office", "standard",
            [](Company, P p) -> json::value { return unit("Office", p.latest().office->unit); }),
      plain("department", "Department", "standard",
            [](Company, P p) -> json::value {
              return unit("Department", p.latest().department->unit);
            }),
      plain("cost_centers", "Cost center", "standard",
            [](Company, P p) -> json::value {
              json::array centers;
              for (const CostShare& share : p.latest().cost_centers) {
                json::value center = unit("CostCenter", share.center);
                center.as_object()["attributes"].as_object()["percentage"] =
                    whole_or_fraction(share.percent);
                centers.push_back(std::move(center));
              }
              return centers;
            }),
      plain("holiday_calendar", "Public holidays", "standard",
            [](Company, P p) -> json::value {
              const Office& office = *p.latest().office;
              return {{"type", "HolidayCalendar"},
                      {"attributes",
                       {{"id", office.unit.id - 131012},
                        {"name", office.holiday_calendar},
                        {"country", office.country},
                        {"state", office.state}}}};
            }),
      plain("absence_entitlement", "Absence entitlement", "standard",
            [](Company, P p) -> json::value {
              return json::array{json::value{{"type", "TimeOffType"},
                                             {"attributes",
                                              {{"id", 113437},
                                               {"name", "Paid vacation"},
                                               {"category", "paid_vacation"},
                                               {"entitlement", 28 + p.index % 3}}}}};
            }),
      plain("work_schedule", "Work schedule", "standard",
            [](Company, P p) -> json::value { return work_schedule(p.latest().weekly_hours); }),
      plain("fix_salary", "Fix salary", "decimal",
            [](Company c, P p) -> json::value {
              return 2800 + 50 * static_cast<std::int64_t>(number(c, p, kPay) % 120);
            }),
      plain("fix_salary_interval", "Salary interval", "standard",
            [](Company, P) -> json::value { return "monthly"; }),
      plain("hourly_salary", "Hourly salary", "decimal",
            [](Company, P) -> json::value { return 0; }),
      plain("vacation_day_balance", "Vacation day balance", "decimal",
            [](Company, P p) -> json::value { return p.index % 31; }),
      plain("last_working_day", "Last day of work", "date",
            [](Company, P p) -> json::value {
              const auto& end = p.latest().termination;
              return end ? json::value(text(berlin_day(end->last_working_day)))
                         : json::value(nullptr);
            }),
      plain("profile_picture", "Profile Picture", "standard",
            [](Company, P p) -> json::value {
              return text("https://api.personio.de/v1/company/employees/" + std::to_string(p.id) +
                          "/profile-picture");
            }),
      plain("team", "Team", "standard",
            [](Company, P p) -> json::value { return unit("Team", p.latest().team); }),
      custom("dynamic_24407", "Title", "standard", "", "string", {},
             [](Company c, P p) -> json::value {
               static constexpr std::string_view kTitles[] = {"", "",    "",         "",
                                                              "", "Dr.", "Prof. Dr."};
               return text(kTitles[number(c, p, kTitle) % 7]);
             }),
      custom("dynamic_180883", "Birthday", "date", "date_of_birth", "date", {},
             [](Company c, P p) -> json::value {
               static const std::int64_t first = sandbox::days_from_civil(1962, 1, 1);
               return text(sandbox::iso_date(
                   first + static_cast<std::int64_t>(number(c, p, kBirthday) % 15'000)));
             }),
      custom("dynamic_31002", "Marital status", "list", "", "string", {"married", "single"},
             [](Company c, P p) -> json::value {
               return number(c, p, kMarital) % 2 == 0 ? "married" : "single";
             }),
      custom("dynamic_31003", "Language skills", "tags", "", "string_list",
             {"English", "French", "Spanish", "German"},
             [](Company c, P p) -> json::value { return languages(c, p); }),
      custom("dynamic_31004", "Shirt size", "list", "", "string", {"S", "M", "L", "XL"},
             [](Company c, P p) -> json::value {
               static constexpr std::string_view kSizes[] = {"S", "M", "L", "XL"};
               return text(kSizes[number(c, p, kShirt) % 4]);
             }),
      custom("dynamic_31005", "Locker number", "integer", "", "int", {},
             [](Company c, P p) -> json::value {
               return static_cast<std::int64_t>(number(c, p, kLocker) % 500);
             }),
  };
  return all;
}

}  // namespace

std::span<const Attribute> attributes() {
  return table();
}

bool is_attribute(std::string_view key) {
  return std::any_of(table().begin(), table().end(),
                     [&](const Attribute& attribute) { return attribute.key == key; });
}

json::value value_of(const Attribute& attribute, const People& people, const Person& person) {
  const auto written = person.custom.find(std::string(attribute.key));
  return written == person.custom.end() ? attribute.value(people, person) : written->second;
}

json::value whole_or_fraction(double number) {
  const auto whole = static_cast<std::int64_t>(number);
  return static_cast<double>(whole) == number ? json::value(whole) : json::value(number);
}

bool is_readable(const Readable& readable, std::string_view key) {
  return !readable || readable->contains(std::string(key));
}

json::object v1_attribute(const Attribute& attribute, const People& people, const Person& person) {
  json::value value = value_of(attribute, people, person);
  // v1 writes tags as one comma-separated text.
  if (attribute.type == "tags") {
    std::string joined;
    for (const json::value& tag : value.as_array()) {
      joined += (joined.empty() ? "" : ",") + std::string(tag.as_string());
    }
    value = text(joined);
  }
  json::object object{
      {"label", attribute.label}, {"value", std::move(value)}, {"type", attribute.type}};
  object["universal_id"] = attribute.universal_id.empty()
                               ? json::value(nullptr)
                               : json::value(text(attribute.universal_id));
  if (attribute.key.ends_with("_salary")) object["currency"] = "EUR";
  return object;
}

}  // namespace patchbay::personio_sandbox
