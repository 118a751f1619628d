#include <gtest/gtest.h>

#include "base/json.h"
#include "manifest/input_schema.h"
#include "manifest/parse.h"
#include "manifest_fixture.h"

namespace patchbay::manifest {
namespace {

TEST(ManifestParse, AcceptsTheSmallManifest) {
  const auto outcome = parse_manifest(small_manifest());
  EXPECT_EQ(outcome.problems, Problems{});
  ASSERT_TRUE(outcome.ok());
  EXPECT_EQ(outcome.manifest->id, "acme");
}

// One fault each: exactly this rule, at exactly this place, and nothing else.
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

class BrokenManifest : public testing::TestWithParam<Fault> {};

TEST_P(BrokenManifest, IsRefusedForThatReasonAlone) {
  const Fault& fault = GetParam();
  const auto outcome = parse_manifest(replaced(small_manifest(), fault.from, fault.to));
  EXPECT_FALSE(outcome.ok());
  ASSERT_EQ(outcome.problems.size(), 1U) << testing::PrintToString(outcome.problems);
  const Problem& problem = outcome.problems.front();
  EXPECT_EQ(problem.rule, fault.rule) << problem;
  EXPECT_EQ(problem.pointer, fault.pointer) << problem;
  EXPECT_TRUE(problem.message.ends_with('.')) << problem;
}

const std::string kRect = "<rect width='8' height='8' fill='#123'/>";
const std::string kQuery = R"([{"name":"team","input":"team"})";
const std::string kAuth = R"("kind":"bearer","value":{"token":"main"})";
const std::string kTeam = R"("team":{"type":"string"})";
const std::string kListInput = R"("input":{"type":"object","additionalProperties":false,)";
const std::string kPeopleScopes = R"("scopes":["p:read","people.read"])";

const Fault kFaults[] = {
    // JSON and shape
    {"not_json", "{\n\"format\"", "{\n\"format", "json", ""},
    {"a_key_twice", R"("categories":["hris"])", R"("categories":["hris"],"categories":[])", "json",
     ""},
    {"another_format", "patchbay-manifest/1", "patchbay-manifest/2", "schema", "/format"},
    {"a_missing_member", R"("version":"1.2.3",)", "", "schema", ""},
    {"an_unknown_member", R"("categories":["hris"])", R"("script":"x")", "schema", ""},
    {"a_wrong_type", R"("required":true,"format")", R"("required":"yes","format")", "schema",
     "/auth_methods/0/fields/0/required"},
    {"an_unknown_field_type", R"("id":"tax_id","type":"text")", R"("id":"tax_id","type":"file")",
     "schema", "/auth_methods/0/fields/2/type"},
    {"an_endless_text", "All of Acme.", std::string(5000, 'x'), "schema", "/texts/en/summary"},
    {"too_many_methods", R"("methods":["GET","DELETE"])", R"("methods":["TRACE"])", "schema",
     "/hosts/1/methods/0"},
    // characters
    {"a_bidi_override", "All of Acme.", "All\xE2\x80\xAE of Acme.", "unsafe_character",
     "/texts/en/summary"},
    {"a_zero_width_space", "All of Acme.", "All\xE2\x80\x8B of Acme.", "unsafe_character",
     "/texts/en/summary"},
    {"a_control_character", "All of Acme.", "All\\u0007 of Acme.", "unsafe_character",
     "/texts/en/summary"},
    {"a_bidi_override_in_a_key", R"("variables":{"zone")", "\"variables\":{\"zo\xE2\x80\xAEne\"",
     "unsafe_character", "/auth_methods/0/environments/0/variables"},
    // identity
    {"an_id_with_capitals", R"("id":"all")", R"("id":"All")", "id_shape", "/rate_limits/0"},
    {"a_category_with_blanks", R"(["hris"])", R"(["human resources"])", "id_shape",
     "/categories/0"},
    {"a_tag_with_capitals", R"("tags":["people"])", R"("tags":["People"])", "id_shape",
     "/actions/0/tags/0"},
    {"no_version", "1.2.3", "1.2.x", "version_shape", "/version"},
    {"a_script_link", "https://docs.acme.example/api", "javascript:alert(1)//", "link",
     "/documentation"},
    {"a_plain_http_link", "https://docs.acme.example/api", "http://docs.acme.example/api", "link",
     "/documentation"},
    {"a_guide_link_with_a_user", "https://docs.acme.example/keys",
     "https://acme.example@evil.example/", "link", "/auth_methods/0/guide/sections/0/links/0/url"},
    // logo
    {"a_script_in_the_logo", kRect, "<script>alert(1)</script>", "logo", "/logo/svg"},
    {"an_event_in_the_logo", kRect, "<rect onload='alert(1)'/>", "logo", "/logo/svg"},
    {"an_outside_reference_in_the_logo", kRect, "<rect fill='url(https://evil.example/x)'/>",
     "logo", "/logo/svg"},
    {"an_image_in_the_logo", kRect, "<image href='https://evil.example/x'/>", "logo", "/logo/svg"},
    {"a_doctype_in_the_logo", "<svg xmlns", "<!DOCTYPE svg><svg xmlns", "logo", "/logo/svg"},
    {"a_png_that_is_none", "\"svg\":\"<svg", "\"png_base64\":\"<svg", "logo", "/logo/png_base64"},
    // permissions and grants
    {"a_permission_twice", R"("id":"sites")", R"("id":"people")", "id_twice", "/permissions/1"},
    {"a_permission_without_sides", R"("read":{"scopes":["sites"],"confirmed":false})",
     R"("description":"sites")", "permission_empty", "/permissions/1"},
    {"a_scope_with_a_blank", R"("people.read")", R"("people read")", "scope_shape",
     "/permissions/0/read"},
    {"a_probe_that_deletes", kPeopleScopes,
     kPeopleScopes + R"(,"probe":{"action":"acme_delete_person"})", "probe",
     "/permissions/0/read/probe"},
    {"a_probe_of_an_unknown_action", kPeopleScopes,
     kPeopleScopes + R"(,"probe":{"action":"acme_gone"})", "probe", "/permissions/0/read/probe"},
    {"a_probe_that_needs_another_permission", R"("confirmed":false)",
     R"("confirmed":false,"probe":{"action":"acme_list_people"})", "probe",
     "/permissions/1/read/probe"},
    {"a_probe_with_a_wrong_input", kPeopleScopes,
     kPeopleScopes + R"(,"probe":{"action":"acme_list_people","input":{"team":5}})", "probe",
     "/permissions/0/read/probe"},
    {"a_probe_of_writing", R"("write":{)", R"("write":{"probe":{"action":"acme_list_people"},)",
     "probe", "/permissions/0/write/probe"},
    {"a_guide_with_an_unknown_grant", R"("applicable_scopes":["people:read"])",
     R"("applicable_scopes":["pets:read"])", "grant_unknown",
     "/auth_methods/0/guide/sections/0/steps/0/applicable_scopes/0"},
    {"a_grant_the_provider_lacks", R"("permissions":["people:read"])",
     R"("permissions":["sites:write"])", "grant_unknown", "/actions/0/permissions/0"},
    {"a_star_outside_the_guide", R"("permissions":["people:read"])", R"("permissions":["*"])",
     "grant_unknown", "/actions/0/permissions/0"},
    // fields
    {"a_field_twice", R"("id":"tax_id")", R"("id":"company")", "id_twice",
     "/auth_methods/0/fields/2"},
    {"a_field_of_the_hub", R"("id":"tax_id")", R"("id":"patchbay_csrf")", "id_reserved",
     "/auth_methods/0/fields/2"},
    {"a_pattern_with_look_ahead", "[0-9]{4}", "(?=x)[0-9]{4}", "pattern",
     "/auth_methods/0/fields/2/pattern"},
    {"a_pattern_that_explodes", "[0-9]{4}", "((((a{100}){100}){100}){100})", "pattern",
     "/auth_methods/0/fields/2/pattern"},
    {"a_pattern_without_its_error", R"("pattern_error":"tax_error",)", "", "field_shape",
     "/auth_methods/0/fields/2"},
    {"a_select_without_options",
     R"("default":"eu","options":[{"value":"eu","label":"eu"},{"value":"us","label":"us"}])",
     R"("max_length":9)", "field_options", "/auth_methods/0/fields/1"},
    {"an_option_twice", R"({"value":"eu","label":"eu"},)",
     R"({"value":"us","label":"us"},{"value":"eu","label":"eu"},)", "option_twice",
     "/auth_methods/0/fields/1/options/2"},
    {"a_default_that_is_no_option", R"("default":"eu")", R"("default":"fr")", "field_default",
     "/auth_methods/0/fields/1/default"},
    {"an_open_password", R"("label":"secret","required":true)",
     R"("label":"secret","required":true,"secret":false)", "field_secret",
     "/auth_methods/0/fields/3"},
    {"a_secret_with_a_default", R"("label":"secret","required":true)",
     R"("label":"secret","default":"hunter2")", "field_secret", "/auth_methods/0/fields/3"},
    {"a_secret_that_names_the_account", R"("label":"secret","required":true)",
     R"("label":"secret","identifies_account":true)", "field_secret", "/auth_methods/0/fields/3"},
    {"visibility_by_a_later_field", R"("visible_when":{"field":"region")",
     R"("visible_when":{"field":"secret")", "visible_when",
     "/auth_methods/0/fields/2/visible_when/field"},
    {"visibility_by_no_option", R"("values":["us"])", R"("values":["fr"])", "visible_when",
     "/auth_methods/0/fields/2/visible_when/values/0"},
    // authorisation
    {"authorisation_by_an_unknown_token", R"("value":{"token":"main"})",
     R"("value":{"token":"other"})", "token_unknown", "/auth_methods/0/authorization/0/value"},
    {"authorisation_by_an_unknown_field", R"("value":{"token":"main"})",
     R"("value":{"field":"key"})", "field_unknown", "/auth_methods/0/authorization/0/value"},
    {"a_header_without_a_name", kAuth, R"("kind":"header","value":{"token":"main"})",
     "authorization", "/auth_methods/0/authorization/0"},
    {"basic_without_a_user", kAuth, R"("kind":"basic","value":{"token":"main"})", "authorization",
     "/auth_methods/0/authorization/0"},
    {"a_token_in_the_host_header", kAuth,
     R"("kind":"header","name":"Host","value":{"token":"main"})", "header_name",
     "/auth_methods/0/authorization/0/name"},
    {"grace_without_rotation", R"("renewal":"mint_anew")",
     R"("renewal":"mint_anew","rotation_grace_s":60)", "rotation_grace",
     "/auth_methods/0/rotation_grace_s"},
    {"an_environment_twice", R"("variables":{"zone":"z1"}})",
     R"("variables":{"zone":"z1"}},{"id":"production","label":"production","variables":{"zone":"z2"}})",
     "id_twice", "/auth_methods/0/environments/1"},
    // hosts
    {"a_host_placeholder_nobody_fills", R"("variables":{"zone":"z1"})", R"("variables":{})",
     "host_placeholder", "/hosts/0/host"},
    {"a_host_variable_that_leaves_its_label", R"("variables":{"zone":"z1"})",
     R"("variables":{"zone":"evil.example/"})", "host_placeholder", "/hosts/0/host"},
    {"a_host_from_an_unchecked_field",
     R"("label":"company","required":true,"format":"host_label","pattern_error":"company_error")",
     R"("label":"company","required":true)", "host_field", "/hosts/0/host"},
    {"a_host_from_an_optional_field", R"("required":true,"format":"host_label")",
     R"("format":"host_label")", "host_field", "/hosts/0/host"},
    {"an_address_as_host", R"({"host":"api.acme.example","methods":["GET","DELETE"]})",
     R"({"host":"api.acme.example","methods":["GET","DELETE"]},{"host":"127.0.0.1"})", "host_shape",
     "/hosts/2/host"},
    {"a_host_open_to_any_name", R"({"host":"api.acme.example","methods":["GET","DELETE"]})",
     R"({"host":"api.acme.example","methods":["GET","DELETE"]},{"host":"{company}.example"})",
     "host_shape", "/hosts/2/host"},
    {"a_host_with_a_port", R"({"host":"api.acme.example","methods":["GET","DELETE"]})",
     R"({"host":"api.acme.example","methods":["GET","DELETE"]},{"host":"b.acme.example:8443"})",
     "host_shape", "/hosts/2/host"},
    {"a_host_twice", R"({"host":"api.acme.example","methods":["GET","DELETE"]})",
     R"({"host":"api.acme.example","methods":["GET","DELETE"]},{"host":"api.acme.example"})",
     "host_twice", "/hosts/2/host"},
    {"a_sign_in_page_at_an_address", R"("guide":{"warning")",
     R"("sign_in_hosts":["127.0.0.1"],"guide":{"warning")", "host_shape",
     "/auth_methods/0/sign_in_hosts/0"},
    {"a_sign_in_page_open_to_any_name", R"("guide":{"warning")",
     R"("sign_in_hosts":["{company}.example"],"guide":{"warning")", "host_shape",
     "/auth_methods/0/sign_in_hosts/0"},
    {"a_sign_in_page_nobody_fills_in", R"("guide":{"warning")",
     R"("sign_in_hosts":["{team}.acme.example"],"guide":{"warning")", "host_placeholder",
     "/auth_methods/0/sign_in_hosts/0"},
    {"a_code_grant_without_a_sign_in_page", R"("grant_type":"client_credentials")",
     R"("grant_type":"authorization_code")", "sign_in_host", "/auth_methods/0/sign_in_hosts"},
    {"a_further_field_of_the_first_form", R"("guide":{"warning")",
     R"("further_fields":[{"id":"secret","type":"text","label":"secret"}],"guide":{"warning")",
     "id_twice", "/auth_methods/0/further_fields/0"},
    {"a_rate_limit_for_no_path", R"("paths":["/v1/*"])", R"("paths":["v1"])", "path_shape",
     "/rate_limits/0/paths/0"},
    // events
    {"a_secret_in_a_header_of_the_hosts", R"("rate_limits":)",
     R"("inbound_events":{"secret_header":"Host","type":"/t"},"rate_limits":)", "header_name",
     "/inbound_events/secret_header"},
    {"an_event_whose_type_is_nowhere", R"("rate_limits":)",
     R"("inbound_events":{"secret_header":"X-Secret","type":"t"},"rate_limits":)", "inbound_events",
     "/inbound_events"},
    // actions
    {"an_action_of_another_provider", "acme_mend", "other_mend", "action_prefix", "/actions/3/id"},
    {"an_action_to_an_undeclared_host", R"("host":"api.acme.example","path":"/v1/people",)",
     R"("host":"evil.example","path":"/v1/people",)", "url_not_covered", "/actions/0/request"},
    {"an_action_with_an_undeclared_method", R"("methods":["GET","DELETE"])",
     R"("methods":["DELETE"])", "url_not_covered", "/actions/0/request"},
    {"an_action_with_an_unknown_token", R"("path":"/data"},"token":"main")",
     R"("path":"/data"},"token":"v9")", "token_unknown", "/actions/0/token"},
    {"an_action_without_a_token", R"("path":"/data"},"token":"main",)", R"("path":"/data"},)",
     "token_missing", "/actions/0"},
    {"a_path_with_dot_segments", R"("path":"/v1/people",)", R"("path":"/v1/../people",)",
     "path_shape", "/actions/0/request/path"},
    {"a_path_with_a_query", R"("path":"/v1/people",)", R"("path":"/v1/people?all=1",)",
     "path_shape", "/actions/0/request/path"},
    {"a_path_with_an_optional_input", R"("required":["person_id"],)", "", "path_input",
     "/actions/1/request/path"},
    {"a_path_with_a_list", R"("person_id":{"type":"string"})", R"("person_id":{"type":"array"})",
     "path_input", "/actions/1/request/path"},
    {"a_query_with_an_unknown_input", R"({"name":"team","input":"team"})",
     R"({"name":"team","input":"team"},{"name":"x","input":"x"})", "input_unknown",
     "/actions/0/request/query/1"},
    {"a_query_with_an_object", kTeam, R"("team":{"type":"object"})", "input_type",
     "/actions/0/request/query/0"},
    {"a_parameter_from_nowhere", kQuery, R"([{"name":"x"},{"name":"team","input":"team"})",
     "parameter", "/actions/0/request/query/0"},
    {"an_input_nobody_uses", kTeam, R"("team":{"type":"string"},"spare":{"type":"string"})",
     "input_unused", "/actions/0/input/properties/spare"},
    {"an_input_named_like_the_hosts", kTeam,
     R"("team":{"type":"string"},"cursor":{"type":"string"})", "reserved_input",
     "/actions/0/input/properties/cursor"},
    {"an_authorization_header", R"({"name":"Beta","constant":"true"})",
     R"({"name":"Authorization","constant":"Bearer x"})", "header_name",
     "/actions/0/request/headers/0/name"},
    {"a_header_with_a_line_break", R"({"name":"Beta","constant":"true"})",
     R"({"name":"Beta: 1","constant":"true"})", "header_name", "/actions/0/request/headers/0/name"},
    {"a_get_with_a_body", R"("headers":[{"name":"Beta","constant":"true"}])",
     R"("body":{"kind":"json"})", "body", "/actions/0/request/body"},
    {"a_file_in_the_query", R"({"name":"team","input":"team"})",
     R"({"name":"team","input":"team"},{"name":"f","constant":"x","file":true})", "parameter",
     "/actions/0/request/query/1"},
    {"a_page_size_set_twice", R"({"name":"team","input":"team"})",
     R"({"name":"team","input":"team"},{"name":"limit","constant":"5"})", "pagination",
     "/actions/0/request/query"},
    {"pagination_without_its_path", R"("next_path":"/next",)", "", "pagination",
     "/actions/0/pagination"},
    {"pages_of_no_list", R"("result":{"kind":"list","path":"/data"})",
     R"("result":{"kind":"object","path":"/data"})", "pagination", "/actions/0/result"},
    {"a_result_path_that_is_no_pointer", R"("path":"/data")", R"("path":"data")", "result",
     "/actions/0/result"},
    {"a_delete_that_seems_harmless", R"("hints":{"destructive":true})", R"("hints":{})", "hints",
     "/actions/1/hints"},
    {"a_reader_that_deletes", R"("read_only":true,)", R"("read_only":true,"destructive":true,)",
     "hints", "/actions/0/hints"},
    {"a_connector_action_with_a_token", R"("handler":"connector",)",
     R"("handler":"connector","token":"main",)", "handler", "/actions/3"},
    {"an_action_that_does_nothing", R"("handler":"connector",)", "", "handler", "/actions/3"},
    {"a_reference_in_an_input_schema", kTeam, R"("team":{"type":"string","$ref":"#"})",
     "input_schema_keyword", "/actions/0/input/properties/team/$ref"},
    {"an_example_that_its_schema_refuses", kListInput,
     kListInput + R"("examples":[{},{"team":5}],)", "input_example",
     "/actions/0/input/examples/1/team"},
    {"an_example_that_is_no_list", kListInput, kListInput + R"("examples":{},)", "input_example",
     "/actions/0/input/examples"},
    {"an_input_that_is_no_object", R"("input":{"type":"object"},"permissions":[])",
     R"("input":{"type":"array"},"permissions":[])", "input_schema", "/actions/3/input"},
    // texts
    {"a_text_that_is_not_there", R"("name":"name")", R"("name":"title")", "text_missing", "/name"},
    {"a_text_without_german", R"("summary":"Ganz Acme.",)", "", "text_untranslated", "/texts/de"},
    {"a_text_without_english", R"("summary":"Ganz Acme.")", R"("summary":"Ganz Acme.","neu":"x")",
     "text_not_english", "/texts/de/neu"},
    {"other_placeholders_in_german", "{host} ist weg.", "{wirt} ist weg.",
     "text_placeholder_differs", "/texts/de/error.away"},
    {"an_open_brace", "All of Acme.", "All {of Acme.", "text_placeholder", "/texts/en/summary"},
    {"a_placeholder_in_a_label", "All of Acme.", "All of {host}.", "text_placeholder",
     "/texts/en/summary"},
    {"html_in_a_text", "All of Acme.", "<b>All</b> of Acme.", "text_markup", "/texts/en/summary"},
    {"bold_without_an_end", "All of Acme.", "All **of Acme.", "text_markup", "/texts/en/summary"},
    {"a_script_link_in_a_text", "https://docs.acme.example/)", "javascript:alert(1))",
     "text_markup", "/texts/en/section_text"},
    {"a_link_in_bold", "[the page](https://docs.acme.example/)",
     "**[the page](https://docs.acme.example/)**", "text_markup", "/texts/en/section_text"},
    {"a_text_id_with_blanks", R"("error.away":"{host} is)",
     R"("error away":"","error.away":"{host} is)", "schema", "/texts/en/error away"},
    {"no_language_at_all", R"("de":{"name")", R"("deutsch":{"name")", "language_tag",
     "/texts/deutsch"},
};

INSTANTIATE_TEST_SUITE_P(ManifestParse, BrokenManifest, testing::ValuesIn(kFaults),
                         [](const auto& fault) { return std::string(fault.param.name); });

TEST(ManifestParse, TakesALinksPathForLinksAlone) {
  const auto with = [](const std::string& pagination) {
    return parse_manifest(
        replaced(small_manifest(), R"("kind":"cursor_link","next_path":"/next")", pagination));
  };
  EXPECT_TRUE(
      with(R"("kind":"cursor_link","next_path":"/next","link_path":"/v1/more/{page}")").ok());
  for (const char* wrong :
       {R"("kind":"cursor_link","next_path":"/next","link_path":"more")",
        R"("kind":"cursor_link","next_path":"/next","link_path":"/v1/../{page}")",
        R"("kind":"cursor_link","next_path":"/next","cursor_param":"c")",
        R"("kind":"cursor_link","next_path":"/next","cursor_param":"/v1/more")",
        R"("kind":"cursor","next_path":"/next","cursor_param":"c","link_path":"/v1/more")"}) {
    const auto outcome = with(wrong);
    ASSERT_FALSE(outcome.ok()) << wrong;
    EXPECT_EQ(outcome.problems.front().rule, "pagination") << wrong;
  }
}

// A manifest whose hosts hold `rule`, with a fact `instance`.
std::string with_told_host(const std::string& rule) {
  return replaced(replaced(small_manifest(), R"("permissions":[)",
                           R"("facts":[{"id":"instance","label":"company"}],"permissions":[)"),
                  R"("hosts":[)", R"("hosts":[)" + rule + ",");
}

TEST(ManifestParse, TakesAHostThatTheProviderTells) {
  const auto outcome = parse_manifest(with_told_host(
      R"({"host":"{instance}","within":["*.my.acme.example","*.acme.example"],"methods":["GET"]})"));
  ASSERT_TRUE(outcome.ok()) << testing::PrintToString(outcome.problems);
  const HostRule& rule = outcome.manifest->hosts.front();
  EXPECT_TRUE(rule.is_told());
  EXPECT_EQ(rule.patterns(), (std::vector<std::string>{"*.my.acme.example", "*.acme.example"}));
  EXPECT_EQ(outcome.manifest->hosts.back().patterns(),
            std::vector<std::string>{"api.acme.example"});
}

TEST(ManifestParse, RefusesAToldHostThatCouldBeSteered) {
  const std::string good = R"({"host":"{instance}","within":["*.my.acme.example"]})";
  const std::pair<std::string, std::string> rows[] = {
      {with_told_host(R"({"host":"{instance}"})"), "host_shape"},
      {with_told_host(R"({"host":"{instance}","within":[]})"), "schema"},
      {with_told_host(R"({"host":"{nobody}","within":["*.my.acme.example"]})"), "told_host"},
      {with_told_host(R"({"host":"x.acme.example","within":["*.my.acme.example"]})"), "told_host"},
      {with_told_host(R"({"host":"{instance}.acme.example","within":["*.acme.example"]})"),
       "told_host"},
      {with_told_host(R"({"host":"{instance}","port":8443,"within":["*.my.acme.example"]})"),
       "told_host"},
      {with_told_host(R"({"host":"{instance}","within":["*.example"]})"), "told_host"},
      {with_told_host(R"({"host":"{instance}","within":["*"]})"), "told_host"},
      {with_told_host(R"({"host":"{instance}","within":["*.MY.acme.example"]})"), "told_host"},
      {with_told_host(good + "," + good), "host_twice"},
      // what a person, an operator or an environment fills in
      {replaced(with_told_host(good), R"({"id":"region","type":"select")",
                R"({"id":"instance","type":"select")"),
       "told_host"},
      {replaced(with_told_host(good), R"("variables":{"zone":"z1")",
                R"("variables":{"instance":"z1","zone":"z1")"),
       "told_host"},
      {replaced(with_told_host(good), R"("guide":{"warning")",
                R"("sign_in_hosts":["{instance}"],"guide":{"warning")"),
       "host_shape"},
  };
  for (const auto& [manifest, rule] : rows) {
    const auto outcome = parse_manifest(manifest);
    EXPECT_FALSE(outcome.ok()) << manifest.substr(manifest.find("\"hosts\""), 120);
    EXPECT_TRUE(
        std::ranges::any_of(outcome.problems, [&](const Problem& p) { return p.rule == rule; }))
        << rule << ": " << testing::PrintToString(outcome.problems);
  }
}

TEST(ManifestParse, KeepsTheHubsOwnNameForTheHub) {
  const auto outcome =
      parse_manifest(replaced(small_manifest(), R"("id":"acme",)", R"("id":"patchbay",)"));
  ASSERT_FALSE(outcome.ok());
  EXPECT_EQ(outcome.problems[0].pointer, "/id");
}

TEST(ManifestParse, ReportsEveryFaultAtOnce) {
  std::string text = replaced(small_manifest(), "1.2.3", "1.2.x");
  text = replaced(text, "acme_mend", "other_mend");
  text = replaced(text, R"("id":"sites")", R"("id":"people")");
  const auto outcome = parse_manifest(text);
  EXPECT_EQ(outcome.problems.size(), 3U) << testing::PrintToString(outcome.problems);
}

TEST(ManifestParse, BoundsSizeDepthCountsAndReports) {
  EXPECT_EQ(parse_manifest(std::string(max_manifest_bytes + 1, ' ')).problems[0].rule, "json");
  EXPECT_EQ(parse_manifest(std::string(100'000, '[')).problems[0].rule, "json");

  std::string many = "{\"categories\":[";
  for (int i = 0; i < 200'001; ++i) many += "0,";
  EXPECT_EQ(parse_manifest(many + "0]}").problems[0].rule, "too_many_values");

  std::string patterns = "{\"categories\":[";
  for (int i = 0; i < 2'001; ++i) patterns += R"({"pattern":"x"},)";
  EXPECT_EQ(parse_manifest(patterns + "0]}").problems[0].rule, "too_many_values");

  std::string faulty = "{\"categories\":[";
  for (int i = 0; i < 10'000; ++i) faulty += "0,";
  EXPECT_EQ(parse_manifest(faulty + "0]}").problems.size(), 200U);
}

TEST(ManifestParse, RefusesWhatIsNoObject) {
  for (const char* text : {"", "null", "[]", "1", "\"x\"", "{}", "{\"texts\":{}}"})
    EXPECT_FALSE(parse_manifest(text).ok()) << text;
}

TEST(ManifestParse, ReadsEveryPart) {
  const auto manifest = parse_manifest(small_manifest()).manifest;
  ASSERT_NE(manifest, nullptr);
  const AuthMethod& method = manifest->auth_methods.at(0);
  EXPECT_EQ(method.renewal, Renewal::kMintAnew);
  EXPECT_TRUE(method.find_field("secret")->secret);
  EXPECT_EQ(method.find_field("tax_id")->visible_when->values, std::vector<std::string>{"us"});
  EXPECT_EQ(method.find_environment("production")->variables.at("zone"), "z1");
  EXPECT_EQ(method.find_token("main")->lifetime_s, 3600U);
  EXPECT_EQ(method.find_authorization("main")->value.name, "main");
  const GuideSection& section = method.guide.sections.at(0);
  EXPECT_TRUE(section.hide_when_white_labelled);
  EXPECT_EQ(section.steps.at(0).display_scopes.size(), 3U);  // "*" is every grant
  EXPECT_EQ(manifest->hosts.at(1).methods, (std::vector<std::string>{"GET", "DELETE"}));
  EXPECT_EQ(manifest->rate_limits.at(0).requests, 10U);
  const Action* list = manifest->find_action("acme_list_people");
  EXPECT_EQ(list->pagination.kind, PaginationKind::kCursorLink);
  EXPECT_EQ(list->query.at(1).style, ArrayStyle::kComma);
  EXPECT_EQ(list->headers.at(0).constant, "true");
  EXPECT_TRUE(list->read_only);
  EXPECT_TRUE(manifest->find_action("acme_upload")->body.parameters.at(1).file);
  EXPECT_EQ(manifest->find_action("acme_mend")->handler, Handler::kConnector);
  EXPECT_TRUE(manifest->logo.data_uri().starts_with("data:image/svg+xml;base64,PHN2Zy"));
}

TEST(ManifestParse, AuthorisesWithHeadersBesideTheCredential) {
  const auto rules = [](const std::string& headers) {
    std::set<std::string> names;
    const auto outcome =
        parse_manifest(replaced(small_manifest(), R"("value":{"token":"main"}}])",
                                R"("value":{"token":"main"},"headers":[)" + headers + "]}]"));
    for (const auto& problem : outcome.problems) names.insert(problem.rule);
    return names;
  };
  using Names = std::set<std::string>;
  EXPECT_EQ(rules(R"({"name":"X-Company","value":{"field":"company"}})"), Names{});
  EXPECT_EQ(rules(R"({"name":"X-Company","value":{"field":"colour"}})"), Names{"field_unknown"});
  for (const char* name : {"Authorization", "Host", "X Company"})
    EXPECT_EQ(rules(R"({"name":")" + std::string(name) + R"(","value":{"field":"company"}})"),
              Names{"header_name"})
        << name;
  EXPECT_EQ(rules(R"({"name":"X-A","value":{"field":"company"}},)"
                  R"({"name":"x-a","value":{"field":"company"}})"),
            Names{"header_name"});
}

TEST(ManifestParse, ShowsAGuidesSectionForFieldsThatThereAre) {
  const auto outcome = parse_manifest(
      replaced(small_manifest(), R"("white_label":"hide")", R"("applicable_fields":["colour"])"));
  ASSERT_EQ(outcome.problems.size(), 1U);
  EXPECT_EQ(outcome.problems[0].rule, "field_unknown");
}

TEST(ManifestParse, GivesEveryPagedActionTheHostsTwoInputs) {
  const auto manifest = parse_manifest(small_manifest()).manifest;
  ASSERT_NE(manifest, nullptr);
  const Action* list = manifest->find_action("acme_list_people");
  const auto check = [list](const char* input) {
    const auto document = json::Document::parse(input);
    return list->input->check(document->root()).size();
  };
  EXPECT_EQ(check(R"({"page_size":50,"cursor":"abc","team":"x"})"), 0U);
  EXPECT_EQ(check(R"({"page_size":51})"), 1U);
  EXPECT_EQ(check(R"({"colour":"red"})"), 1U);
  EXPECT_NE(list->input_schema.find("page_size"), std::string::npos);
  EXPECT_FALSE(manifest->find_action("acme_delete_person")->input->has_property("cursor"));
}

TEST(ManifestParse, ListsTheBoxesToTick) {
  const auto manifest = parse_manifest(small_manifest()).manifest;
  ASSERT_NE(manifest, nullptr);
  const PermissionRef read{"people", Access::kRead};
  const PermissionRef write{"people", Access::kWrite};
  EXPECT_EQ(manifest->required_permissions(), std::vector{read});
  EXPECT_EQ(manifest->needed_permissions({"acme_delete_person", "acme_upload", "unknown"}),
            (std::vector{read, write}));
}

TEST(ManifestPermission, MayNameAProbe) {
  const auto outcome = parse_manifest(replaced(
      small_manifest(), kPeopleScopes,
      kPeopleScopes + R"(,"probe":{"action":"acme_list_people","input":{"team":"x"},)"
                      R"("refused_with":[400,403],"reach":{"label":"people","name":"/name"}})"));
  ASSERT_NE(outcome.manifest, nullptr) << testing::PrintToString(outcome.problems);
  const auto& probe = outcome.manifest->find_permission("people")->read.probe;
  ASSERT_TRUE(probe);
  EXPECT_EQ(probe->action_id, "acme_list_people");
  EXPECT_EQ(probe->input, R"({"team":"x"})");
  EXPECT_EQ(probe->refusals, (std::vector{400U, 403U}));
  EXPECT_EQ(probe->name_path, "/name");
  EXPECT_FALSE(outcome.manifest->find_permission("sites")->read.probe);
}

TEST(ManifestPermission, IsProvedByAnyOfItsScopes) {
  const PermissionSide known{true, true, {"p:read", "people.read"}, true, {}};
  EXPECT_EQ(granted(known, {"x", "people.read"}), Granted::kYes);
  EXPECT_EQ(granted(known, {"x"}), Granted::kNo);
  const PermissionSide guessed{true, false, {"sites"}, false, {}};
  EXPECT_EQ(granted(guessed, {"sites"}), Granted::kYes);
  EXPECT_EQ(granted(guessed, {"x"}), Granted::kUnknown);
  EXPECT_EQ(granted(PermissionSide{true, false, {}, true, {}}, {"x"}), Granted::kUnknown);
}

TEST(ManifestPermission, IsWrittenAsIdAndAccess) {
  EXPECT_EQ(PermissionRef::parse("people:write")->to_string(), "people:write");
  for (const char* text : {"", "people", ":read", "people:", "people:admin", "a:b:read"})
    EXPECT_FALSE(PermissionRef::parse(text)) << text;
}

}  // namespace
}  // namespace patchbay::manifest
