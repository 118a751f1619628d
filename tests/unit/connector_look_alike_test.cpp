// Ids that a person would take for one another have one skeleton; others do not.
#include <gtest/gtest.h>

#include "connector/trust/look_alike.h"

namespace patchbay::connector {
namespace {

TEST(LookAlike, IdsThatLookTheSameHaveTheSameSkeleton) {
  const std::pair<const char*, const char*> pairs[] = {{"personio", "personi0"},
                                                       {"personio", "person1o"},
                                                       {"personio", "person-io"},
                                                       {"personio", "person_io"},
                                                       {"personio", "personlo"},
                                                       {"merge", "rnerge"},
                                                       {"workday", "vvorkday"},
                                                       {"dropbox", "clropbox"},
                                                       {"bamboohr", "bambohr"},
                                                       {"bamboohr", "bamboo-hr"},
                                                       {"slack", "5lack"},
                                                       {"zoho", "2oho"},
                                                       {"box", "8ox"},
                                                       {"google", "qoogle"},
                                                       {"google", "9oo9le"},
                                                       {"github", "glthub"},
                                                       {"acme", "a-c-m-e"},
                                                       {"hibob", "hi808"}};
  for (const auto& [one, two] : pairs)
    EXPECT_EQ(skeleton_of(one), skeleton_of(two)) << one << " " << two;
}

TEST(LookAlike, IdsThatDifferHaveDifferentSkeletons) {
  const char* ids[] = {"personio", "workday", "bamboohr", "hibob",    "sage", "sap",
                       "slack",    "github",  "gitlab",   "google",   "acme", "factorial",
                       "remote",   "deel",    "rippling", "gusto",    "adp",  "paychex",
                       "datev",    "zoho",    "xero",     "lexoffice"};
  for (const auto* one : ids)
    for (const auto* two : ids)
      if (one != two) EXPECT_NE(skeleton_of(one), skeleton_of(two)) << one << " " << two;
}

TEST(LookAlike, ASkeletonOfASkeletonIsItself) {
  for (const auto* id : {"personio", "vvorkday", "rnerge", "clropbox", "9oo9le", "-", ""}) {
    const auto once = skeleton_of(id);
    EXPECT_EQ(skeleton_of(once), once) << id;
  }
}

}  // namespace
}  // namespace patchbay::connector
