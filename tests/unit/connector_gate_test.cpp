// Who is let in: by an operator, by policy, or not; and what outweighs what.
#include <gtest/gtest.h>

#include "base/hash.h"
#include "connector/trust/gate.h"
#include "connector/worker/frame.h"
#include "manifest_fixture.h"
#include "minisign_fixture.h"
#include "net/loops.h"
#include "store/connector_approvals_table.h"
#include "store/migrations.h"

namespace patchbay::connector {
namespace {

using manifest::replaced;
using manifest::small_manifest;

class RecordingAudit final : public audit::AuditLog {
 public:
  Result<> append(const audit::AuditEvent& event) override {
    if (failure) return *failure;
    events.push_back(event);
    return {};
  }
  std::vector<audit::AuditEvent> events;
  std::optional<Error> failure;
};

class GateTest : public testing::Test {
 protected:
  GateTest() {
    auto opened = store::open_sqlite({.path = ":memory:"});
    if (!opened || !store::migrate(**opened)) std::abort();
    store.emplace(*std::move(opened), store::Store::Runs::kCaller);
  }

  // The content decides the hash; every content here stands for a library with this manifest.
  static ConnectorFile file(std::string_view content, const std::string& json = small_manifest(),
                            std::string_view signature = {}) {
    ConnectorFile made;
    made.path = "/connectors/acme.so";
    made.sha256 = sha256_hex(content);
    made.size = content.size();
    made.bytes = make_sealed_memfd("test", content);
    made.manifest_json = json;
    made.manifest = manifest::parse_manifest(json).manifest;
    made.signature = signature;
    if (!made.manifest) std::abort();
    return made;
  }

  // The same manifest under an id that looks the same.
  static std::string look_alike() {
    auto json = replaced(small_manifest(), R"("id":"acme","version")", R"("id":"ac_me","version")");
    for (auto at = json.find("acme_"); at != std::string::npos; at = json.find("acme_", at))
      json.replace(at, 5, "ac_me_");
    return json;
  }

  // Another one on the same store, as after a restart.
  StoredGate gate(TrustPolicy policy = {}) {
    return StoredGate(*store, clock, audit, std::move(policy));
  }
  Review review(StoredGate& gate, const ConnectorFile& of) {
    auto made = loops.block_on(gate.review(of));
    EXPECT_TRUE(made) << made.error().message;
    return made ? *std::move(made) : Review();
  }
  static TrustPolicy trusting(std::string_view key) {
    return {.approve_all = false, .pinned = {}, .trusted_keys = {parse_minisign_key(key).value()}};
  }
  static TrustPolicy all() { return {.approve_all = true, .pinned = {}, .trusted_keys = {}}; }
  static TrustPolicy pinning(const ConnectorFile& of) {
    return {.approve_all = false, .pinned = {of.sha256}, .trusted_keys = {}};
  }

