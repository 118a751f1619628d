// What a manifest says about connecting: refused where nobody could carry it out, and where it
// would lead elsewhere than the rest of the manifest says.
#include <gtest/gtest.h>

#include "manifest/parse_alone.h"
#include "manifest_fixture.h"

namespace patchbay::manifest {
namespace {

std::string every_grant() {
  return read_file(PATCHBAY_BUILD_DIR "/manifests/declarative.json");
}

TEST(ManifestGrants, EveryGrantIsServedWithoutCode) {
  const auto outcome = parse_manifest_alone(every_grant());
  EXPECT_EQ(outcome.problems, Problems{});
  ASSERT_TRUE(outcome.ok());
  EXPECT_EQ(outcome.manifest->auth_methods.size(), 5U);
}

TEST(ManifestGrants, ALibraryMayLeaveToItsCodeWhatAManifestAloneHasToSay) {
  const auto text = small_manifest();
  EXPECT_TRUE(parse_manifest(text).ok());
  const auto alone = parse_manifest_alone(text);
  ASSERT_EQ(alone.problems.size(), 2U) << testing::PrintToString(alone.problems);
  EXPECT_EQ(alone.problems[0].rule, "needs_code");
  EXPECT_EQ(alone.problems[0].pointer, "/auth_methods/0");
  EXPECT_EQ(alone.problems[1].rule, "needs_code");
  EXPECT_EQ(alone.problems[1].pointer, "/actions/3");
}

struct Fault {
  const char* name;
  std::string from;
  std::string to;
  const char* rule;
  const char* pointer;
};
void PrintTo(const Fault& fault, std::ostream* out) {
  *out << fault.name;
}

class BrokenGrant : public testing::TestWithParam<Fault> {};

TEST_P(BrokenGrant, IsRefusedForThatReasonAlone) {
  const Fault& fault = GetParam();
  for (const bool is_alone : {false, true}) {
    const auto text = replaced(every_grant(), fault.from, fault.to);
    const auto outcome = is_alone ? parse_manifest_alone(text) : parse_manifest(text);
    ASSERT_EQ(outcome.problems.size(), 1U) << testing::PrintToString(outcome.problems);
    const Problem& problem = outcome.problems.front();
    EXPECT_EQ(problem.rule, fault.rule) << problem;
    EXPECT_EQ(problem.pointer, fault.pointer) << problem;
    EXPECT_TRUE(problem.message.ends_with('.')) << problem;
  }
}

const std::string kProbe = R"("probe":{"url":"https://api.example.com/v1/me")";
const std::string kKeyToken = R"("token":"access","facts")";
const std::string kTokenUrl = R"("token_url":"https://api.example.com/oauth/token")";
const std::string kAuthorizeUrl = R"("authorize_url":"https://login.example.com/authorize")";

const Fault kFaults[] = {
    {"a_probe_elsewhere", kProbe, R"("probe":{"url":"https://evil.example.com/v1/me")",
     "url_not_covered", "/auth_methods/0/grant/probe/url"},
    {"a_probe_at_another_port", kProbe, R"("probe":{"url":"https://api.example.com:8443/v1/me")",
     "url_not_covered", "/auth_methods/0/grant/probe/url"},
    {"a_probe_without_tls", kProbe, R"("probe":{"url":"http://api.example.com/v1/me")", "grant",
     "/auth_methods/0/grant/probe/url"},
    {"a_probe_with_user_information", kProbe,
     R"("probe":{"url":"https://api.example.com@evil.example.org/")", "grant",
     "/auth_methods/0/grant/probe/url"},
    {"a_secret_in_an_address", kProbe, R"("probe":{"url":"https://api.example.com/{api_key}")",
     "grant", "/auth_methods/0/grant/probe/url"},
    {"an_address_that_nothing_fills", kProbe,
     R"("probe":{"url":"https://api.example.com/{tenant}")", "grant",
     "/auth_methods/0/grant/probe/url"},
    {"a_body_with_get", kProbe, kProbe + R"(,"body":{})", "grant",
     "/auth_methods/0/grant/probe/body"},
    {"an_unknown_token", kKeyToken, R"("token":"other","facts")", "grant",
     "/auth_methods/0/grant/probe/token"},
    {"a_probe_by_query", R"("kind":"header")", R"("kind":"query")", "grant",
     "/auth_methods/0/grant/probe/token"},
    {"an_unknown_fact", R"({"id":"account_name","path":"/name"}])",
     R"({"id":"owner","path":"/name"}])", "grant", "/auth_methods/0/grant/probe/facts/0"},
    {"an_unknown_permission", kKeyToken, R"("token":"access","proves":["people:read"],"facts")",
     "grant_unknown", "/auth_methods/0/grant/probe/proves/0"},
    {"no_probe",
     R"("grant":{"probe":{"url":"https://api.example.com/v1/me","token":"access","facts":[{"id":"account_name","path":"/name"}]},)",
     R"("grant":{)", "grant", "/auth_methods/0/grant"},
    {"renewal_of_what_was_typed", R"("grant_type":"api_key","renewal":"never")",
     R"("grant_type":"api_key","renewal":"mint_anew")", "grant", "/auth_methods/0/grant"},
    {"a_token_url_where_none_is_minted", R"("grant":{"probe")",
     R"("grant":{"token_url":"https://api.example.com/","probe")", "grant",
     "/auth_methods/0/grant"},
    {"a_message_without_text", R"("message":"error.not_allowed")", R"("message":"error.none")",
     "text_missing", "/auth_methods/0/grant/refusals/1/message"},
    {"a_message_that_is_a_label", R"("message":"error.not_allowed")", R"("message":"summary")",
     "grant", "/auth_methods/0/grant/refusals/1"},
    {"a_message_with_other_names", R"("message":"error.not_allowed")",
     R"("message":"error.rate_limited")", "grant", "/auth_methods/0/grant/refusals/1"},
    {"a_refusal_at_no_field", R"("field":"api_key"},)", R"("field":"key"},)", "grant",
     "/auth_methods/0/grant/refusals/0/field"},
    {"a_refusal_of_an_unknown_permission", R"("message":"error.not_allowed")",
     R"("message":"error.not_allowed","permission":"people:read")", "grant_unknown",
     "/auth_methods/0/grant/refusals/1/permission"},
    {"a_token_from_elsewhere", kTokenUrl, R"("token_url":"https://login.example.com/token")",
     "url_not_covered", "/auth_methods/3/grant/token_url"},
    {"no_token_url", kTokenUrl + ",", "", "grant", "/auth_methods/3/grant/token_url"},
    {"an_unknown_client_field", kTokenUrl, kTokenUrl + R"(,"client_id":"user")", "grant",
     "/auth_methods/3/grant/client_id"},
    {"a_client_secret_for_all_to_see", kTokenUrl, kTokenUrl + R"(,"client_secret":"client_id")",
     "grant", "/auth_methods/3/grant/client_secret"},
    {"a_token_that_can_not_be_revoked", R"("revocable":true)", R"("revocable":false)", "grant",
     "/auth_methods/3/grant/revoke_url"},
    {"client_credentials_that_rotate", R"("renewal":"mint_anew")", R"("renewal":"refresh_token")",
     "grant", "/auth_methods/3/grant"},
    {"a_sign_in_elsewhere", kAuthorizeUrl, R"("authorize_url":"https://login.example.org/a")",
     "grant", "/auth_methods/4/grant/authorize_url"},
    {"an_issuer_that_nobody_named", kAuthorizeUrl, kAuthorizeUrl + R"(,"issuer_required":true)",
     "grant", "/auth_methods/4/grant/issuer_required"},
    {"an_issuer_without_a_sign_in", kTokenUrl, kTokenUrl + R"(,"issuer_required":true)", "grant",
     "/auth_methods/3/grant"},
    {"no_sign_in", kAuthorizeUrl + ",", "", "grant", "/auth_methods/4/grant/authorize_url"},
    {"a_person_minted_anew", R"("renewal":"rotating")", R"("renewal":"mint_anew")", "grant",
     "/auth_methods/4/grant"},
    {"a_custom_grant", R"("grant_type":"api_key")", R"("grant_type":"custom")", "grant",
     "/auth_methods/0/grant"},
};

INSTANTIATE_TEST_SUITE_P(With, BrokenGrant, testing::ValuesIn(kFaults),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace patchbay::manifest
