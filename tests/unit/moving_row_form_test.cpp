// Other hubs' names for a form's fields.
#include <gtest/gtest.h>

#include "moving/row_form.h"

namespace patchbay::moving {
namespace {

manifest::AuthMethod method(const std::vector<std::pair<std::string, bool>>& fields) {
  manifest::AuthMethod made;
  for (const auto& [id, secret] : fields) {
    manifest::Field field;
    field.id = id;
    field.secret = secret;
    made.fields.push_back(std::move(field));
  }
  return made;
}

struct Given {
  std::string name;
  FieldRole role = FieldRole::kNamed;
};

// "field=which of the given", in order.
std::vector<std::string> form(const manifest::AuthMethod& method, const std::vector<Given>& given,
                              const std::vector<Renaming>& renamings = {}) {
  std::vector<SourceField> fields;
  fields.reserve(given.size());
  for (const auto& one : given)
    fields.push_back({one.name, SecretString("of " + one.name), one.role});
  std::vector<std::string> made;
  for (const auto& field : form_of(fields, method, "acme", renamings))
    made.push_back(field.name + "=" + std::string(field.value.reveal()));
  return made;
}
using Form = std::vector<std::string>;

const manifest::AuthMethod kKeyAndHost = method({{"subdomain", false}, {"token", true}});

TEST(RowForm, WhatHasTheNameOfAFieldIsThatField) {
  EXPECT_EQ(form(kKeyAndHost, {{"token"}, {"subdomain"}}),
            (Form{"token=of token", "subdomain=of subdomain"}));
  EXPECT_EQ(form(kKeyAndHost, {{"unknown"}}), Form{"unknown=of unknown"}) << "to be refused";
  EXPECT_EQ(form(kKeyAndHost, {{"unknown", FieldRole::kExtra}, {"subdomain", FieldRole::kExtra}}),
            Form{"subdomain=of subdomain"});
}

TEST(RowForm, CredentialsFindTheOnlyPlaceOfTheirKind) {
  EXPECT_EQ(form(kKeyAndHost, {{"api_key", FieldRole::kKey}}), Form{"token=of api_key"});
  EXPECT_EQ(form(method({{"user", false}, {"secret", true}}),
                 {{"username", FieldRole::kUser}, {"password", FieldRole::kPassword}}),
            (Form{"user=of username", "secret=of password"}));
}

TEST(RowForm, NothingIsGuessedWhereThereAreTwoPlacesOrTheOneIsTaken) {
  const auto two = method({{"a", true}, {"b", true}});
  EXPECT_EQ(form(two, {{"api_key", FieldRole::kKey}}), Form());
  EXPECT_EQ(form(kKeyAndHost, {{"api_key", FieldRole::kKey}, {"token"}}), Form{"token=of token"});
}

TEST(RowForm, RenamingsOfThisConnectorOrOfAllComeFirst) {
  EXPECT_EQ(form(kKeyAndHost, {{"domain", FieldRole::kExtra}, {"key", FieldRole::kKey}},
                 {{"", "domain", "subdomain"}, {"acme", "key", "token"}}),
            (Form{"subdomain=of domain", "token=of key"}));
  EXPECT_EQ(form(kKeyAndHost, {{"domain", FieldRole::kExtra}}, {{"other", "domain", "subdomain"}}),
            Form());
}

}  // namespace
}  // namespace patchbay::moving
