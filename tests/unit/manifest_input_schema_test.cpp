#include <gtest/gtest.h>

#include "manifest/input_schema.h"
#include "manifest_fixture.h"

namespace patchbay::manifest {
namespace {

std::shared_ptr<const InputSchema> compiled(std::string_view text, Problems& problems) {
  const auto document = json::Document::parse(text);
  if (!document) throw std::logic_error(document.error().message);
  return InputSchema::compile(document->root(), "/input", problems);
}

// Rule and pointer of everything wrong with the input.
std::vector<std::string> faults(std::string_view schema, std::string_view input) {
  Problems problems;
  const auto compiled_schema = compiled(schema, problems);
  if (compiled_schema == nullptr) throw std::logic_error(problems.at(0).message);
  const auto document = json::Document::parse(input);
  if (!document) throw std::logic_error(document.error().message);
  std::vector<std::string> found;
  for (const auto& problem : compiled_schema->check(document->root()))
    found.push_back(problem.rule + " " + problem.pointer);
  return found;
}

using Faults = std::vector<std::string>;

TEST(ManifestInputSchema, ChecksTypes) {
  EXPECT_EQ(faults(R"({"type":"string"})", "1"), Faults{"type "});
  EXPECT_EQ(faults(R"({"type":["string","null"]})", "null"), Faults{});
  EXPECT_EQ(faults(R"({"type":"integer"})", "1.5"), Faults{"type "});
  EXPECT_EQ(faults(R"({"type":"integer"})", "1.0"), Faults{});
  EXPECT_EQ(faults(R"({"type":"number"})", "1"), Faults{});
  EXPECT_EQ(faults(R"({"type":"boolean"})", "0"), Faults{"type "});
  EXPECT_EQ(faults("{}", "[1,{}]"), Faults{});
}

TEST(ManifestInputSchema, ReportsEveryFaultWithItsPlace) {
  constexpr auto kSchema = R"({"type":"object","additionalProperties":false,"required":["a","b"],
    "properties":{"a":{"type":"string","maxLength":2},"b":{"type":"integer","minimum":3},
      "c":{"type":"array","maxItems":1,"items":{"type":"object","properties":{"d~/":{"enum":["x",1]}}}}}})";
  EXPECT_EQ(faults(kSchema, R"({"a":"long","c":[{"d~/":"y"},{"d~/":1},{"d~/":2}],"e":0,"b":2})"),
            (Faults{"max_length /a", "max_items /c", "enum /c/0/d~0~1", "enum /c/2/d~0~1",
                    "unknown_property /e", "minimum /b"}));
  EXPECT_EQ(faults(kSchema, "{}"), (Faults{"required ", "required "}));
}

TEST(ManifestInputSchema, CountsCharactersAndNotBytes) {
  EXPECT_EQ(faults(R"({"maxLength":3})", R"("äöü")"), Faults{});
  EXPECT_EQ(faults(R"({"minLength":4})", R"("äöü")"), Faults{"min_length "});
}

TEST(ManifestInputSchema, FindsPatternsAnywhereUnlessAnchored) {
  EXPECT_EQ(faults(R"({"pattern":"b+"})", R"("abbc")"), Faults{});
  EXPECT_EQ(faults(R"({"pattern":"^b+$"})", R"("abbc")"), Faults{"pattern "});
  EXPECT_EQ(faults(R"({"pattern":"^\\d$"})", R"("x")"), Faults{"pattern "});
}

TEST(ManifestInputSchema, TakesAnyOfSeveralForms) {
  constexpr auto kSchema =
      R"({"anyOf":[{"type":"string"},{"type":"object","required":["id"],"properties":{"id":{"type":"integer"}}}]})";
  EXPECT_EQ(faults(kSchema, R"("x")"), Faults{});
  EXPECT_EQ(faults(kSchema, R"({"id":1})"), Faults{});
  EXPECT_EQ(faults(kSchema, R"({"id":"1"})"), Faults{"any_of "});
}

TEST(ManifestInputSchema, ChecksAdditionalProperties) {
  constexpr auto kSchema = R"({"properties":{"a":{}},"additionalProperties":{"type":"integer"}})";
  EXPECT_EQ(faults(kSchema, R"({"a":"x","b":1,"c":"y"})"), Faults{"type /c"});
}

TEST(ManifestInputSchema, ComparesEnumsByTypeAndValue) {
  EXPECT_EQ(faults(R"({"enum":[1,"2",null,true]})", "1"), Faults{});
  EXPECT_EQ(faults(R"({"enum":[1,"2",null,true]})", "1.0"), Faults{});
  EXPECT_EQ(faults(R"({"enum":[1,"2",null,true]})", "2"), Faults{"enum "});
  EXPECT_EQ(faults(R"({"enum":["[1]"]})", "[1]"), Faults{"enum "});
}

