// What the rows of each kind of export say, and what is said about those that can't be read.
#include <gtest/gtest.h>

#include <sstream>

#include "moving/csv_rows.h"
#include "moving/nango_rows.h"
#include "moving/stackone_rows.h"

namespace patchbay::moving {
namespace {

std::unique_ptr<std::istream> stream(const std::string& text) {
  return std::make_unique<std::istringstream>(text);
}

std::vector<SourceRow> all_of(RowSource& source) {
  std::vector<SourceRow> rows;
  for (;;) {
    auto row = source.next();
    EXPECT_TRUE(row) << row.error().message;
    if (!row || !*row) return rows;
    rows.push_back(*std::move(*row));
  }
}
std::vector<SourceRow> nango(const std::string& text, NangoOwner owner = NangoOwner::kEndUser) {
  return all_of(*open_nango(stream(text), owner));
}
std::vector<SourceRow> csv(const std::string& text, const std::string& connector = "acme") {
  auto source = open_csv(stream(text), connector);
  EXPECT_TRUE(source) << source.error().message;
  return source ? all_of(**source) : std::vector<SourceRow>();
}
std::string refusal(const std::string& text, const std::string& connector = "acme") {
  const auto source = open_csv(stream(text), connector);
  return source ? "" : source.error().message;
}

// "name=value" of each field.
std::vector<std::string> fields_of(const SourceRow& row) {
  std::vector<std::string> fields;
  fields.reserve(row.fields.size());
  for (const auto& field : row.fields)
    fields.push_back(field.name + "=" + std::string(field.value.reveal()));
  return fields;
}
using Fields = std::vector<std::string>;

// ---- Nango ----

TEST(NangoRows, TokensComeWithWhatIsKnownOfThem) {
  const auto rows = nango(
      R"({"id":7,"connection_id":"c1","provider_config_key":"prod","provider":"acme","errors":[],)"
      R"("end_user":{"id":"u1","display_name":"Ada","email":"ada@example.com","organization":)"
      R"({"id":"o1","display_name":"Org"}},"metadata":{"plan":"x"},"connection_config":)"
      R"({"subdomain":"sub"},"credentials":{"type":"OAUTH2","access_token":"at","refresh_token":)"
      R"("rt","expires_at":"2026-01-31T08:00:00.000Z","raw":{"scope":"a b"}}})");
  ASSERT_EQ(rows.size(), 1U);
  const auto& row = rows.front();
  EXPECT_EQ(row.problem, "");
  EXPECT_EQ(row.id + "|" + row.provider + "|" + row.provider_kind, "c1|prod|acme");
  EXPECT_EQ(row.owner_id + "|" + row.owner_name + "|" + row.username, "u1|Ada|ada@example.com");
  EXPECT_EQ(row.metadata, R"({"plan":"x"})");
  EXPECT_EQ(fields_of(row), Fields{"subdomain=sub"});
  ASSERT_TRUE(row.tokens);
  EXPECT_EQ(row.tokens->refresh_token.reveal(), "rt");
  EXPECT_EQ(row.tokens->access_token.reveal(), "at");
  EXPECT_EQ(row.tokens->scopes, "a b");
  EXPECT_EQ(row.tokens->expires_unix_ms, 1'769'846'400'000);
}

TEST(NangoRows, EachKindOfCredentialsHasItsFields) {
  const auto of = [](const std::string& credentials) {
    const auto rows = nango(R"({"connection_id":"c","provider_config_key":"p","credentials":)" +
                            credentials + "}");
    return rows.empty() ? Fields{"no row"} : fields_of(rows.front());
  };
  EXPECT_EQ(of(R"({"type":"OAUTH2_CC","client_id":"i","client_secret":"s","token":"t"})"),
            (Fields{"client_id=i", "client_secret=s"}));
  EXPECT_EQ(of(R"({"type":"API_KEY","apiKey":"k"})"), Fields{"api_key=k"});
  EXPECT_EQ(of(R"({"type":"API_KEY","api_key":"k"})"), Fields{"api_key=k"});
  EXPECT_EQ(of(R"({"type":"BASIC","username":"u","password":"p"})"),
            (Fields{"username=u", "password=p"}));
  EXPECT_EQ(of(R"({"type":"JWT","privateKey":"k"})"), Fields());
  EXPECT_EQ(of("{}"), Fields()) << "the key may not read credentials";
  EXPECT_EQ(of("null"), Fields());
}

TEST(NangoRows, WhoseTheyAreStandsUnderEndUserOrUnderTags) {
  const std::string tagged =
      R"({"connection_id":"c1","provider_config_key":"p","end_user":null,"tags":{"end_user_id":)"
      R"("u2","end_user_email":"b@example.com","organization_id":"o2"}})";
  EXPECT_EQ(nango(tagged).front().owner_id, "u2");
  EXPECT_EQ(nango(tagged).front().username, "b@example.com");
  EXPECT_EQ(nango(tagged, NangoOwner::kOrganization).front().owner_id, "o2");
  const std::string nobodys = R"({"connection_id":"c1","provider_config_key":"p"})";
  EXPECT_EQ(nango(nobodys).front().owner_id, "c1");
  EXPECT_NE(nango(nobodys, NangoOwner::kOrganization).front().problem.find("organization"),
            std::string::npos);
}

TEST(NangoRows, TokensOfAnotherClientAreNotTaken) {
  const auto rows =
      nango(R"({"connection_id":"c1","provider_config_key":"p","credentials":{"type":"OAUTH2",)"
            R"("refresh_token":"rt","config_override":{"client_id":"theirs"}}})");
  EXPECT_NE(rows.front().problem.find("client of its own"), std::string::npos);
  EXPECT_FALSE(rows.front().tokens);
}

TEST(NangoRows, BrokenOnesAreTellablyBrokenAndTheOthersAreRead) {
  const std::string deep = std::string(70, '[') + std::string(70, ']');
  const auto rows = nango(R"([{"connection_id":"a","connection_id":"b"},
{"connection_id":"sesame",},
{"connection_id":"c","x":)" +
                          deep + R"(},
{"provider_config_key":"p"},
{"connection_id":"e","metadata":{"t":")" +
                          std::string(300'000, 'x') + R"("}},
{"connection_id":")" + std::string(300, 'x') +
                          R"("},
{"connection_id":"a\nb"},
{"connection_id":")" + std::string("\xff") +
                          R"("},
{"connection_id":"good"}])");
  ASSERT_EQ(rows.size(), 9U);
  for (std::size_t i = 0; i < 8; ++i) {
    EXPECT_NE(rows[i].problem, "") << i;
    EXPECT_EQ(rows[i].problem.find("sesame"), std::string::npos);
    EXPECT_EQ(rows[i].number, static_cast<std::int64_t>(i + 1));
    EXPECT_EQ(rows[i].line, static_cast<std::int64_t>(i + 1));
  }
  EXPECT_EQ(rows[8].problem, "");
}

// ---- StackOne ----

TEST(StackoneRows, TellWhoseAccountsTheyAreAndNothingElse) {
  auto source = open_stackone(stream(
      R"([{"id":"46","provider":"acme","provider_name":"Acme","status":"active","origin_owner_id":)"
      R"("o1","origin_owner_name":"Org","origin_username":null,"label":"main","metadata":{"a":1},)"
      R"("setup_information":{"domain":"x"}},{"id":47,"provider":"acme","origin_owner_id":"o2"}])"));
  const auto rows = all_of(*source);
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].id + "|" + rows[0].provider + "|" + rows[0].owner_id + "|" +
                rows[0].owner_name + "|" + rows[0].label + "|" + rows[0].metadata,
            R"(46|acme|o1|Org|main|{"a":1})");
  EXPECT_FALSE(rows[0].tokens);
  EXPECT_TRUE(rows[0].fields.empty());
  EXPECT_EQ(rows[1].id + "|" + rows[1].owner_name, "47|o2");
}

// ---- CSV ----

TEST(CsvRows, ColumnsAreFoundByNameWhateverTheirOrderAndSpelling) {
  const auto rows =
      csv("Client Secret,provider,Owner-ID,label,origin_owner_name\n"
          "s3cret,acme,o1,main,Org\n");
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].problem, "");
  EXPECT_EQ(rows[0].provider + "|" + rows[0].owner_id + "|" + rows[0].id + "|" + rows[0].label +
                "|" + rows[0].owner_name,
            "acme|o1|o1|main|Org");
  EXPECT_EQ(fields_of(rows[0]), Fields{"client_secret=s3cret"});
}

