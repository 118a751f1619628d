// What an export holds becomes accounts, what is broken stops nothing, and a second run imports
// nothing twice.
#include "accounts/integration_service.h"
#include "import_fixture.h"

namespace patchbay::integration {
namespace {

constexpr const char* kHeader = "id,owner_id,owner_name,connector,client_id,client_secret\n";

TEST_F(AccountsImportTest, GoodRowsOfACsvAreLinkedAndBrokenOnesStopNothing) {
  const auto file =
      write("in.csv", std::string(kHeader) + "a,acme,Acme,personio," + cells() + "\n" +
                          "b,bolt,Bolt,personio,papi-no-such-client,no-such-secret\n" +
                          "c,crux,Crux,nowhere," + cells() + "\n" + "d,dune,too few\n" +
                          "e,echo,\"Echo, \"\"Ltd\"\"\",personio," + cells() + "\n");
  const auto said = import(file, "csv");
  EXPECT_EQ(said.code, 1) << said.complaint;
  EXPECT_EQ(
      said.rows,
      (Rows{
          {"a", "imported"}, {"b", "failed"}, {"c", "failed"}, {"", "failed"}, {"e", "imported"}}))
      << said.text;
  EXPECT_TRUE(said.complete);
  const auto secret = personio.default_integration().client_secret;
  EXPECT_EQ(said.text.find(secret), std::string::npos);
  EXPECT_EQ(said.complaint.find(secret), std::string::npos);
  EXPECT_EQ(said.complaint.find("chmod"), std::string::npos);
  EXPECT_EQ(accounts(), 2U);
}

TEST_F(AccountsImportTest, ASecondRunImportsNothingTwiceAndTakesUpWhatFailed) {
  const std::string good = "a,acme,Acme,personio," + cells() + "\n";
  const auto first =
      import(write("in.csv", kHeader + good + "b,bolt,Bolt,personio,papi-x,wrong\n"), "csv");
  EXPECT_EQ(first.rows, (Rows{{"a", "imported"}, {"b", "failed"}})) << first.text;
  const auto second =
      import(write("in.csv", kHeader + good + "b,bolt,Bolt,personio," + cells() + "\n"), "csv");
  EXPECT_EQ(second.code, 0) << second.complaint;
  EXPECT_EQ(second.rows, (Rows{{"a", "already"}, {"b", "imported"}})) << second.text;
  EXPECT_EQ(accounts(), 2U);
}

TEST_F(AccountsImportTest, ADryRunStoresNothing) {
  const auto said = import(write("in.csv", std::string(kHeader) + "a,acme,Acme,personio," +
                                               cells() + "\nb,bolt,Bolt,personio,papi-x,\n"),
                           "csv", {"--dry-run"});
  EXPECT_EQ(said.rows, (Rows{{"a", "ready"}, {"b", "failed"}})) << said.text;
  EXPECT_EQ(accounts(), 0U);
}

TEST_F(AccountsImportTest, AFileThatOthersMayReadIsWarnedOf) {
  const auto said =
      import(write("in.csv", std::string(kHeader) + "a,acme,Acme,personio," + cells() + "\n", 0644),
             "csv");
  EXPECT_EQ(said.code, 0) << said.complaint;
  EXPECT_NE(said.complaint.find("chmod 600"), std::string::npos) << said.complaint;
}

TEST_F(AccountsImportTest, HostileCsvIsRefusedRowByRowWithoutBeingShown) {
  std::string text = kHeader;
  text += "n,nul,N" + std::string(1, '\0') + "ul,personio," + cells() + "\n";
  text += "l," + std::string(200'000, 'x') + ",L,personio," + cells() + "\n";
  text += "\xff,latin,L\xe4tin,personio," + cells() + "\n";
  text += "a,acme,Acme,personio," + cells() + "\n";
  text += "u,unclosed,\"U,personio,sesame-of-a-customer\n";
  const auto said = import(write("in.csv", text), "csv");
  EXPECT_EQ(said.code, 1);
  ASSERT_EQ(said.rows.size(), 4U) << said.text;
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(said.rows[i].second, "failed");
  EXPECT_EQ(said.rows[3], Rows::value_type("a", "imported"));
  EXPECT_FALSE(said.complete);
  EXPECT_EQ((said.text + said.complaint).find("sesame"), std::string::npos);
  EXPECT_NE(said.complaint.find("after row 4: line 6: a quoted cell"), std::string::npos)
      << said.complaint;
}

TEST_F(AccountsImportTest, AFileWithoutHeaderIsNotRepeated) {
  const auto said = import(write("in.csv", "acme,sesame-of-a-customer\n"), "csv");
  EXPECT_EQ(said.code, 1);
  EXPECT_NE(said.complaint.find("owner_id"), std::string::npos) << said.complaint;
  EXPECT_EQ((said.text + said.complaint).find("sesame"), std::string::npos);
}

TEST_F(AccountsImportTest, ConnectionsOfNangoAreMappedAndLinked) {
  const auto client = personio.default_integration();
  const std::string connection =
      R"({"connection_id":"c1","provider_config_key":"personio-prod","provider":"personio-x",)"
      R"("end_user":{"id":"u1","display_name":"Acme"},"metadata":{"plan":"x"},"credentials":{)"
      R"("type":"OAUTH2_CC","token":"old","client_id":")" +
      client.client_id + R"(","client_secret":")" + client.client_secret + R"("}})";
  const std::string bare =
      R"({"connection_id":"c2","provider_config_key":"personio-prod","end_user":{"id":"u2"}})";
  const std::string broken = R"({"connection_id":"c3","connection_id":"c4"})";
  const auto file = write("in.json", R"({"connections":[)" + connection + "," + bare + "," +
                                         broken + R"(],"more":{}})");
  const auto unmapped = import(file, "nango", {"--dry-run"});
  EXPECT_EQ(unmapped.rows, (Rows{{"c1", "failed"}, {"c2", "failed"}, {"", "failed"}}));
  const auto said = import(file, "nango", {"--map", "personio-prod=personio"});
  EXPECT_EQ(said.rows, (Rows{{"c1", "imported"}, {"c2", "failed"}, {"", "failed"}})) << said.text;
  EXPECT_EQ(accounts(), 1U);
}

