// patchbay.manifest-in/1: an instance serves the manifest that it was given.
#include <gtest/gtest.h>

#include "declarative_driver.h"

namespace declarative::tests {
namespace {

// The smallest that says all that is asked for, for one bearer token in a header of its own.
const std::string kAcme = R"({"auth_methods": [{
  "id": "token", "grant_type": "bearer", "renewal": "never",
  "environments": [{"id": "production", "variables": {"region": "eu"}}],
  "authorization": [{"token": "access", "kind": "header", "name": "x-token", "prefix": "Token ",
                     "value": {"field": "token"},
                     "headers": [{"name": "x-company", "value": {"field": "company"}}]}],
  "grant": {"probe": {"url": "https://{company}.{region}.acme.example/v1/{company}/me",
                      "method": "POST", "body": {"limit": 1}, "token": "access",
                      "proves": ["people:read"],
                      "facts": [{"id": "name", "path": "/data/name"}, {"id": "size", "path": "/size"}]},
            "refusals": [{"status": [403], "failure": "permission", "message": "error.no_people",
                          "permission": "people:read"},
                         {"status": [401], "error": "expired", "failure": "credentials",
                          "message": "error.expired", "withdrawn": "error.ended", "field": "token"}]}
}], "permissions": [], "actions": []})";

InputSpec typed(const std::string& company = "acme-1") {
  return {.auth_method = "token",
          .environment = "production",
          .fields = {{"company", company}},
          .secrets = {{"token", " s3cret-token "}}};
}

TEST(ManifestIn, TheGivenManifestIsServedInsteadOfTheLibrarysOwn) {
  DeclarativeDriver acme;
  ASSERT_EQ(acme.set_manifest(kAcme), PATCHBAY_OK);
  EXPECT_THROW(acme.connect({.auth_method = "api_key"}), std::logic_error);
  FlowRun run = acme.connect(typed());
  const Seen asked = run.start();
  ASSERT_EQ(asked.requests.size(), 1U);
  EXPECT_EQ(asked.requests[0].method, "POST");
  EXPECT_EQ(asked.requests[0].url, "https://acme-1.eu.acme.example/v1/acme-1/me");
  EXPECT_EQ(asked.requests[0].body, R"({"limit":1})");
  EXPECT_EQ(asked.requests[0].header("x-token"), "Token s3cret-token");
  EXPECT_EQ(asked.requests[0].header("x-company"), "acme-1");
  EXPECT_NE(asked.requests[0].flags & PATCHBAY_REQUEST_SECRET, 0U);
  const Seen done = run.replies({json(200, R"({"data": {"name": "Acme"}, "size": 12})")});
  ASSERT_EQ(done.kind, PATCHBAY_ACTION_DONE);
  EXPECT_EQ(done.granted, std::vector<std::string>{"people:read"});
  EXPECT_EQ(done.facts, (Pairs{{"name", "Acme"}, {"size", "12"}}));
  EXPECT_TRUE(done.has_notice("notice.trimmed"));
}

TEST(ManifestIn, AKeyThatIsTheUserNameIsSentAsBothAndTrimmedOnce) {
  DeclarativeDriver acme;
  ASSERT_EQ(acme.set_manifest(R"({"auth_methods": [{
      "id": "key", "grant_type": "basic", "renewal": "never", "environments": [{"id": "production"}],
      "authorization": [{"token": "key", "kind": "basic", "user": {"field": "key"},
                         "value": {"field": "key"}}],
      "grant": {"probe": {"url": "https://acme.example/me", "token": "key"}}}]})"),
            PATCHBAY_OK);
  FlowRun run = acme.connect({.auth_method = "key", .secrets = {{"key", " k3y "}}});
  const Seen asked = run.start();
  ASSERT_EQ(asked.requests.size(), 1U);
  EXPECT_EQ(asked.requests[0].header("authorization"), "Basic azN5OmszeQ==");
  EXPECT_EQ(run.replies({json(200, "{}")}).notices.size(), 1U);
}

TEST(ManifestIn, InstancesDoNotShareTheirManifests) {
  DeclarativeDriver acme;
  ASSERT_EQ(acme.set_manifest(kAcme), PATCHBAY_OK);
  DeclarativeDriver own;
  EXPECT_THROW(own.connect(typed()), std::logic_error);
  EXPECT_NO_THROW(own.connect({.auth_method = "api_key"}));
}

