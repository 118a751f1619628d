#include "company.h"

#include <cstddef>
#include <functional>

namespace humaans_sandbox {
namespace {

struct Name {
  const char* key;
  const char* first;
  const char* last;
};
constexpr Name kNames[] = {{"ada", "Ada", "Lovelace"},       {"alan", "Alan", "Turing"},
                           {"grace", "Grace", "Hopper"},     {"edsger", "Edsger", "Dijkstra"},
                           {"barbara", "Barbara", "Liskov"}, {"donald", "Donald", "Knuth"}};

// One record for each person.
std::vector<json::object> for_each_person(const std::string& prefix,
                                          const std::function<json::object(std::size_t)>& more) {
  std::vector<json::object> all;
  for (std::size_t n = 0; n < std::size(kNames); ++n) {
    json::object record{{"id", prefix + "_" + kNames[n].key},
                        {"createdAt", "2025-01-01T08:44:42.000Z"}};
    if (prefix != "person") record["personId"] = std::string("person_") + kNames[n].key;
    for (auto& [name, value] : more(n)) record[name] = value;
    all.push_back(std::move(record));
  }
  return all;
}

std::vector<json::object> people() {
  return for_each_person("person", [](std::size_t n) {
    return json::object{{"companyId", "company_acme"},
                        {"firstName", kNames[n].first},
                        {"lastName", kNames[n].last},
                        {"email", std::string(kNames[n].key) + "@acme.example"},
                        {"locationId", n % 2 == 0 ? "location_1" : "location_2"},
                        {"employmentStartDate", "2021-0" + std::to_string(n + 1) + "-01"},
                        {"status", n == 5 ? "offboarded" : "active"}};
  });
}

}  // namespace

Company::Company()
    : people("person", {"email", "status"},
             {{"firstName", true},
              {"lastName", true},
              {"email", true},
              {.name = "employmentStartDate", .required = true, .is_date = true},
              {"locationId"},
              {"gender"}},
             humaans_sandbox::people()),
      job_roles("role", {"personId"},
                {{"personId", true},
                 {"jobTitle", true},
                 {"department"},
                 {.name = "effectiveDate", .required = true, .is_date = true}},
                for_each_person("role",
                                [](std::size_t) {
                                  return json::object{{"jobTitle", "Engineer"},
                                                      {"effectiveDate", "2021-01-01"}};
                                })),
      compensations("comp", {"personId"}, {},
                    for_each_person("comp",
                                    [](std::size_t n) {
                                      return json::object{
                                          {"amount", std::to_string(60'000 + 1000 * n)},
                                          {"currency", "GBP"},
                                          {"period", "annual"},
                                          {"effectiveDate", "2021-01-01"}};
                                    })),
      locations("location", {}, {},
                {{{"id", "location_1"}, {"label", "London"}, {"country", "GB"}},
                 {{"id", "location_2"}, {"label", "Berlin"}, {"country", "DE"}}}),
      companies("company", {}, {}, {{{"id", "company_acme"}, {"name", "Acme"}}}),
      time_away("away", {"personId", "startDate[$gte]", "startDate[$lte]"},
                {{"personId", true},
                 {"timeAwayTypeId", true},
                 {.name = "startDate", .required = true, .is_date = true},
                 {.name = "startPeriod", .one_of = {"full", "pm"}},
                 {.name = "endDate", .required = true, .is_date = true},
                 {.name = "endPeriod", .one_of = {"full", "am"}},
                 {"note"}},
                for_each_person("away",
                                [](std::size_t) {
                                  return json::object{{"timeAwayTypeId", "type_holiday"},
                                                      {"startDate", "2026-12-21"},
                                                      {"endDate", "2026-12-24"},
                                                      {"requestStatus", "approved"}};
                                })),
      time_away_types("type", {}, {},
                      {{{"id", "type_holiday"}, {"name", "Holiday"}},
                       {{"id", "type_sick"}, {"name", "Sick leave"}}}),
      time_away_allocations("allocation", {"personId"}, {},
                            for_each_person("allocation",
                                            [](std::size_t) {
                                              return json::object{
                                                  {"timeAwayTypeId", "type_holiday"},
                                                  {"amount", 25},
                                                  {"unit", "days"}};
                                            })),
      documents("document", {"personId"}, {}, for_each_person("document", [](std::size_t) {
                  return json::object{{"name", "Contract.pdf"}, {"documentTypeId", "contract"}};
                })) {}

}  // namespace humaans_sandbox
