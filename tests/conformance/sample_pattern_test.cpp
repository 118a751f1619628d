// What the tool types where a field has a pattern: RE2 has to agree.
#include "conformance/sample_pattern.h"

#include <gtest/gtest.h>
#include <re2/re2.h>

#include <set>
#include <string>

namespace patchbay::conformance {
namespace {

class SamplePattern : public testing::TestWithParam<const char*> {};

TEST_P(SamplePattern, IsMatchedByWhatWasMadeOfIt) {
  const re2::RE2 pattern(GetParam());
  ASSERT_TRUE(pattern.ok());
  for (const unsigned repeats : {0U, 1U, 16U})
    for (const unsigned branch : {0U, 1U, 9U}) {
      const auto sample = sample_of(GetParam(), {3, repeats, branch});
      ASSERT_TRUE(sample);
      EXPECT_TRUE(re2::RE2::FullMatch(*sample, pattern)) << *sample;
    }
}

INSTANTIATE_TEST_SUITE_P(
    Of, SamplePattern,
    testing::Values("[0-9a-f]{40}", "papi-[A-Za-z0-9_-]{8,64}", "^sk_(live|test)_[[:alnum:]]{24,}$",
                    R"(\d{3}-\d{2}-\d{4})", R"([^@\s]+@[^@\s]+\.[a-z]{2,})", "(?i)acme-[a-z]+",
                    "(?:a|b(?:c|d)?)*x", "(?P<region>eu|us)[.]example", R"(\x41\x{42}\Q.*\E)",
                    "[]a-c-]+", "[^]a-y]{3}", R"([\w.-]{1,32})", R"(\p{Lu}\pN+)", "a{,3}", "ä+z?",
                    R"(\Ax\z|y{2}?)", ".{5}", "[a-z]?[0-9]*", R"([\]\\]+)"));

TEST(SamplePatterns, DifferByPerson) {
  std::set<std::string> seen;
  for (unsigned person = 0; person < 8; ++person)
    seen.insert(sample_of("acme-[a-z]{3}[0-9]{4}", {person, 16, 0}).value_or(""));
  EXPECT_EQ(seen.size(), 8U);
}

TEST(SamplePatterns, AreNotMadeOfWhatIsNotKnown) {
  for (const char* pattern : {"(", "[a", R"(\)", R"(\p{Greek})", "a)", "[z-", R"([[:never:]])"})
    EXPECT_FALSE(sample_of(pattern, {})) << pattern;
  EXPECT_FALSE(sample_of(std::string(1000, '(') + std::string(1000, ')'), {}));
  EXPECT_FALSE(sample_of("((((a{1000}){1000}){1000}){1000})", {}));  // and ends soon
}

}  // namespace
}  // namespace patchbay::conformance
