// Connect links for those whose credentials no export holds: one that is good for each person, run
// by run.
#include <sys/resource.h>

#include <sstream>

#include "import_fixture.h"

namespace patchbay::integration {
namespace {

using ImportLinks = AccountsImportTest;

TEST_F(ImportLinks, AccountsOfStackoneGetLinksThatNoSpreadsheetCalculates) {
  const auto file = write(
      "in.json",
      R"([{"id":"s1","provider":"personio","origin_owner_id":"=1+1","origin_owner_name":"Acme"},)"
      R"({"id":"s2","provider":"personio","origin_owner_id":"bolt","status":"active"}])");
  EXPECT_EQ(import(file, "stackone").code, 2) << "without --links";
  const auto links = (exports / "links.csv").string();
  const auto said =
      import(file, "stackone", {"--links", links, "--public-url", "https://hub.example.com"});
  EXPECT_EQ(said.code, 0) << said.complaint;
  EXPECT_EQ(said.rows, (Rows{{"s1", "link"}, {"s2", "link"}})) << said.text;
  const auto text = read_bytes(links);
  EXPECT_NE(text.find("s1,'=1+1,Acme,personio,"), std::string::npos) << text;
  EXPECT_NE(text.find(",https://hub.example.com/connect/"), std::string::npos) << text;
  struct stat status{};
  ASSERT_EQ(::stat(links.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  EXPECT_EQ(accounts(), 0U);
}

TEST_F(ImportLinks, ASecondRunLeavesEachPersonTheLastLinkAlone) {
  const auto file = write("in.json", kTwoPeople);
  EXPECT_EQ(import_links(file, "first.csv").rows, (Rows{{"s1", "link"}, {"s2", "link"}}));
  const auto second = import_links(file, "second.csv");
  EXPECT_EQ(second.rows, (Rows{{"s1", "link"}, {"s2", "link"}})) << second.text;
  EXPECT_NE(second.details.front().find("earlier run"), std::string::npos) << second.text;
  EXPECT_EQ(owners_of_links(), (std::multiset<std::string>{"acme", "bolt"}));
  EXPECT_NE(follow(tokens_in("first.csv").at(0)), "");
  EXPECT_EQ(follow(tokens_in("second.csv").at(0)), "");
  // Who has connected meanwhile is left alone.
  const auto third = import_links(file, "third.csv");
  EXPECT_EQ(third.rows, (Rows{{"s1", "already"}, {"s2", "link"}})) << third.text;
  EXPECT_EQ(tokens_in("third.csv").size(), 1U);
  EXPECT_EQ(owners_of_links(), (std::multiset<std::string>{"bolt"}));
  EXPECT_NE(audited().find("account.link_withdrawn"), std::string::npos);
}

TEST_F(ImportLinks, ALinkEndsWhenTheOwnerHasConnectedOtherwise) {
  const auto file = write("in.json", kTwoPeople);
  import_links(file, "first.csv");
  in_hub([&] { return link(personio.default_integration(), "acme").account.has_value(); });
  EXPECT_EQ(import_links(file, "second.csv").rows, (Rows{{"s1", "already"}, {"s2", "link"}}));
  EXPECT_EQ(owners_of_links(), (std::multiset<std::string>{"bolt"}));
}

TEST_F(ImportLinks, LinksOfAnOwnerWithTwoAccountsMakeTwoWhicheverIsUsedFirst) {
  const auto file =
      write("in.json", R"([{"id":"s1","provider":"personio","origin_owner_id":"acme"},)"
                       R"({"id":"s2","provider":"personio","origin_owner_id":"acme"},)"
                       R"({"id":"s2","provider":"personio","origin_owner_id":"acme"}])");
  const auto said = import_links(file, "links.csv");
  EXPECT_EQ(said.rows, (Rows{{"s1", "link"}, {"s2", "link"}, {"s2", "already"}})) << said.text;
  const auto tokens = tokens_in("links.csv");
  ASSERT_EQ(tokens.size(), 2U);
  EXPECT_EQ(follow(tokens[1]), "");
  EXPECT_EQ(follow(tokens[0]), "");
  EXPECT_EQ(accounts(), 2U);
  EXPECT_EQ(import_links(file, "more.csv").rows,
            (Rows{{"s1", "already"}, {"s2", "already"}, {"s2", "already"}}));
}

std::string many_people(int count) {
  std::ostringstream text;
  for (int i = 0; i < count; ++i)
    text << (i == 0 ? "[" : ",\n") << R"({"id":"s)" << i
         << R"(","provider":"personio","origin_owner_id":"owner-)" << i << R"("})";
  text << "]";
  return text.str();
}

TEST_F(ImportLinks, LinksAfterAKillAreOneForEachPerson) {
  const auto file = write("in.json", many_people(40));
  {
    std::vector<std::string> arguments{"accounts",
                                       "import",
                                       file,
                                       "--from",
                                       "stackone",
                                       "--links",
                                       (exports / "killed.csv").string(),
                                       "--public-url",
                                       "https://hub.example.com"};
    for (const auto& argument : common()) arguments.push_back(argument);
    ChildProcess command(PATCHBAY_BUILD_DIR "/bin/patchbay", arguments);
    for (int i = 0; i < 10; ++i) EXPECT_NE(command.line().find("link"), std::string::npos);
    command.kill();
  }
  EXPECT_GE(tokens_in("killed.csv").size(), 10U);
  const auto said = import_links(file, "links.csv");
  EXPECT_EQ(said.code, 0) << said.complaint;
  EXPECT_EQ(tokens_in("links.csv").size(), 40U);
  const auto owners = owners_of_links();
  EXPECT_EQ(owners.size(), 40U);
  EXPECT_EQ(std::set<std::string>(owners.begin(), owners.end()).size(), 40U);
}

#ifndef PATCHBAY_SANITIZED  // which keep memory of their own for each byte
TEST_F(ImportLinks, TenThousandRowsTakeNoMoreMemoryThanAHundred) {
  const auto most_kb = [] {
    rusage used{};
    ::getrusage(RUSAGE_CHILDREN, &used);
    return used.ru_maxrss;
  };
  EXPECT_EQ(import_links(write("few.json", many_people(100)), "few.csv").code, 0);
  const auto few = most_kb();
  const auto said = import_links(write("many.json", many_people(10'000)), "many.csv");
  EXPECT_EQ(said.code, 0) << said.complaint;
  ASSERT_EQ(said.rows.size(), 10'000U);
  EXPECT_EQ(said.rows.back().second, "link");
  EXPECT_TRUE(said.complete);
  EXPECT_EQ(tokens_in("many.csv").size(), 10'000U);
  // What a run has to know of links: a few hundred bytes each.
  EXPECT_LT(most_kb(), few + 16L * 1024);
}
#endif

}  // namespace
}  // namespace patchbay::integration