  net::LoopPool loops{1};
  FakeClock clock{1000};
  RecordingAudit audit;
  std::optional<store::Store> store;
};

TEST_F(GateTest, ANewFileWaits) {
  auto strict = gate();
  const auto seen = review(strict, file("one"));
  EXPECT_FALSE(seen.approved);
  EXPECT_EQ(seen.refusal, "");
  EXPECT_FALSE(seen.has_before);
  EXPECT_EQ(seen.change.added, demands_of(*file("one").manifest));
  EXPECT_EQ(seen.signature, SignatureState::kNone);
  EXPECT_TRUE(audit.events.empty());
}

TEST_F(GateTest, AnOperatorsApprovalHoldsForThatContentAndSurvivesARestart) {
  auto strict = gate();
  ASSERT_TRUE(loops.block_on(strict.approve(file("one"), "page")));
  auto restarted = gate();
  const auto seen = review(restarted, file("one"));
  EXPECT_TRUE(seen.approved);
  EXPECT_EQ(seen.reason, "operator");
  EXPECT_EQ(seen.actor, "page");
  EXPECT_EQ(seen.decided, 1000);
  EXPECT_FALSE(review(restarted, file("two")).approved) << "a changed file";
  ASSERT_EQ(audit.events.size(), 1U);
  EXPECT_EQ(audit.events[0].kind, "connector.approved");
  EXPECT_EQ(audit.events[0].subject, file("one").sha256);
  EXPECT_EQ(audit.events[0].connector_id, "acme");
  EXPECT_EQ(audit.events[0].actor, "page");
}

TEST_F(GateTest, ApprovingTwiceIsOneDecision) {
  auto strict = gate();
  ASSERT_TRUE(loops.block_on(strict.approve(file("one"), "page")));
  ASSERT_TRUE(loops.block_on(strict.approve(file("one"), "page")));
  EXPECT_EQ(audit.events.size(), 1U);
}

TEST_F(GateTest, APinnedHashLetsInThatContentOnly) {
  auto pinned = gate(pinning(file("one")));
  const auto seen = review(pinned, file("one"));
  EXPECT_TRUE(seen.approved);
  EXPECT_EQ(seen.reason, "pinned_hash");
  EXPECT_FALSE(review(pinned, file("two")).approved);
  ASSERT_EQ(audit.events.size(), 1U);
  EXPECT_EQ(audit.events[0].actor, "pinned_hash");
  // Decided once, then known.
  EXPECT_TRUE(review(pinned, file("one")).approved);
  EXPECT_EQ(audit.events.size(), 1U);
}

TEST_F(GateTest, ApproveAllLetsInEverything) {
  auto open = gate(all());
  EXPECT_EQ(review(open, file("one")).reason, "approve_all");
  EXPECT_TRUE(review(open, file("two")).approved);
}

TEST_F(GateTest, ATrustedKeyLetsInWhatItSigned) {
  auto trusts = gate(trusting(kPublicKey));
  for (const auto signature : {kSignature, kLegacySignature}) {
    const auto seen = review(trusts, file(kSigned, small_manifest(), signature));
    EXPECT_TRUE(seen.approved);
    EXPECT_EQ(seen.reason, "trusted_key");
    EXPECT_EQ(seen.signature, SignatureState::kTrusted);
    EXPECT_EQ(seen.signer, "A7B2207770E65BD3");
    EXPECT_TRUE(seen.trusted_comment.starts_with("release 1."));
  }
  ASSERT_EQ(audit.events.size(), 1U);
  EXPECT_EQ(audit.events[0].key_id, "A7B2207770E65BD3");
}

TEST_F(GateTest, AnUnknownKeyLetsInNothingAndIsNamed) {
  auto trusts = gate(trusting(kPublicKey));
  const auto seen = review(trusts, file(kSigned, small_manifest(), kSignatureByOtherKey));
  EXPECT_FALSE(seen.approved);
  EXPECT_EQ(seen.refusal, "");
  EXPECT_EQ(seen.signature, SignatureState::kUnknownKey);
  EXPECT_EQ(seen.signer, "7AC691A5426BC732");
  EXPECT_EQ(seen.trusted_comment, "") << "it was not verified";
}

TEST_F(GateTest, ASignatureThatDoesNotFitIsRefusedWhoeverAsks) {
  auto trusts_all = gate({.approve_all = true,
                          .pinned = {file("changed").sha256},
                          .trusted_keys = {parse_minisign_key(kPublicKey).value()}});
  for (const auto& [content, signature] :
       {std::pair<std::string, std::string>{"changed", std::string(kSignature)},
        {std::string(kSigned), replaced(std::string(kSignature), "1.2", "9.9")},
        {std::string(kSigned), "nonsense"}}) {
    const auto one = file(content, small_manifest(), signature);
    const auto seen = review(trusts_all, one);
    EXPECT_FALSE(seen.approved) << signature;
    EXPECT_NE(seen.refusal.find("its signature, /connectors/acme.so.minisig, "), std::string::npos)
        << seen.refusal;
    const auto approved = loops.block_on(trusts_all.approve(one, "page"));
    ASSERT_FALSE(approved);
    EXPECT_EQ(approved.error().code, ErrorCode::kInvalidArgument);
  }
  EXPECT_TRUE(audit.events.empty());
}

TEST_F(GateTest, WhatWasWithdrawnOutweighsThePolicyUntilItIsApprovedAgain) {
  auto open = gate(all());
  ASSERT_TRUE(review(open, file("one")).approved);
  ASSERT_TRUE(loops.block_on(open.withdraw(file("one"), "page")));
  auto restarted = gate(pinning(file("one")));
  const auto seen = review(restarted, file("one"));
  EXPECT_FALSE(seen.approved);
  EXPECT_TRUE(seen.withdrawn);
  EXPECT_FALSE(review(open, file("one")).approved);
  EXPECT_EQ(audit.events.back().kind, "connector.approval_withdrawn");
  ASSERT_TRUE(loops.block_on(restarted.approve(file("one"), "command line")));
  EXPECT_TRUE(review(restarted, file("one")).approved);
}

TEST_F(GateTest, TellsWhatChangedSinceTheApprovedVersion) {
  auto strict = gate();
  ASSERT_TRUE(loops.block_on(strict.approve(file("one"), "page")));
  const auto next =
      replaced(replaced(small_manifest(), R"("version":"1.2.3")", R"("version":"1.3.0")"),
               R"("hosts":[)", R"("hosts":[{"host":"collect.acme.example"},)");
  const auto seen = review(strict, file("two", next));
  EXPECT_FALSE(seen.approved);
  EXPECT_TRUE(seen.has_before);
  EXPECT_EQ(seen.before_version, "1.2.3");
  EXPECT_EQ(seen.before_signer, "");
  EXPECT_EQ(seen.change.added, (Demands{{DemandKind::kHost, "collect.acme.example"}}));
  EXPECT_TRUE(seen.change.removed.empty());
}

TEST_F(GateTest, AnIdThatLooksLikeAnothersIsRefused) {
  auto open = gate(all());
  ASSERT_TRUE(review(open, file("one")).approved);
  const auto two = file("two", look_alike());
  const auto seen = review(open, two);
  EXPECT_FALSE(seen.approved);
  EXPECT_NE(seen.refusal.find("looks like that of another connector, acme"), std::string::npos)
      << seen.refusal;
  EXPECT_FALSE(loops.block_on(open.approve(two, "page")));
}

TEST_F(GateTest, ADecisionThatCannotBeAuditedIsNotMade) {
  audit.failure = make_error(ErrorCode::kStorage, "the disk is full");
  auto strict = gate();
  EXPECT_FALSE(loops.block_on(strict.approve(file("one"), "page")));
  auto open = gate(all());
  EXPECT_FALSE(loops.block_on(open.review(file("one"))));
  audit.failure.reset();
  EXPECT_FALSE(review(strict, file("one")).approved);
}

TEST_F(GateTest, TheSequenceChangesWithEachDecision) {
  auto strict = gate();
  const auto before = loops.block_on(strict.sequence()).value();
  ASSERT_TRUE(loops.block_on(strict.approve(file("one"), "page")));
  const auto then = loops.block_on(strict.sequence()).value();
  EXPECT_NE(then, before);
  ASSERT_TRUE(loops.block_on(strict.withdraw(file("one"), "page")));
  EXPECT_NE(loops.block_on(strict.sequence()).value(), then);
}

TEST_F(GateTest, AnImpostorThatWasTurnedAwayDoesNotBlockTheGenuineOne) {
  auto strict = gate();
  const auto impostor = file("impostor", look_alike());
  ASSERT_TRUE(loops.block_on(strict.withdraw(impostor, "page")));
  EXPECT_EQ(review(strict, file("genuine")).refusal, "");
  EXPECT_TRUE(loops.block_on(strict.approve(file("genuine"), "page")));
}

TEST_F(GateTest, AKeyThatWasNotVerifiedIsNotRecordedAsTheSigner) {
  auto open = gate(all());
  const auto seen = review(open, file(kSigned, small_manifest(), kSignatureByOtherKey));
  EXPECT_TRUE(seen.approved);
  EXPECT_EQ(seen.signature, SignatureState::kUnknownKey);
  ASSERT_EQ(audit.events.size(), 1U);
  EXPECT_EQ(audit.events[0].key_id, "");
  EXPECT_EQ(review(open, file("two")).before_signer, "");
}

}  // namespace
}  // namespace patchbay::connector
