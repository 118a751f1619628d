// What makes two deliveries the same event.
#include <gtest/gtest.h>

#include "inbound/event_identity.h"

namespace patchbay::inbound {
namespace {

const manifest::InboundEvents kByMembers{"Authorization", "/name", {"/name", "/at", "/payload"}};
const manifest::InboundEvents kWhole{"Authorization", "/name", {}};

std::string identity(const manifest::InboundEvents& events, std::string_view body) {
  return identify(events, body).value().identity;
}

TEST(InboundEventIdentity, GoesByTheMembersThatTheManifestNames) {
  const auto first = identity(kByMembers, R"({"name":"a","at":"1","payload":{"id":1}})");
  EXPECT_EQ(first, identity(kByMembers, R"({"at":"1", "payload":{"id":1}, "name":"a", "try":2})"));
  for (const char* other :
       {R"({"name":"b","at":"1","payload":{"id":1}})",
        R"({"name":"a","at":"2","payload":{"id":1}})",
        R"({"name":"a","at":"1","payload":{"id":2}})", R"({"name":"a","at":1,"payload":{"id":1}})",
        R"({"name":"a","payload":{"id":1}})"})
    EXPECT_NE(first, identity(kByMembers, other)) << other;
}

TEST(InboundEventIdentity, TextsDoNotRunIntoEachOther) {
  EXPECT_NE(identity(kByMembers, R"({"name":"a\",\"b","at":"c"})"),
            identity(kByMembers, R"({"name":"a","at":"b\",\"c"})"));
}

TEST(InboundEventIdentity, IsTheWholeBodyWhereNothingIsNamed) {
  EXPECT_EQ(identity(kWhole, R"({"name":"a"})"), identity(kWhole, R"( {"name" : "a"} )"));
  EXPECT_NE(identity(kWhole, R"({"name":"a"})"), identity(kWhole, R"({"name":"a","x":1})"));
}

TEST(InboundEventIdentity, ATypeThatIsNoShortTextIsNone) {
  EXPECT_EQ(identify(kWhole, R"({"name":"person.updated"})")->type, "person.updated");
  EXPECT_EQ(identify(kWhole, R"({"name":7})")->type, "");
  EXPECT_EQ(identify(kWhole, R"({"name":")" + std::string(kMostOfType + 1, 'x') + "\"}")->type, "");
}

}  // namespace
}  // namespace patchbay::inbound