TEST(CsvRows, TokensAreToldFromFields) {
  const auto rows =
      csv("owner_id,refresh_token,access_token,expires_at,scope,subdomain\n"
          "o1,rt,at,2026-01-31T08:00:00Z,a b,sub\n"
          "o2,,,,,sub\n"
          "o3,rt,,tomorrow,,\n");
  ASSERT_EQ(rows.size(), 3U);
  ASSERT_TRUE(rows[0].tokens);
  EXPECT_EQ(rows[0].tokens->refresh_token.reveal(), "rt");
  EXPECT_EQ(rows[0].tokens->scopes, "a b");
  EXPECT_EQ(rows[0].tokens->expires_unix_ms, 1'769'846'400'000);
  EXPECT_EQ(fields_of(rows[0]), Fields{"subdomain=sub"});
  EXPECT_FALSE(rows[1].tokens);
  EXPECT_NE(rows[2].problem.find("expires_at"), std::string::npos);
}

TEST(CsvRows, AHeaderHasToNameWhatIsNeededAndNothingTwice) {
  EXPECT_NE(refusal("").find("column names"), std::string::npos);
  EXPECT_NE(refusal("sesame,acme\n").find("owner_id"), std::string::npos);
  EXPECT_EQ(refusal("sesame,acme\n").find("sesame"), std::string::npos);
  EXPECT_NE(refusal("owner_id,x\n", "").find("--integration"), std::string::npos);
  EXPECT_NE(refusal("owner_id,a,A\n").find("twice"), std::string::npos);
  EXPECT_NE(refusal("owner_id,\"a\n").find("line 1"), std::string::npos);
  EXPECT_EQ(refusal("owner_id,connector\n", ""), "");
}