TEST_F(AccountsImportTest, AnImportThatIsKilledIsFinishedByTheNextOne) {
  std::string text = kHeader;
  for (int i = 0; i < 12; ++i) {
    const auto n = std::to_string(i);
    text.append("r").append(n).append(",o").append(n).append(",O,personio,").append(cells()) +=
        "\n";
  }
  const auto file = write("in.csv", text);
  {
    std::vector<std::string> arguments{"accounts", "import", file, "--from", "csv"};
    for (const auto& argument : common()) arguments.push_back(argument);
    ChildProcess command(PATCHBAY_BUILD_DIR "/bin/patchbay", arguments);
    for (int i = 0; i < 3; ++i) EXPECT_NE(command.line().find("imported"), std::string::npos);
    command.kill();
  }
  const auto said = import(file, "csv");
  EXPECT_EQ(said.code, 0) << said.complaint;
  ASSERT_EQ(said.rows.size(), 12U);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(said.rows[i].second, "already");
  EXPECT_EQ(said.rows.back().second, "imported");
  EXPECT_EQ(accounts(), 12U);
}

// ---- options ----

TEST_F(AccountsImportTest, FieldsAreRenamedForAllConnectorsOrForOne) {
  const auto client = personio.default_integration();
  const auto file =
      write("in.csv", "id,owner_id,connector,key,token\na,acme,personio," + cells() + "\n");
  EXPECT_EQ(import(file, "csv").rows, (Rows{{"a", "failed"}}));
  EXPECT_EQ(
      import(file, "csv", {"--rename", "key=client_id", "--rename", "slack:token=client_secret"})
          .rows,
      (Rows{{"a", "failed"}}))
      << "another connector's";
  const auto said = import(
      file, "csv", {"--rename", "key=client_id", "--rename", "personio:token=client_secret"});
  EXPECT_EQ(said.rows, (Rows{{"a", "imported"}})) << said.text << said.complaint;
}

TEST_F(AccountsImportTest, AFieldThatTheFormDoesNotHaveIsNamedAndItsValueIsNot) {
  const auto said = import(write("in.csv",
                                 "owner_id,connector,client_id,client_secret,domain\nacme,"
                                 "personio," +
                                     cells() + ",sesame\n"),
                           "csv");
  EXPECT_EQ(said.rows, (Rows{{"acme", "failed"}}));
  EXPECT_NE(said.details.front().find("domain: "), std::string::npos) << said.text;
  EXPECT_EQ((said.text + said.complaint).find("sesame"), std::string::npos);
}

TEST_F(AccountsImportTest, OwnersOfNangoAreEndUsersOrTheirOrganizations) {
  const auto client = personio.default_integration();
  const auto file = write(
      "in.json",
      R"({"connection_id":"c1","provider_config_key":"personio","end_user":{"id":"u1","email":)"
      R"("u1@example.com","organization":{"id":"o1","display_name":"Org"}},"credentials":{"type":)"
      R"("OAUTH2_CC","client_id":")" +
          client.client_id + R"(","client_secret":")" + client.client_secret + R"("}})");
  EXPECT_EQ(import(file, "nango", {"--owner", "organization"}).code, 0);
  EXPECT_EQ(all_accounts().at(0).owner_id, "o1");
  EXPECT_EQ(all_accounts().at(0).owner_name, "Org");
  EXPECT_EQ(import(file, "nango", {"--owner", "end_user"}).code, 0);
  EXPECT_EQ(all_accounts().at(1).owner_id, "u1");
  EXPECT_EQ(all_accounts().at(1).owner_name, "u1@example.com");
}

