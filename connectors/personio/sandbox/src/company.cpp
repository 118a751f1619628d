#include "company.h"

#include <array>

namespace patchbay::personio_sandbox {
namespace {

using std::string_view_literals::operator""sv;

constexpr std::array kPlatformTeams{Unit{59026, "Platform"}, Unit{59027, "Mobile"},
                                    Unit{59028, "Data"}};
constexpr std::array kSalesTeams{Unit{59040, "DACH"}, Unit{59041, "UK & Ireland"}};
constexpr std::array kCareTeams{Unit{59050, "Onboarding"}, Unit{59051, "Support"}};
constexpr std::array kPeopleTeams{Unit{59060, "Recruiting"}, Unit{59061, "People Operations"}};
constexpr std::array kFinanceTeams{Unit{59070, "Accounting"}, Unit{59071, "Controlling"}};

constexpr std::array kEngineering{
    "Head of Engineering"sv,       "Software Engineer"sv, "Senior Software Engineer"sv,
    "Site Reliability Engineer"sv, "Data Analyst"sv,      "Product Designer"sv};
constexpr std::array kSales{"Head of Sales"sv, "Account Executive"sv, "Sales Development Manager"sv,
                            "Vertriebsleiter Süd"sv};
constexpr std::array kCare{"Head of Customer Care"sv, "Customer Success Manager"sv,
                           "Support Specialist"sv, "Werkstudent Support"sv};
constexpr std::array kPeople{"Head of People"sv, "HR Business Partner"sv, "Recruiter"sv,
                             "Personalreferent"sv};
constexpr std::array kFinance{"Head of Finance"sv, "Accountant"sv, "Controller"sv,
                              "Lohnbuchhalter"sv};

constexpr std::array kDepartments{
    Department{{281521, "Engineering"}, kPlatformTeams, kEngineering},
    Department{{281522, "Sales"}, kSalesTeams, kSales},
    Department{{281523, "Customer Care"}, kCareTeams, kCare},
    Department{{281524, "People"}, kPeopleTeams, kPeople},
    Department{{281525, "Finance & Controlling"}, kFinanceTeams, kFinance},
};
constexpr std::array kLegalEntities{Unit{7033, "Muster Werke GmbH"},
                                    Unit{7034, "Sample Works Ltd"}};
constexpr std::array kOffices{
    Office{{131014, "München"}, 0, "Deutschland (Bayern) Feiertage", "DE", "Bayern"},
    Office{{131015, "Berlin"}, 0, "Deutschland (Berlin) Feiertage", "DE", "Berlin"},
    Office{{131016, "Köln"}, 0, "Deutschland (NRW) Feiertage", "DE", "Nordrhein-Westfalen"},
    Office{{131017, "London"}, 1, "England public holidays", "GB", "England"},
    Office{{131018, "Edinburgh"}, 1, "Scotland public holidays", "GB", "Scotland"},
};
constexpr std::array kCostCenters{Unit{82957, "1000 Product"}, Unit{82958, "2000 Market"},
                                  Unit{82959, "3000 Administration"}};

}  // namespace

std::span<const Department> departments() {
  return kDepartments;
}
std::span<const Office> offices() {
  return kOffices;
}
std::span<const Unit> legal_entities() {
  return kLegalEntities;
}
std::span<const Unit> cost_centers() {
  return kCostCenters;
}

}  // namespace patchbay::personio_sandbox
