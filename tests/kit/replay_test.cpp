// A failure in production becomes a test at the author's: kept, exported without secrets, played.
#include <gmock/gmock.h>

#include "base/json.h"
#include "base/random.h"
#include "base/secret.h"
#include "sandbox_program.h"
#include "temp_folder.h"
#include "vault/key_source.h"

namespace patchbay::integration {
namespace {

using testing::HasSubstr;
using testing::Not;

const std::string kOut = PATCHBAY_KIT_DIR;
const std::string kPatchbay = kOut + "/prefix/bin/patchbay";

class ReplayTest : public testing::Test {
 protected:
  ReplayTest() {
    fs::create_directory(folder_ / "connectors");
    fs::copy_file(kOut + "/build/connectors/big_hr.so", connector_);
    OsRandom random;
    EXPECT_TRUE(vault::create_key_file(folder_ / "key", random));
  }

  Ended patchbay(std::vector<std::string> arguments, const std::string& input = {}) const {
    for (const auto& more :
         {std::string("--data"), folder_ / "data", std::string("--key-file"), folder_ / "key",
          std::string("--connectors"), folder_ / "connectors", std::string("--approve-all"),
          std::string("--sandbox"), sandbox_.ready_file()})
      arguments.push_back(more);
    return run(kPatchbay, arguments, input);
  }
  Ended link(bool keep) const {
    std::vector<std::string> arguments{
        "accounts", "link", "big_hr", "--owner-id", "owner", "--field", "client_id=" + client_id_};
    if (keep) arguments.emplace_back("--keep-failed-flows");
    return patchbay(std::move(arguments), client_secret_);
  }
  // The id of the one flow there is.
  std::string kept_flow() const {
    const auto listed = patchbay({"flows", "list", "--json"});
    const auto document = json::Document::parse(listed.output);
    EXPECT_TRUE(document) << listed.output;
    EXPECT_EQ(document->root().size(), 1U) << listed.output;
    return document->root().at(0).get("id").string_or("");
  }
  // A failure that was exported.
  void record() {
    sandbox_.inject({{"kind", "invalid_json"}, {"route", "POST /oauth/token"}, {"times", 0}});
    ASSERT_EQ(link(true).exit_code, 1);
    ASSERT_EQ(patchbay({"flows", "export", kept_flow(), "--output", file_}).exit_code, 0);
  }
  Ended replay(std::vector<std::string> more = {}) const {
    std::vector<std::string> arguments{"replay", file_, "--connector", connector_};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run(kPatchbay, arguments);
  }
  void edit(const std::string& what, const std::string& by) const {
    auto text = read_bytes(file_);
    const auto at = text.find(what);
    ASSERT_NE(at, std::string::npos) << text;
    write_bytes(file_, text.replace(at, what.size(), by));
  }

  TempFolder folder_;
  SandboxProgram sandbox_{kOut + "/build/big_hr-sandbox", folder_.path()};
  std::string client_id_ = sandbox_.credential("client_id");
  std::string client_secret_ = sandbox_.credential("client_secret");
  std::string connector_ = folder_ / "connectors/big_hr.so";
  std::string file_ = folder_ / "failure.json";
};

TEST_F(ReplayTest, WithoutBeingAskedToNothingIsKept) {
  sandbox_.inject({{"kind", "invalid_json"}, {"route", "POST /oauth/token"}, {"times", 0}});
  EXPECT_EQ(link(false).exit_code, 1);
  EXPECT_EQ(patchbay({"flows", "list", "--json"}).output, "[]\n");
}

TEST_F(ReplayTest, WhatAPersonCanMendIsNotKept) {
  client_secret_ = "another";
  EXPECT_EQ(link(true).exit_code, 1);
  EXPECT_EQ(patchbay({"flows", "list", "--json"}).output, "[]\n");
}

TEST_F(ReplayTest, AnExportedFailureHoldsNoSecretAndPlaysAsItWas) {
  record();
  const auto text = read_bytes(file_);
  EXPECT_THAT(text, Not(HasSubstr(client_id_)));
  EXPECT_THAT(text, Not(HasSubstr(client_secret_)));
  EXPECT_THAT(text, HasSubstr("error.not_json"));
  for (const auto& how : {std::vector<std::string>{}, {"--in-process"}}) {
    const auto played = replay(how);
    EXPECT_EQ(played.exit_code, 0) << played.output;
    EXPECT_THAT(played.output, HasSubstr("big_hr 0.1.0 does what was recorded"));
  }
  EXPECT_EQ(patchbay({"flows", "export", kept_flow(), "--output", file_}).exit_code, 1)
      << "it wrote over the file";
}

TEST_F(ReplayTest, WhatDiffersIsToldUntilItIsAccepted) {
  record();
  edit("\"failure\":\"PROTOCOL\"", "\"failure\":\"TRANSIENT\"");
  const auto played = replay();
  EXPECT_EQ(played.exit_code, 1);
  EXPECT_THAT(played.output, HasSubstr("step 1, REPLIES: differs\n    /failure\n"
                                       "      recorded: \"TRANSIENT\"\n"
                                       "      now:      \"PROTOCOL\""));
  const auto document = json::Document::parse(replay({"--json"}).output);
  ASSERT_TRUE(document);
  EXPECT_FALSE(document->root().get("as_recorded").bool_or(true));
  EXPECT_EQ(document->root().pointer("/steps/1/differences/0/pointer").string_or(""), "/failure");
  EXPECT_EQ(replay({"--accept"}).exit_code, 0);
  EXPECT_EQ(replay().exit_code, 0);
}

TEST_F(ReplayTest, WhatCantBePlayedIsSaidSo) {
  EXPECT_EQ(replay().exit_code, 2) << "there is no file";
  for (const char* text : {"", "{}", "[1]", R"({"format":"patchbay-flow/1","operation":"connect"})",
                           R"({"format":"patchbay-flow/9","operation":"connect","steps":[{}]})"}) {
    write_bytes(file_, text);
    EXPECT_EQ(replay().exit_code, 2) << text;
  }
  // Events that no host sends are answered, not crashed on.
  write_bytes(file_, R"({"format":"patchbay-flow/1","connector":{"id":"big_hr"},)"
                     R"("operation":"connect","steps":[{"event":{"kind":"REPLIES"}},{}]})");
  EXPECT_EQ(replay().exit_code, 1);
  write_bytes(file_, R"({"format":"patchbay-flow/1","connector":{"id":"other"},)"
                     R"("operation":"connect","steps":[{"event":{"kind":"START"}}]})");
  EXPECT_EQ(replay().exit_code, 2) << "it belongs to another connector";
}

}  // namespace
}  // namespace patchbay::integration
