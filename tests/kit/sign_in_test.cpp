// What the operator sets up reaches every flow: a connector as `patchbay new` writes it for the
// authorization code grant, its sandbox, and a hub.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "accounts/integration_setup.h"
#include "cli/hub.h"
#include "patchbay/sandbox/text.h"
#include "sandbox_program.h"
#include "temp_folder.h"

namespace patchbay::integration {
namespace {

using testing::HasSubstr;

constexpr const char* kConnector = "sign_in2";
constexpr const char* kHost = "api.sign-in2.example";
constexpr const char* kBack = "https://hub.example/connect/return";
const std::string kOut = PATCHBAY_KIT_DIR;

class SignInTest : public testing::Test {
 protected:
  SignInTest() {
    fs::create_directory(folder_ / "connectors");
    fs::copy_file(kOut + "/build/connectors/sign_in2.so", folder_ / "connectors/sign_in2.so");
    OsRandom random;
    EXPECT_TRUE(vault::create_key_file(folder_ / "key", random));
    open_hub();
  }

  void open_hub() {
    cli::HubOptions options;
    options.data_folder = folder_ / "data";
    options.key = vault::KeyFile{folder_ / "key"};
    options.connectors_folder = folder_ / "connectors";
    options.worker_program = kOut + "/prefix/libexec/patchbay/patchbay-worker";
    options.trust.approve_all = true;
    EXPECT_TRUE(cli::add_sandbox(sandbox_.ready_file(), options.egress));
    auto opened = cli::Hub::open(std::move(options));
    if (!opened) throw std::runtime_error(opened.error().message);
    hub_ = std::move(*opened);
    hub_->loops().start();
    if (const auto started = hub_->start_connectors(); !started)
      throw std::runtime_error(started.error().message);
  }
  void reopen_hub() {
    hub_.reset();
    open_hub();
  }
  template <class T>
  T wait(net::Task<T> task) {
    return hub_->loops().block_on(std::move(task));
  }

  store::Integration integration() {
    store::ConnectSession session;
    session.project_id = hub_->project_id();
    auto found = wait(
        hub_->accounts().linker().integration_for(session, *hub_->registry().find(kConnector)));
    if (!found) throw std::runtime_error(found.error().message);
    return *std::move(found);
  }
  Result<store::Integration> set_up(store::Integration integration, const std::string& secret) {
    accounts::FormInput form;
    form.values.push_back({"client_id", client_id_});
    form.secrets.push_back({"client_secret", SecretString(secret)});
    return wait(accounts::save_setup(hub_->services(), std::move(integration), std::move(form),
                                     {.actor = "test"}));
  }
  void set_up() { ASSERT_TRUE(set_up(integration(), client_secret_)); }

  accounts::LinkOutcome begin() {
    accounts::SessionRequest request;
    request.project_id = hub_->project_id();
    request.owner_id = "owner";
    request.owner_name = "Owner";
    request.connector_id = kConnector;
    auto opened = wait(hub_->accounts().create_session(std::move(request)));
    if (!opened) throw std::runtime_error(opened.error().message);
    session_ = opened->session;
    accounts::LinkRequest link;
    link.session = session_;
    link.connector_id = kConnector;
    link.has_browser = true;
    link.redirect_uri = kBack;
    return wait(hub_->accounts().link(std::move(link)));
  }
  // The person's part: the consent page, and the way back.
  accounts::ResumeRequest decide(const std::string& address, const std::string& decision) {
    auto form = sandbox::parse_form(address.substr(address.find('?') + 1));
    form->add("decision", decision);
    const auto reply = provider_->post_form("/oauth/authorize", *form);
    EXPECT_EQ(reply.status, 302) << reply.body;
    const auto location = reply.headers.find("location").value_or("?");
    EXPECT_TRUE(location.starts_with(kBack)) << location;
    accounts::ResumeRequest back;
    back.session = session_;
    const auto query = sandbox::parse_form(location.substr(location.find('?') + 1));
    for (const auto& [name, value] : *query) back.query.push_back({name, SecretString(value)});
    return back;
  }
  store::Account linked() {
    const auto away = begin();
    if (!away.waiting) throw std::runtime_error("not sent away: " + away.error.message);
    auto outcome =
        wait(hub_->accounts().linker().resume(decide(away.waiting->redirect_url, "allow")));
    if (!outcome.account) throw std::runtime_error("not linked: " + outcome.error.message);
    return *outcome.account;
  }
  std::string token_of(const store::Account& account) {
    const auto token = wait(hub_->keeper().token(hub_->project_id(), account.id, "access", 0));
    EXPECT_TRUE(token) << token.error().message;
    return token ? std::string(token->value.reveal()) : std::string();
  }
  int people_with(const std::string& token) {
    return provider_->get("/v1/people", {{"Authorization", "Bearer " + token}}).status;
  }
  Result<> refresh(const store::Account& account) {
    return wait(hub_->accounts().refresh(hub_->project_id(), account.id));
  }

