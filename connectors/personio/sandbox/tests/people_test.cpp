#include "people.h"

#include <gtest/gtest.h>

#include <set>

#include "names.h"
#include "patchbay/sandbox/clock.h"

namespace patchbay::personio_sandbox {
namespace {

constexpr std::int64_t kDayMs = 86'400'000;

TEST(PeopleTest, SameSeedGivesTheSamePersons) {
  const Person one = People(1, 100).person(42);
  const Person again = People(1, 1000).person(42);
  EXPECT_EQ(one.email, again.email);
  EXPECT_EQ(one.employments[0].id, again.employments[0].id);
  EXPECT_NE(one.email, People(2, 100).person(42).email);
}

TEST(PeopleTest, IdsAndAddressesAreUniqueAndLeadBack) {
  const People people(1, 5000);
  std::set<std::int64_t> ids;
  std::set<std::string> emails;
  for (std::int64_t index = 0; index < people.count(); ++index) {
    const Person person = people.person(index);
    ids.insert(person.id);
    emails.insert(person.email);
    ASSERT_EQ(people.index_of_id(std::to_string(person.id)), index);
    ASSERT_EQ(people.index_of_email(person.email), index);
  }
  EXPECT_EQ(ids.size(), 5000U);
  EXPECT_EQ(emails.size(), 5000U);
  EXPECT_FALSE(people.index_of_id("10002"));
  EXPECT_FALSE(people.index_of_id(std::to_string(people.id(4999) + 100)));
  EXPECT_FALSE(people.index_of_email("someone@example.com"));
}

TEST(PeopleTest, AddressesAreAsciiAtExampleCom) {
  const People people(7, 3000);
  for (std::int64_t index = 0; index < people.count(); ++index) {
    const std::string email = people.person(index).email;
    ASSERT_TRUE(email.ends_with("@example.com"));
    ASSERT_EQ(email.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789.-@"), std::string::npos)
        << email;
  }
  EXPECT_EQ(mail_name("Jürgen"), "juergen");
  EXPECT_EQ(mail_name("O'Neill"), "oneill");
  EXPECT_EQ(mail_name("von der Heide"), "von-der-heide");
}

TEST(PeopleTest, LivesMakeSense) {
  const People people(1, 3000);
  std::set<std::string_view> genders;
  std::set<std::string_view> statuses;
  std::set<std::size_t> counts;
  for (std::int64_t index = 0; index < people.count(); ++index) {
    const Person person = people.person(index);
    genders.insert(person.gender);
    statuses.insert(person.latest().status);
    counts.insert(person.employments.size());
    ASSERT_LE(person.created_ms, person.updated_ms);
    ASSERT_LE(person.updated_ms, sandbox::days_from_civil(2026, 6, 1) * kDayMs);
    for (std::size_t i = 0; i < person.employments.size(); ++i) {
      const Employment& one = person.employments[i];
      ASSERT_LE(one.created_ms, one.updated_ms);
      if (one.end_day) ASSERT_GT(*one.end_day, one.start_day) << index;
      if (i > 0) ASSERT_EQ(*one.end_day + 1, person.employments[i - 1].start_day) << index;
      if (i > 0) ASSERT_EQ(one.status, "INACTIVE");
      ASSERT_EQ(one.termination.has_value(), one.status == "INACTIVE") << index;
    }
  }
  EXPECT_EQ(genders.size(), 4U);
  EXPECT_EQ(statuses.size(), 4U);
  EXPECT_EQ(counts, (std::set<std::size_t>{1, 2, 3}));
}

}  // namespace
}  // namespace patchbay::personio_sandbox