TEST_F(AccountsImportTest, TheIntegrationIsTheOneThatIsSaid) {
  const auto id = in_hub([&] {
    accounts::IntegrationService integrations(hub->services());
    const auto first =
        wait(integrations.create(hub->project_id(), {.connector_id = "personio"}, {}));
    const auto second =
        wait(integrations.create(hub->project_id(), {.connector_id = "personio"}, {}));
    EXPECT_TRUE(first && second);
    return second->id;
  });
  const auto file = write("in.csv", "owner_id,client_id,client_secret\nacme," + cells() + "\n");
  EXPECT_EQ(import(file, "csv").code, 1) << "for which connector?";
  const auto unknown = import(file, "csv", {"--integration", "int_nowhere"});
  EXPECT_EQ(unknown.code, 1);
  EXPECT_NE(unknown.complaint.find("integrations list"), std::string::npos) << unknown.complaint;
  EXPECT_EQ(import(file, "csv", {"--integration", id}).rows, (Rows{{"acme", "imported"}}));
  EXPECT_EQ(all_accounts().at(0).integration_id, id);
  const auto elsewhere =
      import(write("in.csv",
                   "owner_id,connector,environment,client_id,client_secret\nbolt,"
                   "personio,sandbox," +
                       cells() + "\n"),
             "csv", {"--integration", id});
  EXPECT_EQ(elsewhere.rows, (Rows{{"bolt", "failed"}})) << elsewhere.text;
}

TEST_F(AccountsImportTest, WhatIsSaidWronglyHasItsExitCode) {
  const auto file = write("in.csv", kHeader);
  EXPECT_EQ(import(file, "csv").code, 0) << "an empty one";
  EXPECT_EQ(import(file, "csv", {"--map", "acme"}).code, 2);
  EXPECT_EQ(import(file, "csv", {"--rename", "=x"}).code, 2);
  EXPECT_EQ(import(file, "csv", {"--owner", "everybody"}).code, 2);
  EXPECT_EQ(import(file, "excel").code, 2);
  EXPECT_EQ(import(file, "csv", {"--links", (exports / "l.csv").string()}).code, 2);
  EXPECT_EQ(import((exports / "nowhere.csv").string(), "csv").code, 1);
  EXPECT_EQ(import(exports.string(), "csv").code, 1) << "a folder";
  const auto there = write("links.csv", "mine");
  EXPECT_EQ(import(file, "csv", {"--links", there, "--public-url", "https://hub.example.com"}).code,
            1);
  EXPECT_EQ(read_bytes(there), "mine");
}

// Nothing of a row that was tried stands anywhere afterwards, whatever became of it.
TEST_F(AccountsImportTest, NoSecretOfTheFileIsWrittenDown) {
  const auto file =
      write("in.csv", std::string(kHeader) + "a,acme,Acme,personio,papi-sesame-one,sesame-two\n" +
                          "b,bolt,Bolt,nowhere,sesame-three,sesame-four\n" + "c,sesame-five\n" +
                          "d,dune,Dune,personio," + cells() + "\n");
  for (const auto& options : {std::vector<std::string>{"--dry-run"}, {}}) {
    const auto said = import(file, "csv", options);
    EXPECT_EQ(said.code, 1);
    EXPECT_EQ((said.text + said.complaint).find("sesame"), std::string::npos)
        << said.text << said.complaint;
  }
  EXPECT_EQ(audited().find("sesame"), std::string::npos);
  for (const auto& entry : fs::recursive_directory_iterator(data))
    if (entry.is_regular_file())
      EXPECT_EQ(read_bytes(entry.path().string()).find("sesame"), std::string::npos)
          << entry.path();
}

TEST_F(AccountsImportTest, AnOwnerIsErasedWithAllTheirAccounts) {
  import(write("in.csv", std::string(kHeader) + "a,acme,Acme,personio," + cells() +
                             "\nb,bolt,Bolt,personio," + cells() + "\n"),
         "csv");
  const auto said = run({"erase", "acme", "--json"});
  EXPECT_EQ(said.code, 0) << said.complaint;
  EXPECT_NE(said.text.find(R"({"accounts":1,)"), std::string::npos) << said.text;
  ASSERT_EQ(accounts(), 1U);
  EXPECT_EQ(all_accounts().at(0).owner_id, "bolt");
  EXPECT_GE(calls(kRevokeRoute), 1U);
  EXPECT_NE(audited().find("owner.erased"), std::string::npos);
  EXPECT_NE(run({"erase", "acme"}).text.find("Accounts 0"), std::string::npos) << "once more";
}

}  // namespace
}  // namespace patchbay::integration
