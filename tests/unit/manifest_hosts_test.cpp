#include <gtest/gtest.h>

#include "manifest/hosts.h"
#include "manifest/path_template.h"

namespace patchbay::manifest {
namespace {

TEST(ManifestHosts, FillsPlaceholdersWithOneLabel) {
  EXPECT_EQ(expand_host("{company}.jobs.acme.example", {{"company", "Blue-Sky2"}}),
            "blue-sky2.jobs.acme.example");
  EXPECT_EQ(expand_host("api.acme.example", {}), "api.acme.example");
}

TEST(ManifestHosts, NeverLetsAValueLeaveItsLabel) {
  for (const char* value :
       {"", "a.b", "evil.example/", "evil.example#", "evil.example?", "a:1", "u@a", "-a", "a-",
        "a b", "a%2eb", "a\\", "{company}", "..", "\xc3\xa4", "a\n"})
    EXPECT_FALSE(expand_host("{company}.acme.example", {{"company", value}})) << value;
  EXPECT_FALSE(expand_host("{company}.acme.example", {{"company", std::string(64, 'a')}}));
  EXPECT_FALSE(
      expand_host("{company}-{company}.acme.example", {{"company", std::string(40, 'a')}}));
  EXPECT_FALSE(expand_host("{company}.acme.example", {}));
  EXPECT_FALSE(expand_host("{company.acme.example", {{"company", "a"}}));
}

TEST(ManifestHosts, ReadsUrlsStrictly) {
  const auto url = parse_https_url("https://API.acme.example:8443/v1?x=1");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->host, "api.acme.example");
  EXPECT_EQ(url->port, 8443);
  EXPECT_EQ(url->path_and_query, "/v1?x=1");
  EXPECT_EQ(parse_https_url("https://acme.example?x")->path_and_query, "/?x");
  for (const char* text :
       {"http://acme.example/", "https:/acme.example/", "https://acme.example:/",
        "https://acme.example:+1/", "https://acme.example:65536/", "https://acme.example/#x",
        "https://a@acme.example/", "https://acme.example./", "https://.acme.example/",
        "https://2130706433/", "https://0x7f.0.0.1/", "https://127.0.0.1/", "https://[::1]/",
        "https://acme_x.example/", "https://acme.example/a b",
        "https://acme.example\\@evil.example/", "https://acme.ex%61mple/",
        "https://acme.example/\x7f"})
    EXPECT_FALSE(parse_https_url(text)) << text;
}

TEST(ManifestHosts, SendsPeopleOnlyToTheSignInHosts) {
  AuthMethod method;
  method.sign_in_hosts = {"login.acme.example", "{company}.acme.example"};
  const HostValues values{{"company", "blue"}};
  for (const char* url : {"https://login.acme.example/authorize?x=1", "https://blue.acme.example/",
                          "https://LOGIN.acme.example:443"})
    EXPECT_TRUE(sign_in_allowed(method, url, values)) << url;
  for (const char* url :
       {"http://login.acme.example/", "https://login.acme.example:8443/",
        "https://login.acme.example@evil.example/", "https://evil.example/login.acme.example",
        "https://login.acme.example.evil.example/", "https://red.acme.example/",
        "javascript:alert(1)//login.acme.example/", "//login.acme.example/", ""})
    EXPECT_FALSE(sign_in_allowed(method, url, values)) << url;
}

TEST(ManifestHosts, AllowsWhatTheManifestListsAndNothingElse) {
  Manifest manifest;
  manifest.hosts = {{"api.acme.example", 443, {}}, {"{company}.acme.example", 8443, {"GET"}}};
  const HostValues values{{"company", "blue"}};
  const auto allowed = [&](const char* method, const char* url) {
    return host_allowed(manifest, method, url, values);
  };
  EXPECT_TRUE(allowed("POST", "https://api.acme.example/x"));
  EXPECT_TRUE(allowed("POST", "https://api.acme.example:443/x"));
  EXPECT_TRUE(allowed("GET", "https://blue.acme.example:8443/"));
  EXPECT_FALSE(allowed("POST", "https://blue.acme.example:8443/"));
  EXPECT_FALSE(allowed("GET", "https://blue.acme.example/"));
  EXPECT_FALSE(allowed("GET", "https://red.acme.example:8443/"));
  EXPECT_FALSE(allowed("GET", "https://api.acme.example.evil.example/"));
  EXPECT_FALSE(allowed("GET", "https://evil.example/api.acme.example"));
  EXPECT_FALSE(allowed("GET", "https://api.acme.example@evil.example/"));
  EXPECT_FALSE(host_allowed(manifest, "GET", "https://blue.acme.example:8443/", {}));
}

// ---- a host that the provider tells

const HostRule kTold{"{instance}", 443, {}, {"*.my.acme.example", "*.sandbox.my.acme.example"}};

TEST(ManifestToldHosts, AreOneLabelInFrontOfWhatTheManifestWritesOut) {
  EXPECT_EQ(told_host(kTold, "blue.my.acme.example"), "blue.my.acme.example");
  EXPECT_EQ(told_host(kTold, "Blue.My.ACME.example"), "blue.my.acme.example");
  EXPECT_EQ(told_host(kTold, "blue--uat.sandbox.my.acme.example"),
            "blue--uat.sandbox.my.acme.example");
}

TEST(ManifestToldHosts, AreNothingElse) {
  for (const char* text : {"",
                           "evil.example",
                           "my.acme.example",
                           ".my.acme.example",
                           "my.my.acme.example.",
                           "blue.my.acme.example.",
                           "blue.my.acme.example.evil.example",
                           "evilmy.acme.example",
                           "blue-my.acme.example",
                           "blue.mymy.acme.example",
                           "a.blue.my.acme.example",
                           "evil.example/.my.acme.example",
                           "evil.example#.my.acme.example",
                           "evil.example?.my.acme.example",
                           "evil.example\\.my.acme.example",
                           "evil.example%2f.my.acme.example",
                           "evil.example:443@blue.my.acme.example",
                           "user@blue.my.acme.example",
                           "blue.my.acme.example:443",
                           "blue.my.acme.example/",
                           "https://blue.my.acme.example",
                           "//blue.my.acme.example",
                           " blue.my.acme.example",
                           "blue.my.acme.example\n",
                           "blue .my.acme.example",
                           "-blue.my.acme.example",
                           "blue-.my.acme.example",
                           "bl_ue.my.acme.example",
                           "*.my.acme.example",
                           "{instance}.my.acme.example",
                           "bl\xc3\xbc.my.acme.example",
                           "blue\xe3\x80\x82my.acme.example",
                           "blue.my.acme.ex\xd0\xb0mple",
                           "..my.acme.example",
                           "127.0.0.1",
                           "[::1]"})
    EXPECT_FALSE(told_host(kTold, text)) << text;
  EXPECT_FALSE(told_host(kTold, std::string("blue\0.my.acme.example", 21)));
  EXPECT_FALSE(told_host(kTold, std::string(64, 'a') + ".my.acme.example"));
  EXPECT_FALSE(told_host(kTold, std::string(10'000, 'a') + ".my.acme.example"));
  EXPECT_FALSE(told_host({"api.acme.example", 443, {}}, "api.acme.example")) << "it is not told";
}

TEST(ManifestToldHosts, AreShapesWithOneOpenLabelInFront) {
  EXPECT_TRUE(is_told_pattern("*.acme.example"));
  EXPECT_TRUE(is_told_pattern("*.my.acme.example"));
  for (const char* pattern :
       {"", "*", "*.", "*.example", "*.*.example", "*x.acme.example", "x*.acme.example",
        "a.*.acme.example", "acme.example", "*.Acme.example", "*.acme.example.", "*.acme.example:1",
        "*.0.0.1", "*.acme.example/x", "*.{x}.acme.example"})
    EXPECT_FALSE(is_told_pattern(pattern)) << pattern;
}

TEST(ManifestToldHosts, AreAPlaceholderAndNothingElse) {
  EXPECT_EQ(told_placeholder("{instance}"), "instance");
  for (const char* host : {"", "{}", "{instance", "instance}", "{a}{b}", "{a}.{b}", "x{instance}",
                           "{instance}.acme.example", "acme.example"})
    EXPECT_FALSE(told_placeholder(host)) << host;
}

TEST(ManifestToldHosts, OfOneAccountAreNotAnothers) {
  Manifest manifest;
  manifest.hosts = {{"login.acme.example", 443, {"POST"}}, kTold};
  const auto allowed = [&](const char* url, const HostValues& values) {
    return host_allowed(manifest, "GET", url, values);
  };
  const HostValues blue{{"instance", "blue.my.acme.example"}};
  EXPECT_EQ(expand_host("{instance}", blue), "blue.my.acme.example");
  EXPECT_TRUE(allowed("https://blue.my.acme.example/x", blue));
  EXPECT_FALSE(allowed("https://red.my.acme.example/x", blue));
  EXPECT_FALSE(allowed("https://blue.sandbox.my.acme.example/x", blue));
  EXPECT_FALSE(allowed("https://blue.my.acme.example:8443/x", blue));
  EXPECT_FALSE(allowed("https://blue.my.acme.example/x", {})) << "nobody told it";
  EXPECT_FALSE(allowed("https://{instance}/x", blue));
}

// Whatever filled the value in: the rule is asked again for each request.
TEST(ManifestToldHosts, ThatDoNotFitOpenNothing) {
  Manifest manifest;
  manifest.hosts = {kTold};
  for (const char* host : {"evil.example", "blue.my.acme.example.evil.example", "my.acme.example"})
    EXPECT_FALSE(
        host_allowed(manifest, "GET", "https://" + std::string(host) + "/", {{"instance", host}}))
        << host;
  EXPECT_FALSE(expand_host("{instance}", {{"instance", "evil"}}));
  EXPECT_FALSE(expand_host("{instance}", {{"instance", "evil.example/"}}));
  AuthMethod method;
  method.sign_in_hosts = {"login.acme.example"};
  EXPECT_FALSE(sign_in_allowed(method, "https://blue.my.acme.example/",
                               {{"instance", "blue.my.acme.example"}}));
}

TEST(ManifestHosts, MayBecomeWhatALabelInTheirGapGives) {
  const auto rule = [](const char* host) { return HostRule{host, 443, {}}; };
  const auto of_companies = rule("eu-{company}.jobs.example.com");
  EXPECT_TRUE(may_become(of_companies, "eu-acme.jobs.example.com"));
  EXPECT_TRUE(may_become(of_companies, "EU-Acme.jobs.example.com"));
  for (const char* other : {"eu-.jobs.example.com", "us-acme.jobs.example.com", "jobs.example.com",
                            "eu-a.b.example.com", "a.eu-acme.jobs.example.com",
                            "eu-acme.jobs.example.com.", "eu-acme.jobs.example.org", ""})
    EXPECT_FALSE(may_become(of_companies, other)) << other;
  auto told = rule("{instance}");
  told.within = {"*.my.example.com", "*.test.my.example.com"};
  EXPECT_TRUE(may_become(told, "acme.my.example.com"));
  EXPECT_TRUE(may_become(told, "acme--uat.test.my.example.com"));
  EXPECT_FALSE(may_become(told, "my.example.com"));
  EXPECT_TRUE(may_become(rule("api.example.com"), "api.example.com"));
  EXPECT_FALSE(may_become(rule("api.example.com"), "apix.example.com"));
}

TEST(ManifestPathTemplate, HoldsPlaceholdersAsWholeSegments) {
  const auto path = parse_path_template("/v2/persons/{person_id}/employments");
  ASSERT_TRUE(path);
  ASSERT_EQ(path->segments.size(), 4U);
  EXPECT_EQ(path->segments[2].text, "person_id");
  EXPECT_TRUE(path->segments[2].placeholder);
  EXPECT_TRUE(parse_path_template("/"));
  EXPECT_TRUE(parse_path_template("/a/"));
  for (const char* text : {"", "a", "//", "/a//b", "/..", "/./a", "/a?b", "/a#b", "/a%2fb", "/{A}",
                           "/{}", "/a{b}", "/{b", "/a b", "/{a}{b}"})
    EXPECT_FALSE(parse_path_template(text)) << text;
}

}  // namespace
}  // namespace patchbay::manifest