TEST(CsvRows, ProblemsNameTheColumnAndWhatToDoAndNoValue) {
  const auto rows =
      csv("owner_id,label,client_secret\n"
          "o1,sesame\n"
          ",x,y\n"
          "o3,sesame\x01,y\n"
          "o4,sesame\xe4,y\n"
          "o5,x,sesame\xe4\n"
          "o6,x,\"" +
          std::string(70'000, 's') + "\"\n" + std::string(257, 'o') +
          ",x,y\n"
          "o8,x,y\n");
  ASSERT_EQ(rows.size(), 8U);
  const std::vector<std::string> said{
      "2 cells, and the header 3",        "owner_id is empty",
      "label holds a control character",  "label is not UTF-8; save",
      "client_secret is not UTF-8; save", "client_secret is longer than 64 KiB",
      "owner_id is longer than 256 bytes"};
  for (std::size_t i = 0; i < said.size(); ++i) {
    EXPECT_NE(rows[i].problem.find(said[i]), std::string::npos) << rows[i].problem;
    EXPECT_EQ(rows[i].problem.find("sesame"), std::string::npos) << rows[i].problem;
    EXPECT_EQ(rows[i].line, static_cast<std::int64_t>(i + 2));
  }
  EXPECT_EQ(rows[7].problem, "");
}

TEST(CsvRows, WhatIsShownHoldsNothingThatMovesTheTerminal) {
  EXPECT_EQ(printable("a\x1b[2Jb\x7f"), "a?[2Jb?");
  EXPECT_EQ(printable("M\xc3\xbcller \xe2\x80\xaex\xc2\x9by"), "M\xc3\xbcller ?x?y");
  EXPECT_EQ(printable("\xff\xc3"), "??");
}

}  // namespace
}  // namespace patchbay::moving
