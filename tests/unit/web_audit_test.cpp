// Settings: the audit log in words, page by page, and whether it is as it was written.
#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include "audit/audit_chain.h"
#include "audit/audit_folder.h"
#include "store/audit_heads_table.h"
#include "web_pages_support.h"

namespace patchbay::web {
namespace {

constexpr std::string_view kAudit = "/app/settings/audit";

struct WebAuditTest : WebPagesTest {
  void SetUp() override { csrf = sign_in({store::Role::kAdmin, "Grace"}); }

  void write(audit::AuditEvent event) {
    const std::string line = next_audit_line(head, event, clock.unix_ms());
    std::ofstream(folder + "/" + name, std::ios::binary | std::ios::app) << line;
  }
  void record_head() {
    ASSERT_TRUE(store.transact_blocking([&](store::Database& db) {
      return store::audit_heads_table::record(
          db, {name, instance_id, head.count, head.hash, clock.unix_ms(), true});
    }));
  }
  net::Response list(const std::string& query = {}) { return get(std::string(kAudit) + query); }
  // The list after a verification.
  net::Response verified() {
    EXPECT_EQ(header(post(std::string(kAudit) + "/verify", "csrf=" + csrf), "Location"), kAudit);
    for (int tries = 0; tries < 1'000; ++tries) {
      if (get(std::string(kAudit) + "/state").body.starts_with("done-")) return list();
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    ADD_FAILURE() << "still at work";
    return {};
  }

  std::string folder = scratch.file("audit");
  std::string instance_id = audit::open_audit_folder(folder).value();
  std::string name = audit::audit_file_name(instance_id, 1'000, 7, 0, 0);
  audit::AuditHead head = audit::first_audit_head(name);
  std::string csrf;
};

TEST_F(WebAuditTest, NamesInWordsWhoeverHasNoName) {
  const std::pair<std::string, std::string> actors[] = {
      {"operator", "An operator"},
      {"hub", "The hub itself"},
      {"pinned_hash", "A pinned hash"},
      {"end user", "The end user"},
      {"session ses_1", "Connect link ses_1"},
      {"command line (ada)", "Command line (ada)"}};
  for (const auto& [actor, words] : actors) write({.kind = "project.created", .actor = actor});
  const auto page = list();
  EXPECT_TRUE(has(page, "A project was made"));
  for (const auto& [actor, words] : actors) EXPECT_TRUE(has(page, "<span>" + words)) << actor;
}

TEST_F(WebAuditTest, TellsWhatHappenedInWords) {
  write({.kind = "operator.signin_link_made",
         .subject = "<Ada> (viewer)",
         .peer = "192.0.2.7",
         .actor = "Grace (admin)"});
  write({.kind = "access_token.read", .account_id = "acc_1", .key_id = "key_1"});
  write({.kind = "data_key.created", .subject = "dek_1"});
  write({.kind = "something.unheard_of", .subject = std::string(5'000, 'x') + "ä"});
  const auto page = list();
  ASSERT_EQ(page.status, 200U);
  EXPECT_TRUE(has(page, "A sign-in link was made"));
  EXPECT_TRUE(has(page, "&lt;Ada&gt; (viewer)"));
  EXPECT_TRUE(has(page, "192.0.2.7"));
  EXPECT_TRUE(has(page, "An access token was read"));
  EXPECT_TRUE(has(page, "/app/settings/keys/key_1"));
  EXPECT_TRUE(has(page, "/app/accounts/acc_1"));
  EXPECT_TRUE(has(page, "The hub itself"));
  EXPECT_TRUE(has(page, "something.unheard_of"));
  EXPECT_LT(page.body.size(), 30'000U) << "long subjects are shortened";
  EXPECT_LT(page.body.find("data_key.created"), page.body.find("access_token.read"));
}

TEST_F(WebAuditTest, KnowsWordsForEveryKindThatIsWritten) {
  // Kinds that host/ writes, as of `grep -rhoE '"[a-z_]+\.[a-z_]+"' host`.
  for (const char* kind : {"access_token.read",
                           "account.changed",
                           "account.link_failed",
                           "account.linked",
                           "account.moved",
                           "account.permissions_checked",
                           "account.reconnected",
                           "account.imported",
                           "account.link_made",
                           "account.link_withdrawn",
                           "account.resumed",
                           "account.suspended",
                           "account.unlinked",
                           "action.called",
                           "action.dry_run",
                           "api_key.created",
                           "api_key.revoked",
                           "api_key.rotated",
                           "connector.approval_withdrawn",
                           "connector.approved",
                           "connector.failed",
                           "connector.quarantined",
                           "connector.request_refused",
                           "connector.system_call_denied",
                           "data_key.created",
                           "data_key.removed",
                           "data_key.rotated",
                           "data_key.rotation_begun",
                           "flow.exported",
                           "inbound_url.made",
                           "inbound_url.withdrawn",
                           "integration.changed",
                           "integration.created",
                           "integration.setup_changed",
                           "key.rotated",
                           "operator.session_ended",
                           "operator.signed_in",
                           "operator.signed_out",
                           "operator.signin_link_made",
                           "operator.signin_link_withdrawn",
                           "owner.erased",
                           "proxy.called",
                           "token.revoked",
                           "webhook.changed",
                           "webhook.created",
                           "webhook.removed",
                           "webhook.secret_rotated"}) {
    std::string id = std::string("audit.kind.") + kind;
    id[id.rfind('.')] = '_';
    EXPECT_TRUE(own_texts().has(id)) << id;
    const std::string group = std::string(kind).substr(0, std::string(kind).find('.'));
    EXPECT_TRUE(own_texts().has("audit.group." + group)) << group;
    EXPECT_TRUE(has(list(), "value=\"" + group + ".\"")) << group;
  }
}

TEST_F(WebAuditTest, FiltersAndLeafs) {
  for (int i = 0; i < 60; ++i) {
    clock.advance_ms(1'000);
    write({.kind = "action.called", .account_id = "acc_1", .actor = "Ada"});
  }
  write({.kind = "account.unlinked", .account_id = "acc_2", .actor = "Grace"});
  const auto only = list("?kind=account.unlinked");
  EXPECT_TRUE(has(only, "An account was unlinked"));
  EXPECT_TRUE(has(only, "value=\"account.unlinked\" selected")) << "one kind is an option, too";
  EXPECT_FALSE(has(only, "action.called"));
  EXPECT_TRUE(has(list("?account=acc_2&who=Grace"), "acc_2"));
  EXPECT_TRUE(has(list("?who=nobody"), "Nothing fits"));
  EXPECT_TRUE(has(list("?who=" + std::string(300, 'x')), "acc_1")) << "too long is none";
  const auto first = list("?kind=action.");
  const auto at = first.body.find("rel=\"next\"");
  ASSERT_NE(at, std::string::npos);
  const auto begin = first.body.rfind("href=\"", at) + 6;
  std::string older = first.body.substr(begin, first.body.find('"', begin) - begin);
  for (std::size_t amp = 0; (amp = older.find("&amp;", amp)) != std::string::npos;)
    older.replace(amp, 5, "&");
  const auto second = list(older);
  EXPECT_EQ(second.status, 200U);
  EXPECT_TRUE(has(second, ">Newest<"));
  EXPECT_FALSE(has(second, "rel=\"next\""));
}

TEST_F(WebAuditTest, AnUntouchedLogIsAsItWasWritten) {
  EXPECT_TRUE(has(list(), "Not verified since this hub began."));
  write({.kind = "account.linked"});
  record_head();
  const auto page = verified();
  EXPECT_TRUE(has(page, "As it was written"));
  EXPECT_TRUE(has(page, "1 event in 1 file"));
  EXPECT_FALSE(has(page, "Files that are not whole"));
}

TEST_F(WebAuditTest, ALogThatWasChangedIsSaidToBeInWhichFile) {
  write({.kind = "account.linked", .account_id = "acc_1"});
  write({.kind = "account.linked", .account_id = "acc_2"});
  record_head();
  std::string text;
  {
    std::ifstream file(folder + "/" + name, std::ios::binary);
    text.assign(std::istreambuf_iterator<char>(file), {});
  }
  text.replace(text.find("acc_2"), 5, "acc_3");
  std::ofstream(folder + "/" + name, std::ios::binary) << text;
  const auto page = verified();
  EXPECT_TRUE(has(page, "Not as it was written"));
  EXPECT_TRUE(has(page, name));
  EXPECT_TRUE(has(page, "Broken"));
  EXPECT_TRUE(has(page, "line 2 was changed"));
  std::ofstream(folder + "/" + name, std::ios::binary) << text.substr(0, text.find('\n') + 1);
  EXPECT_TRUE(has(verified(), "Cut off"));
}

TEST_F(WebAuditTest, AFolderThatIsGoneIsAnErrorAndNoCrash) {
  std::filesystem::remove_all(folder);
  EXPECT_GE(list().status, 500U);
}

}  // namespace
}  // namespace patchbay::web