TEST(ManifestInputSchema, NeverRepeatsTheValue) {
  Problems problems;
  const auto schema = compiled(R"({"properties":{"a":{"pattern":"^x$","maxLength":1}}})", problems);
  const auto document = json::Document::parse(R"({"a":"hunter2"})");
  for (const auto& problem : schema->check(document->root()))
    EXPECT_EQ(problem.message.find("hunter2"), std::string::npos);
}

TEST(ManifestInputSchema, RefusesSchemasOutsideTheSubset) {
  const std::pair<const char*, const char*> cases[]{
      {R"({"$ref":"#"})", "input_schema_keyword"},
      {R"({"oneOf":[]})", "input_schema_keyword"},
      {R"({"const":1})", "input_schema_keyword"},
      {R"({"patternProperties":{}})", "input_schema_keyword"},
      {R"({"type":"file"})", "input_schema"},
      {R"({"type":[]})", "input_schema"},
      {R"({"properties":[]})", "input_schema"},
      {R"({"properties":{"a":1}})", "input_schema"},
      {R"({"required":["a"]})", "input_schema"},
      {R"({"items":[{}]})", "input_schema"},
      {R"({"anyOf":[]})", "input_schema"},
      {R"({"enum":[1.5]})", "input_schema"},
      {R"({"minLength":-1})", "input_schema"},
      {R"({"maximum":"1"})", "input_schema"},
      {R"j({"pattern":"(?=x)"})j", "pattern"},
      {R"({"pattern":"(a"})", "pattern"},
  };
  for (const auto& [schema, rule] : cases) {
    Problems problems;
    EXPECT_EQ(compiled(schema, problems), nullptr) << schema;
    ASSERT_EQ(problems.size(), 1U) << schema;
    EXPECT_EQ(problems[0].rule, rule) << schema;
    EXPECT_TRUE(problems[0].pointer.starts_with("/input")) << schema;
  }
}

TEST(ManifestInputSchema, AllowsSixteenLevelsAndTwoThousandNodes) {
  const auto nested = [](int levels) {
    std::string text = "{}";
    for (int i = 1; i < levels; ++i) text = R"({"items":)" + text + "}";
    Problems problems;
    return compiled(text, problems) != nullptr;
  };
  EXPECT_TRUE(nested(16));
  EXPECT_FALSE(nested(17));
  const auto wide = [](int nodes) {
    std::string text = R"({"properties":{"p":{})";
    for (int i = 2; i < nodes; ++i) text += ",\"p" + std::to_string(i) + "\":{}";
    Problems problems;
    return compiled(text + "}}", problems) != nullptr;
  };
  EXPECT_TRUE(wide(2000));
  EXPECT_FALSE(wide(2001));
}

TEST(ManifestInputSchema, StopsAtAHundredProblems) {
  std::string input = "[";
  for (int i = 0; i < 5000; ++i) input += "1,";
  EXPECT_EQ(faults(R"({"items":{"type":"string"}})", input + "1]").size(), 100U);
}

TEST(ManifestInputSchema, GivesUpOnInputMadeToBeSlow) {
  std::string forms = "[";
  for (int i = 0; i < 1900; ++i) forms += R"({"type":"string"},)";
  const std::string schema = R"({"items":{"anyOf":)" + forms + R"({"type":"integer"}]}})";
  std::string input = "[";
  for (int i = 0; i < 100'000; ++i) input += "1,";
  EXPECT_EQ(faults(schema, input + "1]"), Faults{"too_complex "});
}

TEST(ManifestInputSchema, TellsWhatItsPropertiesMayBe) {
  Problems problems;
  const auto schema = compiled(
      R"({"required":["a"],"properties":{"a":{"type":["string","integer"]},"b":{}}})", problems);
  ASSERT_NE(schema, nullptr);
  EXPECT_EQ(schema->property_types("a"), InputSchema::kString | InputSchema::kInteger);
  EXPECT_EQ(schema->property_types("b"), ~0U);
  EXPECT_EQ(schema->property_types("c"), 0U);
  EXPECT_TRUE(schema->requires_property("a"));
  EXPECT_FALSE(schema->requires_property("b"));
  EXPECT_EQ(schema->property_names(), (std::vector<std::string>{"a", "b"}));
}

}  // namespace
}  // namespace patchbay::manifest