  TempFolder folder_;
  SandboxProgram sandbox_{kOut + "/build/sign_in2-sandbox", folder_.path()};
  std::unique_ptr<sandbox::Client> provider_ = sandbox_.client(kHost);
  std::string client_id_ = sandbox_.credential("client_id");
  std::string client_secret_ = sandbox_.credential("client_secret");
  store::ConnectSession session_;
  std::unique_ptr<cli::Hub> hub_;
};

TEST_F(SignInTest, WithoutASetupNobodyIsSentAnywhere) {
  const auto outcome = begin();
  EXPECT_FALSE(outcome.waiting);
  EXPECT_EQ(outcome.error.code, ErrorCode::kConfiguration);
  EXPECT_THAT(outcome.error.message, HasSubstr("patchbay integrations setup sign_in2"));
}

TEST_F(SignInTest, ConnectsRenewsAndRevokesWithTheOperatorsClient) {
  set_up();
  const auto account = linked();
  const auto first = token_of(account);
  EXPECT_EQ(people_with(first), 200);
  for (int i = 0; i < 2; ++i) {
    const auto refreshed = refresh(account);
    ASSERT_TRUE(refreshed) << refreshed.error().message;
  }
  const auto last = token_of(account);
  EXPECT_NE(last, first);
  EXPECT_EQ(people_with(last), 200);
  ASSERT_TRUE(wait(hub_->accounts().unlink(hub_->project_id(), account.id)));
  ASSERT_TRUE(wait(hub_->revoker().run_due()));
  const auto left = wait(hub_->revoker().run_due());
  ASSERT_TRUE(left) << left.error().message;
  EXPECT_EQ(*left, 0U);
  EXPECT_EQ(people_with(last), 401);
}

// RFC 7009, section 2.1: both tokens may be of one authorization.
TEST_F(SignInTest, ReconnectingRevokesNothingOfTheSameClient) {
  set_up();
  const auto account = linked();
  const auto before = token_of(account);
  const auto again = linked();
  ASSERT_EQ(again.id, account.id);
  ASSERT_TRUE(wait(hub_->revoker().run_due()));
  EXPECT_NE(token_of(again), before);
  EXPECT_EQ(people_with(before), 200);
}

TEST_F(SignInTest, ThePersonMayComeBackToAnotherProcess) {
  set_up();
  const auto away = begin();
  ASSERT_TRUE(away.waiting) << away.error.message;
  auto back = decide(away.waiting->redirect_url, "allow");
  reopen_hub();
  const auto outcome = wait(hub_->accounts().linker().resume(std::move(back)));
  EXPECT_TRUE(outcome.account) << outcome.error.message;
}

TEST_F(SignInTest, APersonWhoDeniesIsToldSo) {
  set_up();
  const auto away = begin();
  ASSERT_TRUE(away.waiting) << away.error.message;
  const auto outcome =
      wait(hub_->accounts().linker().resume(decide(away.waiting->redirect_url, "deny")));
  EXPECT_FALSE(outcome.account);
  EXPECT_EQ(outcome.message.id, "error.oauth_access_denied");
}

TEST_F(SignInTest, AWrongSecretIsTheOperatorsToMendAndCostsNoAccount) {
  set_up();
  const auto account = linked();
  ASSERT_TRUE(set_up(integration(), "another"));
  const auto refused = refresh(account);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kConfiguration);
  set_up();
  reopen_hub();  // the back-off of this process
  const auto refreshed = refresh(account);
  EXPECT_TRUE(refreshed) << refreshed.error().message;
}

TEST_F(SignInTest, TheSetupLiesOpenNowhere) {
  set_up();
  linked();
  hub_.reset();
  for (const auto& file : fs::recursive_directory_iterator(folder_ / "data")) {
    if (file.is_regular_file())
      EXPECT_EQ(read_bytes(file.path()).find(client_secret_), std::string::npos) << file.path();
  }
}

TEST_F(SignInTest, OfTwoWhoSetUpAtOnceOneIsTold) {
  const auto read = integration();
  ASSERT_TRUE(set_up(read, client_secret_));
  const auto second = set_up(read, "another");
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::kConflict);
  linked();
}

}  // namespace
}  // namespace patchbay::integration
