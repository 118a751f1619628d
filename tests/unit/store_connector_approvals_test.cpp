// Decisions about connector files, as they are kept.
#include "store/change_sequence_table.h"
#include "store/connector_approvals_table.h"
#include "store_test_support.h"

namespace patchbay::store {
namespace {

ConnectorApproval approval(const std::string& sha256, std::int64_t decided,
                           const std::string& id = "acme") {
  return {sha256, id,      "1.2.3", R"({"id":"acme"})", "A7B2207770E65BD3", "operator",
          "page", decided, false};
}

struct ConnectorApprovalsTest : TablesTest {
  void decide(const ConnectorApproval& made) {
    EXPECT_TRUE(connector_approvals_table::decide(db, made));
  }
  std::optional<ConnectorApproval> find(const std::string& sha256) {
    return connector_approvals_table::find(db, sha256).value();
  }
  std::string latest(const std::string& but) {
    const auto found = connector_approvals_table::latest(db, "acme", but).value();
    return found ? found->sha256 : "none";
  }
};

TEST_P(ConnectorApprovalsTest, EveryColumnComesBackAsItWasStored) {
  EXPECT_FALSE(find("aa"));
  decide(approval("aa", 10));
  const auto seen = find("aa").value();
  EXPECT_EQ(seen.sha256, "aa");
  EXPECT_EQ(seen.connector_id, "acme");
  EXPECT_EQ(seen.version, "1.2.3");
  EXPECT_EQ(seen.manifest, R"({"id":"acme"})");
  EXPECT_EQ(seen.signer, "A7B2207770E65BD3");
  EXPECT_EQ(seen.reason, "operator");
  EXPECT_EQ(seen.actor, "page");
  EXPECT_EQ(seen.decided, 10);
  EXPECT_FALSE(seen.withdrawn);
}

TEST_P(ConnectorApprovalsTest, ADecisionReplacesTheOneBefore) {
  decide(approval("aa", 10));
  auto withdrawn = approval("aa", 20);
  withdrawn.withdrawn = true;
  decide(withdrawn);
  EXPECT_TRUE(find("aa")->withdrawn);
  EXPECT_EQ(find("aa")->decided, 20);
  decide(approval("aa", 30));
  EXPECT_FALSE(find("aa")->withdrawn);
}

TEST_P(ConnectorApprovalsTest, TheLatestIsTheNewestThatIsLetInAndIsNotTheGivenOne) {
  EXPECT_EQ(latest("aa"), "none");
  decide(approval("aa", 10));
  decide(approval("bb", 20));
  decide(approval("other", 40, "another"));
  auto withdrawn = approval("cc", 30);
  withdrawn.withdrawn = true;
  decide(withdrawn);
  EXPECT_EQ(latest("dd"), "bb");
  EXPECT_EQ(latest("bb"), "aa");
  decide(approval("aa", 50));
  EXPECT_EQ(latest("dd"), "aa");
}

TEST_P(ConnectorApprovalsTest, IdsAreListedOnce) {
  decide(approval("aa", 10));
  decide(approval("bb", 20));
  decide(approval("cc", 30, "another"));
  EXPECT_EQ(connector_approvals_table::connector_ids(db).value(),
            (std::vector<std::string>{"acme", "another"}));
}

TEST_P(ConnectorApprovalsTest, EachDecisionRaisesTheChangeSequence) {
  const auto before = change_sequence_table::current(db).value();
  decide(approval("aa", 10));
  const auto then = change_sequence_table::current(db).value();
  EXPECT_GT(then, before);
  decide(approval("aa", 20));
  EXPECT_GT(change_sequence_table::current(db).value(), then);
}

INSTANTIATE_TEST_SUITE_P(Every, ConnectorApprovalsTest, every_kind, name_of_kind);

}  // namespace
}  // namespace patchbay::store
