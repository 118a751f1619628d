// Tenants: whatever of another project's a caller names, wherever a route reads it, the answer is
// the one for an id that nobody has, and costs as many statements in the store, so that time tells
// nothing either. The routes come from the API's description, so a new one is
// walked, too.
#include <regex>

#include "two_tenants.h"

namespace patchbay::api {
namespace {

// Without the name that was given.
std::string without(std::string body, const std::string& name) {
  for (auto at = body.find(name); at != std::string::npos; at = body.find(name))
    body.replace(at, name.size(), "<name>");
  return body;
}

// Without what is another one each time: ids, tokens and page tokens that were just made.
std::string without_new(const std::string& body) {
  static const std::regex each_time(
      R"re((acc|att|int|key|log|stp)_[a-z2-7]{20}|"(key|prefix)":"[^"]*"|wh_[a-z2-7]{20}|"secret":"[^"]*"|"seq":[0-9]+|evt_[0-9_]+|("token":"|/connect/|/manage/|/in/acc_example/|"next":")[A-Za-z0-9_.-]{20,}|"id":[0-9]+)re");
  return std::regex_replace(body, each_time, "<new>");
}

void compare(TwoTenants& tenants, const Operation& operation, const test::Slot& slot,
             const Named& named, test::Examples examples) {
  SCOPED_TRACE(operation.method + " " + operation.path + " with " + named.theirs + " as " +
               slot.name);
  const test::Filled with_theirs{slot, named.theirs};
  const test::Filled with_nobodys{slot, named.nobodys};
  const auto found = tenants.ask(operation, &with_theirs, examples);
  const auto cost = tenants.cost();
  const auto expected = tenants.ask(operation, &with_nobodys, examples);
  // A change that was made may wait until it is seen elsewhere, and looks as often as it has to.
  const bool has_changed = operation.method != "GET" && found.status / 100 == 2;
  if (!has_changed) EXPECT_EQ(cost, tenants.cost()) << "statements";
  EXPECT_EQ(found.status, expected.status) << found.body;
  const auto told = without(found.body, named.theirs);
  const auto should_be = without(expected.body, named.nobodys);
  if (told != should_be) EXPECT_EQ(without_new(told), without_new(should_be));
  tenants.expect_no_trace(found.body, named.theirs);
}

// Examples go together, and would hide what a parameter alone gives; so it is tried both ways.
void walk(const Operation& operation) {
  TwoTenants tenants;
  for (const auto& slot : test::slots_of(ApiDescription::built(), operation))
    for (const auto& named : tenants.named())
      for (const auto examples : {test::Examples::kAll, test::Examples::kRequiredOnly})
        compare(tenants, operation, slot, named, examples);
  tenants.expect_theirs_untouched();
}

// So that the walk reaches what it is about, and because examples are there to be copied.
TEST(ApiTenants, EachExampleOfTheDescriptionSucceedsForOnesOwn) {
  TwoTenants tenants;
  for (const auto& operation : ApiDescription::built().operations()) {
    tenants.make_own();
    const auto response = tenants.ask(operation);
    EXPECT_EQ(response.status / 100, 2U)
        << operation.method << " " << operation.path << ": " << response.body;
    tenants.expect_no_trace(response.body, "");
  }
  tenants.expect_theirs_untouched();
}

TEST(ApiTenants, WhatIsAnothersIsAsIfItWereNobodys) {
  for (const auto& operation : ApiDescription::built().operations()) walk(operation);
}

}  // namespace
}  // namespace patchbay::api
