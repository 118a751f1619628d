#include <gtest/gtest.h>

#include "connector/trust/shared_host.h"

namespace patchbay::connector {
namespace {

manifest::Manifest with(const std::string& host, const std::string& sign_in = {}) {
  manifest::Manifest manifest;
  manifest.hosts.emplace_back().host = host;
  manifest.auth_methods.emplace_back();
  if (!sign_in.empty()) manifest.auth_methods.front().sign_in_hosts = {sign_in};
  return manifest;
}

TEST(SharedHost, IsTheOneThatBothName) {
  EXPECT_EQ(shared_host(with("api.acme.example"), with("api.acme.example")), "api.acme.example");
  EXPECT_EQ(shared_host(with("api.acme.example"), with("www.acme.example")), "");
  EXPECT_EQ(shared_host(with("acme.example"), with("api.acme.example")), "");
}

TEST(SharedHost, MayBeWhereOneSendsPeopleAndTheOtherItsRequests) {
  EXPECT_EQ(shared_host(with("api.acme.example", "login.acme.example"), with("login.acme.example")),
            "login.acme.example");
  EXPECT_EQ(shared_host(with("login.acme.example"), with("api.acme.example", "login.acme.example")),
            "login.acme.example");
}

TEST(SharedHost, MayHideBehindAPlaceholder) {
  for (const char* other : {"{company}.acme.example", "eu.acme.example", "{any}-x.acme.example"}) {
    EXPECT_EQ(shared_host(with("{tenant}.acme.example"), with(other)), "{tenant}.acme.example");
    EXPECT_EQ(shared_host(with(other), with("{tenant}.acme.example")), other);
  }
  EXPECT_EQ(shared_host(with("{tenant}.acme.example"), with("a.b.acme.example")), "");
  EXPECT_EQ(shared_host(with("{tenant}.acme.example"), with("{tenant}.acme.example.org")), "");
}

TEST(SharedHost, MayBeOneThatIsTold) {
  auto told = with("{instance}");
  told.hosts.front().within = {"*.my.acme.example", "*.acme.example"};
  for (const char* other : {"blue.my.acme.example", "{any}.my.acme.example"}) {
    EXPECT_EQ(shared_host(told, with(other)), "*.my.acme.example");
    EXPECT_EQ(shared_host(with(other), told), other);
  }
  EXPECT_EQ(shared_host(told, told), "*.my.acme.example");
  EXPECT_EQ(shared_host(told, with("a.blue.my.acme.example")), "");
}

}  // namespace
}  // namespace patchbay::connector