TEST(ManifestIn, AManifestIsTakenOnce) {
  DeclarativeDriver acme;
  ASSERT_EQ(acme.set_manifest(kAcme), PATCHBAY_OK);
  EXPECT_EQ(acme.set_manifest(kAcme), PATCHBAY_E_INVALID);
  DeclarativeDriver refused;
  EXPECT_EQ(refused.set_manifest("{"), PATCHBAY_E_INVALID);
  EXPECT_EQ(refused.set_manifest(kAcme), PATCHBAY_E_INVALID);
}

TEST(ManifestIn, WhatIsNoManifestOrNeedsCodeIsRefused) {
  const auto answer = [](std::string_view json) { return DeclarativeDriver().set_manifest(json); };
  for (const char* text :
       {"", "null", "[]", "{}", R"({"auth_methods": []})", R"({"auth_methods": 1})", "\xff\xfe"})
    EXPECT_EQ(answer(text), PATCHBAY_E_INVALID) << text;
  for (
      const char* text :
      {R"({"auth_methods": [{"id": "a", "grant_type": "bearer"}]})",
       R"({"auth_methods": [{"id": "a", "grant_type": "bearer", "grant": {}}]})",
       R"({"auth_methods": [{"id": "a", "grant_type": "client_credentials", "grant": {"scope": "a"}}]})",
       R"({"auth_methods": [{"id": "a", "grant_type": "custom", "grant": {"token_url": "https://a.example/"}}]})"})
    EXPECT_EQ(answer(text), PATCHBAY_E_UNSUPPORTED) << text;
  std::string invoking = kAcme;
  invoking.replace(invoking.find("\"actions\": []"), 13,
                   R"("actions": [{"id": "a", "handler": "connector"}])");
  EXPECT_EQ(answer(invoking), PATCHBAY_E_UNSUPPORTED);
  EXPECT_EQ(answer(std::string(100'000, '[')), PATCHBAY_E_INVALID);
}

TEST(ManifestIn, AValueNeverLeavesItsLabelOrItsSegment) {
  for (const char* company :
       {"evil.example/", "a.b", "a@b", "a:1", "%2e", "", "-a", "a#", "a?b", "..", "\xc3\xa4"}) {
    DeclarativeDriver acme;
    ASSERT_EQ(acme.set_manifest(kAcme), PATCHBAY_OK);
    FlowRun run = acme.connect(typed(company));
    const Seen failed = run.start();
    EXPECT_TRUE(failed.requests.empty()) << company;
    EXPECT_EQ(failed.failure, PATCHBAY_FAIL_CREDENTIALS) << company;
    EXPECT_EQ(failed.message.field, "company") << company;
  }
}

TEST(ManifestIn, RefusalsMeanWhatTheManifestSays) {
  DeclarativeDriver acme;
  ASSERT_EQ(acme.set_manifest(kAcme), PATCHBAY_OK);
  const auto after = [&](FlowRun run, const ReplySpec& reply) {
    run.start();
    return run.replies({reply});
  };
  const Seen missing = after(acme.connect(typed()), json(403, "{}"));
  EXPECT_EQ(missing.failure, PATCHBAY_FAIL_PERMISSION);
  EXPECT_EQ(missing.permission, "people:read");
  EXPECT_EQ(missing.message.id, "error.no_people");
  EXPECT_EQ(missing.message.arg("host"), "acme-1.eu.acme.example");
  EXPECT_EQ(missing.message.arg("status"), "403");
  const Seen expired = after(acme.connect(typed()), json(401, R"({"error": "expired"})"));
  EXPECT_EQ(expired.message.id, "error.expired");
  EXPECT_EQ(expired.failure, PATCHBAY_FAIL_CREDENTIALS);
  const Seen ended = after(acme.refresh(typed()), json(401, R"({"error": "expired"})"));
  EXPECT_EQ(ended.message.id, "error.ended");
  EXPECT_EQ(ended.failure, PATCHBAY_FAIL_REVOKED);
  const Seen other = after(acme.connect(typed()), json(401, R"({"error": "else"})"));
  EXPECT_EQ(other.message.id, "error.credentials_refused");
  EXPECT_EQ(other.message.field, "token");
  EXPECT_EQ(after(acme.connect(typed()), json(404, "{}")).failure, PATCHBAY_FAIL_PROTOCOL);
  EXPECT_EQ(after(acme.connect(typed()), json(503, "{}")).failure, PATCHBAY_FAIL_TRANSIENT);
}

}  // namespace
}  // namespace declarative::tests
