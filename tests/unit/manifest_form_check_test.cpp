#include <gtest/gtest.h>

#include "manifest/form_check.h"
#include "manifest/parse.h"
#include "manifest_fixture.h"

namespace patchbay::manifest {
namespace {

using Kind = FieldProblem::Kind;

std::vector<Field> form() {
  return parse_manifest(small_manifest()).manifest->auth_methods[0].fields;
}

FormView good() {
  return {{"company", "acme"}, {"region", "eu"}, {"secret", "s3cret"}};
}

std::vector<FieldProblem> with(std::string_view field, std::string_view value) {
  FormView values = good();
  values[std::string(field)] = value;
  return check_form(form(), values);
}

TEST(ManifestFormCheck, PassesWhatFits) {
  EXPECT_TRUE(check_form(form(), good()).empty());
}

TEST(ManifestFormCheck, WantsFieldsTogetherThatAuthoriseTogether) {
  const auto parsed = parse_manifest(
      replaced(replaced(small_manifest(),
                        R"({"id":"secret","type":"password","label":"secret","required":true})",
                        R"({"id":"secret","type":"password","label":"secret"},)"
                        R"({"id":"number","type":"text","label":"tax"})"),
               R"("value":{"token":"main"}}])",
               R"("value":{"field":"secret"},)"
               R"("headers":[{"name":"X-Number","value":{"field":"number"}}]}])"));
  ASSERT_TRUE(parsed.manifest) << testing::PrintToString(parsed.problems);
  const AuthMethod& method = parsed.manifest->auth_methods[0];
  const auto problems = [&](std::string_view secret, std::string_view number) {
    return check_form(method,
                      FormView{{"company", "acme"}, {"secret", secret}, {"number", number}});
  };
  EXPECT_TRUE(problems("", " ").empty());
  EXPECT_TRUE(problems("s3cret", "7").empty());
  EXPECT_EQ(problems("s3cret", " "), (std::vector<FieldProblem>{{"number", Kind::kRequired, ""}}));
  EXPECT_EQ(problems("", "7"), (std::vector<FieldProblem>{{"secret", Kind::kRequired, ""}}));
}

TEST(ManifestFormCheck, NamesEveryMissingFieldInFormOrder) {
  const std::vector<FieldProblem> expected{{"company", Kind::kRequired, ""},
                                           {"secret", Kind::kRequired, ""}};
  EXPECT_EQ(check_form(form(), FormView{}), expected);
  EXPECT_EQ(check_form(form(), FormView{{"company", "  \n"}, {"secret", "\t"}}), expected);
}

TEST(ManifestFormCheck, PointsToTheManifestsOwnErrorText) {
  const std::vector<FieldProblem> expected{{"company", Kind::kPattern, "company_error"}};
  EXPECT_EQ(with("company", "acme.evil.example"), expected);
  EXPECT_EQ(with("company", "-acme"), expected);
}

TEST(ManifestFormCheck, TrimsWhatCopyingLeavesAroundAValueAndNothingInIt) {
  for (const char* blank :
       {" ", "\t", "\r\n", "\v", "\f", "\xc2\xa0", "\xe2\x80\x8b", "\xe2\x80\x8d", "\xe2\x80\xa8",
        "\xe2\x80\xaf", "\xe2\x81\xa0", "\xef\xbb\xbf"}) {
    const std::string around = std::string(blank) + " " + blank;
    EXPECT_EQ(trim(around + "a" + blank + "b" + around), "a" + std::string(blank) + "b");
    EXPECT_EQ(trim(around), "");
  }
  EXPECT_EQ(trim("\xc3\xa4"), "\xc3\xa4");
  EXPECT_EQ(trim("\xa0"), "\xa0");  // half of a character
}

TEST(ManifestFormCheck, IgnoresBlanksAroundAValue) {
  EXPECT_TRUE(with("company", " acme\r\n").empty());
}

TEST(ManifestFormCheck, KnowsItsOptions) {
  EXPECT_EQ(with("region", "mars"),
            (std::vector<FieldProblem>{{"region", Kind::kNotAnOption, ""}}));
}

TEST(ManifestFormCheck, AsksOnlyForVisibleFields) {
  EXPECT_TRUE(with("tax_id", "not four digits").empty());  // region is eu
  FormView values = good();
  values["region"] = "us";
  values["tax_id"] = "12345";  // the pattern is for the whole value
  EXPECT_EQ(check_form(form(), values),
            (std::vector<FieldProblem>{{"tax_id", Kind::kPattern, "tax_error"}}));
  values["tax_id"] = "1234";
  EXPECT_TRUE(check_form(form(), values).empty());
}

TEST(ManifestFormCheck, CountsDefaultsForVisibility) {
  const auto fields = form();
  EXPECT_FALSE(is_visible(fields[2], fields, FormView{}));  // the default is eu
  EXPECT_TRUE(is_visible(fields[2], fields, FormValues{{"region", "us"}}));
}

TEST(ManifestFormCheck, RefusesControlCharactersLongValuesAndUnknownFields) {
  EXPECT_EQ(with("secret", "a\nb")[0].kind, Kind::kControlCharacter);
  const std::string null_inside("a\0b", 3);
  EXPECT_EQ(with("secret", null_inside)[0].kind, Kind::kControlCharacter);
  const std::string endless(4097, 'x');
  EXPECT_EQ(with("secret", endless)[0].kind, Kind::kTooLong);
  EXPECT_EQ(with("colour", "red"),
            (std::vector<FieldProblem>{{"colour", Kind::kUnknownField, ""}}));
}

TEST(ManifestFormCheck, LetsTextAreasHoldLines) {
  Field area;
  area.id = "key";
  area.type = FieldType::kTextArea;
  EXPECT_TRUE(check_form({area}, FormView{{"key", "one\r\n\ttwo"}}).empty());
  EXPECT_FALSE(check_form({area}, FormView{{"key", "one\x01two"}}).empty());
}

TEST(ManifestFormCheck, KnowsItsFormats) {
  const auto fits = [](FieldFormat format, const std::string& value) {
    Field field;
    field.id = "f";
    field.format = format;
    return check_form({field}, FormView{{"f", value}}).empty();
  };
  EXPECT_TRUE(fits(FieldFormat::kEmail, "jo@acme.example"));
  for (const char* bad : {"jo", "jo@acme", "@acme.example", "a b@acme.example", "jo@a@b.example"})
    EXPECT_FALSE(fits(FieldFormat::kEmail, bad)) << bad;
  EXPECT_TRUE(fits(FieldFormat::kHttpsUrl, "https://acme.example/x?y=1"));
  EXPECT_FALSE(fits(FieldFormat::kHttpsUrl, "http://acme.example/"));
  EXPECT_TRUE(fits(FieldFormat::kUuid, "dcec6d81-8c0f-47f0-9dd8-4e59755f041a"));
  EXPECT_FALSE(fits(FieldFormat::kUuid, "dcec6d81-8c0f-47f0-9dd8-4e59755f041"));
  EXPECT_TRUE(fits(FieldFormat::kDate, "2024-02-29"));
  for (const char* bad : {"2023-02-29", "2024-13-01", "2024-00-10", "2024-1-1", "24-01-01"})
    EXPECT_FALSE(fits(FieldFormat::kDate, bad)) << bad;
}

}  // namespace
}  // namespace patchbay::manifest
