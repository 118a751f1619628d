// Whose request may have a body above the usual bound.
#include <gtest/gtest.h>

#include "two_tenants.h"

namespace patchbay::api {
namespace {

class LargeBodiesTest : public testing::Test {
 protected:
  LargeBodiesTest() { key = tenants.make_key(kOwn, "actions"); }

  using Admitted = std::variant<net::LargeBody, net::Response>;
  Admitted ask(const std::string& path, std::uint64_t length, const std::string& with) {
    net::Request head;
    head.method = "POST";
    head.target = path;
    EXPECT_TRUE(net::decode_target(path, head));
    if (!with.empty()) head.headers.set("Authorization", "Bearer " + with);
    return tenants.hub().loops.block_on(tenants.api().admit_body(head, length));
  }
  Admitted ask(const std::string& path, std::uint64_t length) { return ask(path, length, key); }

  static unsigned status_of(const Admitted& admitted) {
    const auto* refused = std::get_if<net::Response>(&admitted);
    return refused == nullptr ? 200 : refused->status;
  }

  static constexpr std::uint64_t kMega = 1'000'000;
  TwoTenants tenants;
  std::string key;
};

TEST_F(LargeBodiesTest, CallsOfActionsMayHaveThem) {
  for (const char* path : {"/actions/rpc", "/mcp"}) {
    const auto admitted = ask(path, 41 * kMega);
    ASSERT_EQ(status_of(admitted), 200U) << path;
    const auto& body = std::get<net::LargeBody>(admitted);
    EXPECT_GE(body.max_bytes, 41 * kMega);
    EXPECT_GT(body.min_bytes_per_second, 1024U);
    EXPECT_NE(body.room, nullptr);
  }
}

TEST_F(LargeBodiesTest, NothingElseMayWhoeverAsks) {
  for (const char* path : {"/accounts", "/unified/proxy", "/actions/search", "/sign_in", "/"})
    EXPECT_EQ(status_of(ask(path, 2 * kMega)), 413U) << path;
  EXPECT_EQ(status_of(ask("/actions/rpc", 60 * kMega)), 413U);
  EXPECT_EQ(status_of(ask("/mcp", ~std::uint64_t{0})), 413U);
}

TEST_F(LargeBodiesTest, WhoMayNotCallIsToldSoBeforeAnythingIsRead) {
  for (const char* path : {"/actions/rpc", "/mcp"}) {
    EXPECT_EQ(status_of(ask(path, 2 * kMega, "")), 401U);
    EXPECT_EQ(status_of(ask(path, 2 * kMega, "pb_wrong")), 401U);
    EXPECT_EQ(status_of(ask(path, 2 * kMega, tenants.make_key(kOwn, "accounts"))), 403U);
  }
}

TEST_F(LargeBodiesTest, AProjectThatHasManyUnderWayIsAskedToComeAgain) {
  std::vector<Admitted> under_way;
  while (under_way.size() < 100 && (under_way.empty() || status_of(under_way.back()) == 200))
    under_way.push_back(ask("/actions/rpc", 20 * kMega));
  const auto& refused = std::get<net::Response>(under_way.back());
  EXPECT_EQ(refused.status, 503U);
  EXPECT_NE(refused.body.find("files_under_way"), std::string::npos) << refused.body;
  EXPECT_TRUE(refused.headers.has("Retry-After"));
  EXPECT_EQ(status_of(ask("/actions/rpc", 20 * kMega, tenants.make_key(kOthers, "actions"))), 200U)
      << "another project has its own half";
  under_way.clear();
  EXPECT_EQ(status_of(ask("/actions/rpc", 20 * kMega)), 200U);
}

}  // namespace
}  // namespace patchbay::api
