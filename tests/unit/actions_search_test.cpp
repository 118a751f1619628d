// Actions are found by what people call them.
#include "actions/action_search.h"
#include "actions_test_support.h"

namespace patchbay::actions {
namespace {

std::string described(const std::string& id, const std::string& label, const std::string& text) {
  return R"({"id":"acme_)" + id + R"(","label":")" + label + R"(","description":")" + text +
         R"(","input":{"type":"object","additionalProperties":false,"properties":{}},)"
         R"("permissions":["people:read"],"hints":{},"token":"main","request":{"method":"GET",)"
         R"("host":"api.acme.example","path":"/v1/x"},"result":{"kind":"list","path":"/data"}})";
}

// Texts of their own for each action, as the manifest wants them.
std::shared_ptr<const manifest::Manifest> shelf() {
  std::string json = test::acme_json("[" + described("list_persons", "l1", "d1") + "," +
                                     described("create_person", "l2", "d2") + "," +
                                     described("list_absences", "l3", "d3") + "," +
                                     described("delete_document", "l4", "d4") + "]");
  const std::string texts = R"("texts":{"en":{)";
  json.replace(json.find(texts), texts.size(),
               texts + R"("l1":"List employees","d1":"Everybody who works there",)"
                       R"("l2":"Create an employee","d2":"Adds a person",)"
                       R"("l3":"List absences","d3":"Time off of employees",)"
                       R"("l4":"Delete a document","d4":"Removes it for good",)");
  auto parsed = manifest::parse_manifest(json);
  for (const auto& problem : parsed.problems) ADD_FAILURE() << problem.pointer << problem.message;
  return parsed.manifest;
}

struct ActionSearchTest : testing::Test {
  ActionSearchTest() {
    for (const auto& action : manifest->actions) search.add(*manifest, action);
  }
  std::string first(std::string_view query) const {
    const auto hits = search.find(query, 10);
    return hits.empty() ? "" : hits.front().action->id;
  }
  std::shared_ptr<const manifest::Manifest> manifest = shelf();
  ActionSearch search;
};

TEST_F(ActionSearchTest, FindsByIdLabelAndDescription) {
  EXPECT_EQ(first("acme_list_absences"), "acme_list_absences");
  EXPECT_EQ(first("delete documents"), "acme_delete_document");
  EXPECT_EQ(first("who works there"), "acme_list_persons");
}

TEST_F(ActionSearchTest, FindsOtherWordsForTheSameInBothLanguages) {
  EXPECT_EQ(first("show all staff"), "acme_list_persons");
  EXPECT_EQ(first("add a new colleague"), "acme_create_person");
  EXPECT_EQ(first("Urlaub anzeigen"), "acme_list_absences");
  EXPECT_EQ(first("Mitarbeiterin anlegen"), "acme_create_person");
  EXPECT_EQ(first("DOKUMENTE LÖSCHEN"), "acme_delete_document");
}

TEST_F(ActionSearchTest, RanksWhatMatchesMoreAboveWhatMatchesLess) {
  const auto hits = search.find("list employees", 10);
  ASSERT_GE(hits.size(), 2U);
  EXPECT_EQ(hits[0].action->id, "acme_list_persons");
  for (std::size_t i = 0; i < hits.size(); ++i) {
    EXPECT_GT(hits[i].similarity, 0);
    EXPECT_LE(hits[i].similarity, 1);
    if (i > 0) EXPECT_LE(hits[i].similarity, hits[i - 1].similarity);
  }
  EXPECT_EQ(search.find("list employees", 1).size(), 1U);
}

TEST_F(ActionSearchTest, WhatFitsNothingFindsNothing) {
  for (const auto* query : {"", "   ", "the of and", "spaceship", "\xff\xfe", "___"})
    EXPECT_TRUE(search.find(query, 10).empty()) << query;
  EXPECT_TRUE(ActionSearch().find("employees", 10).empty());
  EXPECT_LE(search.find(std::string(1'000'000, 'x') + " employees", 10).size(), 10U);
}

TEST(SearchTerms, AreFoldedAndWithoutFillers) {
  EXPECT_EQ(search_terms("the Ärzte of B\xc3\xbcrokratie"),
            (std::vector<std::string>{"arzt", "burokrati"}));
  for (const auto* same :
       {"employees", "employee", "person", "Persons", "Personen", "Mitarbeitern"})
    EXPECT_EQ(search_terms(same), search_terms("Mitarbeiter")) << same;
}

}  // namespace
}  // namespace patchbay::actions
