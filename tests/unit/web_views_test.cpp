// What makes HTML of manifests: forms, guides, permissions, outcomes. Manifests are hostile.
#include <gtest/gtest.h>

#include "manifest/parse.h"
#include "manifest_fixture.h"
#include "web/account_view.h"
#include "web/connect_view.h"
#include "web/form_view.h"
#include "web/guide_view.h"
#include "web/permission_view.h"
#include "web/picker_view.h"
#include "web/render.h"
#include "web/review_view.h"
#include "web/site.h"

namespace patchbay::web {
namespace {

using manifest::Access;
using manifest::FieldProblem;
using manifest::FieldType;
using manifest::PermissionRef;
using store::Role;
using testing::Test;

constexpr std::string_view kAttack = "\"><script>alert('x')</script><img src=x onerror=alert(1)>";

bool has(const std::string& html, std::string_view piece) {
  return html.find(piece) != std::string::npos;
}

// The page as somebody with that role sees it.
View as(Role role, View view) {
  OperatorAccess::Session session;
  session.person.role = role;
  put_rights(view, session);
  return view;
}

std::shared_ptr<const manifest::Manifest> acme() {
  auto outcome = manifest::parse_manifest(manifest::small_manifest());
  EXPECT_TRUE(outcome.ok());
  return outcome.manifest;
}

const manifest::AuthMethod& method_of(const manifest::Manifest& manifest) {
  return manifest.auth_methods.front();
}

std::string form_html(const manifest::Manifest& manifest, const FormState& state = {},
                      std::string_view tag = "en") {
  std::string html;
  const View form = form_view(manifest, method_of(manifest).fields, state, language(tag));
  for (const auto& entry : form.entries()) {
    if (entry.name != "fields") continue;
    for (const View& field : entry.views) html += render("form_field", field, language(tag));
  }
  return html;
}

std::string guide_html(const manifest::Manifest& manifest, const GuideSetting& setting) {
  return render("guide", guide_view(manifest, method_of(manifest).guide, setting, language("en")),
                language("en"));
}

// Every text of the manifest is an attack; parse_manifest would refuse it, so it is made by hand.
manifest::Manifest hostile() {
  manifest::Manifest manifest = *acme();
  manifest::Texts texts;
  for (const auto& [tag, table] : manifest.texts.tables()) {
    for (const auto& [id, text] : table) {
      texts.set(tag, id,
                std::string(kAttack) + "[x](javascript:alert(1)) **" + std::string(kAttack) + "**");
    }
  }
  manifest.texts = texts;
  auto& method = manifest.auth_methods.front();
  for (auto& field : method.fields) {
    field.pattern = kAttack;
    field.description = field.tooltip = field.placeholder = field.label;
    for (auto& option : field.options) option.value = kAttack;
  }
  for (auto& section : method.guide.sections) {
    section.links.push_back({section.title, "javascript:alert(1)"});
    for (auto& step : section.steps) step.text = step.title;
  }
  for (auto& permission : manifest.permissions) permission.description = permission.label;
  manifest.categories = {std::string(kAttack)};
  manifest.hosts.front().host = kAttack;
  manifest.version = kAttack;
  return manifest;
}

void expect_inert(const std::string& html) {
  EXPECT_FALSE(has(html, "<script>")) << html;
  EXPECT_FALSE(has(html, "<img src=x")) << html;
  EXPECT_FALSE(has(html, "href=\"javascript")) << html;
  EXPECT_TRUE(has(html, "&lt;script&gt;")) << html;
}

TEST(WebForm, IsGeneratedFromTheManifestInItsOrder) {
  const auto manifest = acme();
  const std::string html = form_html(*manifest);
  const auto company = html.find("name=\"field.company\"");
  const auto region = html.find("<select id=\"field-region\"");
  const auto secret = html.find("name=\"field.secret\"");
  ASSERT_NE(secret, std::string::npos);
  EXPECT_LT(company, region);
  EXPECT_LT(region, secret);
  EXPECT_TRUE(has(html, "<label for=\"field-company\">Company</label>"));
  EXPECT_TRUE(has(html, "<option value=\"eu\" selected>Europe</option>"));
  EXPECT_TRUE(has(html, "data-format=\"host_label\""));
  EXPECT_TRUE(has(html, "data-depends-on=\"field.region\" data-depends-values=\"us\""));
  EXPECT_TRUE(has(html, "data-pattern=\"[0-9]{4}\""));
  EXPECT_TRUE(has(html, "(optional)"));
}

TEST(WebForm, SpeaksTheVisitorsLanguage) {
  EXPECT_TRUE(has(form_html(*acme(), {}, "de"), "Firma"));
}

TEST(WebForm, KeepsWhatWasTypedButNoSecret) {
  FormState state;
  state.values = {{"company", "acme-gmbh"}, {"secret", "hunter2-hunter2"}};
  const std::string html = form_html(*acme(), state);
  EXPECT_TRUE(has(html, "value=\"acme-gmbh\""));
  EXPECT_FALSE(has(html, "hunter2"));
  EXPECT_TRUE(has(html, "type=\"password\" value=\"\""));
}

TEST(WebForm, MarksTheFieldThatIsWrong) {
  FormState state;
  state.problems = {{"company", FieldProblem::Kind::kPattern, "company_error"},
                    {"secret", FieldProblem::Kind::kRequired, {}}};
  const std::string html = form_html(*acme(), state);
  EXPECT_TRUE(has(html, "id=\"field-company-error\"><p>Only the first part.</p>"));
  EXPECT_TRUE(has(html, "aria-describedby=\"field-company-error\" aria-invalid=\"true\""));
  EXPECT_TRUE(has(html, "Enter the Secret."));
  EXPECT_EQ(html.find("aria-invalid"), html.find("aria-invalid=\"true\""));
}

TEST(WebForm, PutsTheConnectorsWordsAtTheField) {
  FormState state;
  connector::FlowMessage error;
  error.id = "error.away";
  error.args = {{"host", "<b>host</b>"}};
  error.field_id = "secret";
  state.errors = {error};
  connector::FlowMessage notice;
  notice.fallback = "**not** markup <i>";
  notice.field_id = "company";
  state.notices = {notice};
  const std::string html = form_html(*acme(), state);
  EXPECT_TRUE(has(html, "id=\"field-secret-error\"><p>&lt;b&gt;host&lt;/b&gt; is away.</p>"));
  EXPECT_TRUE(has(html, "id=\"field-company-notice\"><p>**not** markup &lt;i&gt;</p>"));
}

TEST(WebForm, RendersHostileTextsInert) {
  FormState state;
  state.values = {{"company", std::string(kAttack)}};
  state.problems = {{"company", FieldProblem::Kind::kPattern, "company_error"}};
  expect_inert(form_html(hostile(), state));
}

TEST(WebGuide, ShowsWarningStepsAndTheBoxesThatAreNeeded) {
  const std::string html = guide_html(*acme(), {.needed = {{"people", Access::kRead}}});
  EXPECT_LT(html.find("Must be granted"), html.find("Click")) << "what to tick comes first";
  EXPECT_TRUE(has(html, "<h4>Open it</h4>"));
  EXPECT_TRUE(has(html, "People"));
  EXPECT_TRUE(has(html, "Must be granted"));
  EXPECT_FALSE(has(html, ">Write<"));
  EXPECT_TRUE(has(html, "href=\"https://docs.acme.example/keys\""));
}

TEST(WebGuide, LeavesOutStepsOfPermissionsThatAreNotNeeded) {
  EXPECT_FALSE(has(guide_html(*acme(), {.needed = {{"sites", Access::kRead}}}), "Open it"));
}

TEST(WebGuide, HidesWhatSpeaksAboutTheHubWhenWhiteLabelled) {
  const std::vector<PermissionRef> needed{{"people", Access::kRead}};
  EXPECT_TRUE(has(guide_html(*acme(), {.needed = needed}), "Keys"));
  EXPECT_FALSE(has(guide_html(*acme(), {.needed = needed, .white_label = true}), "Keys"));
}

TEST(WebGuide, RendersHostileTextsInert) {
  expect_inert(guide_html(hostile(), {.needed = {{"people", Access::kRead}}}));
}

TEST(WebAsk, SaysWhoAsksForWhatWithWhichPermissions) {
  const auto manifest = acme();
  const std::vector<PermissionRef> needed{{"people", Access::kRead}, {"people", Access::kWrite}};
  View page;
  page.view(
          "ask",
          ask_view(*manifest,
                   {.product_name = "Shiftly <3", .owner_name = "Müller & Söhne", .needed = needed},
                   language("en")))
      .view("guide",
            guide_view(*manifest, method_of(*manifest).guide, {.needed = needed}, language("en")))
      .flag("failure", false)
      .flag("has_guide", false);
  const std::string html = render("connect", page, language("en"));
  EXPECT_TRUE(has(html,
                  "<strong>Shiftly &lt;3</strong> asks for access to the Acme account of "
                  "<strong>Müller &amp; Söhne</strong>."));
  EXPECT_TRUE(has(html, "Shiftly &lt;3 will be able to"));
  EXPECT_TRUE(has(html, "<span class=\"chip\">Read</span><span class=\"chip\">Write</span>"));
  EXPECT_LT(html.find("asks for access"), html.find("id=\"connect-form\""));
  EXPECT_TRUE(has(html, "<strong>Careful</strong> with <code>keys</code>."));
  EXPECT_LT(html.find("Careful"), html.find("id=\"connect-form\"")) << "the warning comes first";
}

accounts::LinkOutcome failed(ErrorCode code, std::string message) {
  accounts::LinkOutcome outcome;
  outcome.error = make_error(code, std::move(message));
  return outcome;
}

std::string failure_html(const accounts::LinkOutcome& outcome, bool for_operator = false) {
  const auto held = acme();
  const manifest::Manifest& manifest = *held;
  return render("failure", failure_view(manifest, outcome, for_operator, language("en")),
                language("en"));
}

TEST(WebFailure, NamesTheMissingPermissionAndWhatToDo) {
  auto outcome = failed(ErrorCode::kPermissionMissing, "internal words");
  outcome.error.permission = "people:read";
  const std::string html = failure_html(outcome);
  EXPECT_TRUE(has(html, "<strong class=\"permission\">People → Read</strong>"));
  EXPECT_TRUE(has(html, "Create a new one at Acme"));
  EXPECT_TRUE(has(html, "role=\"alert\""));
}

TEST(WebFailure, FoldsTheProvidersOwnAnswerEscaped) {
  auto outcome = failed(ErrorCode::kProtocol, "");
  outcome.error.provider_answer = kAttack;
  const std::string html = failure_html(outcome);
  expect_inert(html);
  EXPECT_TRUE(has(html, "<details><summary>What Acme answered</summary><pre"));
}

TEST(WebFailure, LinksToTheFieldRatherThanRepeatingIt) {
  auto outcome = failed(ErrorCode::kInvalidCredentials, "x");
  outcome.message.id = "error.away";
  outcome.message.field_id = "secret";
  const std::string html = failure_html(outcome);
  EXPECT_TRUE(has(html, "<a href=\"#field-secret\">Secret</a>"));
  EXPECT_FALSE(has(html, "is away"));
}

TEST(WebFailure, SaysTheConnectorsWordsWhenTheyBelongToNoField) {
  auto outcome = failed(ErrorCode::kUnavailable, "x");
  outcome.message.id = "error.away";
  outcome.message.args = {{"host", "api.acme.example"}};
  EXPECT_TRUE(has(failure_html(outcome), "api.acme.example is away."));
}

TEST(WebFailure, TellsTheHubsOwnWordsToOperatorsAlone) {
  const auto outcome = failed(ErrorCode::kConnector, "worker 12 died of signal 11");
  EXPECT_FALSE(has(failure_html(outcome), "signal 11"));
  EXPECT_TRUE(has(failure_html(outcome, true), "signal 11"));
}

TEST(WebFailure, CancellingIsNoError) {
  EXPECT_TRUE(has(failure_html(failed(ErrorCode::kCancelled, "")), "class=\"alert info\""));
}

accounts::AccountDetail detail_of(std::shared_ptr<const manifest::Manifest> manifest) {
  accounts::AccountDetail detail;
  auto connector = std::make_shared<connector::Connector>();
  connector->id = "acme";
  connector->manifest = std::move(manifest);
  detail.connector = connector;
  detail.account.id = "acc_1";
  detail.account.connector_id = "acme";
  detail.account.auth_method = "oauth";
  detail.account.owner_id = "owner-1";
  detail.account.owner_name = std::string("Müller ") + std::string(kAttack);
  detail.account.fields = R"({"company":"acme-gmbh","secret":"never-in-here"})";
  detail.account.created = 1'750'000'000'000;
  detail.tokens = {{"main", 1'750'000'000'000, 1'750'003'600'000}};
  detail.permissions = {{{"people", Access::kRead}, manifest::Granted::kYes, true, true},
                        {{"people", Access::kWrite}, manifest::Granted::kNo, true, false},
                        {{"sites", Access::kRead}, manifest::Granted::kUnknown, false, false}};
  detail.history = {{1, "prj", "account.created", "acc_1", "{}", 1'750'000'000'000}};
  return detail;
}

TEST(WebConfirmation, SaysWhatWorksAndWhatDoesNotYet) {
  const auto manifest = acme();
  const auto detail = detail_of(manifest);
  accounts::LinkOutcome outcome;
  outcome.account = detail.account;
  const std::string html = render(
      "confirmation", confirmation_view(*manifest, detail, outcome, "Shiftly", language("en")),
      language("en"));
  expect_inert(html);
  EXPECT_TRUE(has(html, "Acme is connected"));
  EXPECT_TRUE(has(html, "What Shiftly can do now"));
  EXPECT_TRUE(has(html, "What does not work yet"));
  EXPECT_TRUE(has(html, "Create a new integration at Acme"));
}

TEST(WebAccount, ShowsTheReportAndNeverASecret) {
  const std::string html =
      render("account",
             as(Role::kAdmin, account_page(detail_of(acme()), 1'750'000'060'000, language("en"))),
             language("en"));
  expect_inert(html);
  EXPECT_TRUE(has(html, "granted"));
  EXPECT_TRUE(has(html, "missing"));
  EXPECT_TRUE(has(html, "not told"));
  EXPECT_TRUE(has(html, "acme-gmbh"));
  EXPECT_TRUE(has(html, "Stored, never shown"));
  EXPECT_FALSE(has(html, "never-in-here"));
  EXPECT_TRUE(has(html, "in 59 minutes"));
}

TEST(WebAccount, IsShownWhileItsConnectorIsAway) {
  auto detail = detail_of(acme());
  detail.connector = nullptr;
  detail.permissions.clear();
  const std::string html = render(
      "account", as(Role::kOperator, account_page(detail, 1'750'000'060'000, language("en"))),
      language("en"));
  EXPECT_TRUE(has(html, "is not in the connectors folder"));
  EXPECT_FALSE(has(html, "/reconnect"));
  EXPECT_TRUE(has(html, "/unlink"));
}

TEST(WebAccounts, RowsEscapeWhatOwnersAreCalled) {
  const auto detail = detail_of(acme());
  const AccountRow row{detail.account, detail.permissions, 1'750'003'600'000, detail.connector};
  View page;
  page.flag("none", false)
      .flag("has_rows", true)
      .list("rows", {account_row(row, 1'750'000'060'000, language("en"))});
  const std::string html = render("accounts", page, language("en"));
  expect_inert(html);
  EXPECT_TRUE(has(html, "1 of 3"));
  EXPECT_TRUE(has(html, "1 missing"));
}

TEST(WebConnectors, CardsRenderHostileManifestsInert) {
  connector::Connector connector;
  connector.id = "acme";
  connector.state = connector::ConnectorState::kReady;
  connector.manifest = std::make_shared<const manifest::Manifest>(hostile());
  View list;
  list.flag("none", false)
      .flag("has_ready", true)
      .list("ready", {connector_card(connector, {}, language("en"))});
  expect_inert(render("connector_list", list, language("en")));
}

TEST(WebConnectors, SayWhyAFileIsRefusedAndWhatToDo) {
  connector::Connector connector;
  connector.id = "broken";
  connector.file = "broken.so";
  connector.state = connector::ConnectorState::kRefused;
  connector.reason = std::string(kAttack);
  View list;
  list.flag("none", false)
      .flag("has_ready", false)
      .flag("has_troubled", true)
      .list("troubled", {connector_card(connector, {}, language("en"))});
  const std::string html = render("connector_list", list, language("en"));
  expect_inert(html);
  EXPECT_TRUE(has(html, "Refused"));
  EXPECT_TRUE(has(html, "None of its code has been run."));
  EXPECT_TRUE(has(html, "broken.so"));
}

struct UnwellRuntime final : connector::Runtime {
  explicit UnwellRuntime(connector::RuntimeHealth::State state) {
    told.state = state;
    told.failures = 5;
    told.last_failure = std::string(kAttack);
    told.walls = "seccomp";
  }
  connector::Task<Result<std::string>> start() override { co_return std::string(); }
  connector::Task<Result<connector::FlowId>> begin(connector::Operation,
                                                   connector::FlowInput) override {
    co_return 0;
  }
  connector::Task<Result<connector::FlowAction>> step(connector::FlowId,
                                                      connector::FlowEvent) override {
    co_return connector::FlowAction{};
  }
  void release(connector::FlowId) override {}
  [[nodiscard]] connector::RuntimeHealth health() const override { return told; }
  void stop() override {}
  connector::RuntimeHealth told;
};

std::string list_html(const char* part, const View& card, Role role = Role::kAdmin) {
  View list;
  list.text("session_csrf", "token")
      .flag("none", false)
      .flag("has_awaiting", false)
      .flag("has_ready", false)
      .flag("has_troubled", false)
      .flag("has_" + std::string(part), true)
      .list(part, {card});
  return render("connector_list", as(role, std::move(list)), language("en"));
}

TEST(WebConnectors, ThatKeepFailingSayWhyAndCanBeStartedAgain) {
  connector::Connector connector;
  connector.id = "acme";
  connector.state = connector::ConnectorState::kReady;
  connector.manifest = acme();
  using State = connector::RuntimeHealth::State;
  for (const auto& [state, label] : {std::pair(State::kQuarantined, "Keeps failing"),
                                     std::pair(State::kBackingOff, "Restarting")}) {
    connector.runtime = std::make_shared<UnwellRuntime>(state);
    const auto html = list_html("ready", connector_card(connector, {}, language("en")));
    expect_inert(html);
    EXPECT_TRUE(has(html, label));
    EXPECT_TRUE(has(html, "action=\"/app/connectors/acme/restart\""));
    EXPECT_TRUE(has(html, "name=\"csrf\" value=\"token\""));
    const auto for_operators =
        list_html("ready", connector_card(connector, {}, language("en")), Role::kOperator);
    EXPECT_FALSE(has(for_operators, "/restart"));
    EXPECT_TRUE(has(for_operators, "/link\""));
    EXPECT_FALSE(
        has(list_html("ready", connector_card(connector, {}, language("en")), Role::kViewer),
            "/link\""));
    EXPECT_FALSE(has(html, ">Ready<"));
  }
  connector.runtime = std::make_shared<UnwellRuntime>(State::kRunning);
  const auto html = list_html("ready", connector_card(connector, {}, language("en")));
  EXPECT_TRUE(has(html, "Ready"));
  EXPECT_FALSE(has(html, "/restart"));
}

// A file that awaits approval; its bytes are nowhere, for no page looks at them.
std::shared_ptr<connector::Connector> awaiting(std::shared_ptr<const manifest::Manifest> manifest,
                                               connector::Review review = {}) {
  auto connector = std::make_shared<connector::Connector>();
  connector->id = "acme";
  connector->file = "acme.so";
  connector->sha256 = std::string(64, 'a');
  connector->state = connector::ConnectorState::kAwaitingApproval;
  connector->manifest = manifest;
  auto source = std::make_shared<connector::ConnectorFile>();
  source->sha256 = connector->sha256;
  source->manifest = std::move(manifest);
  connector->source = std::move(source);
  connector->review = std::make_shared<const connector::Review>(std::move(review));
  return connector;
}

std::string review_html(const connector::Connector& connector, std::string_view tag = "en",
                        Role role = Role::kAdmin) {
  return render("review", as(role, review_page(connector, 1'750'000'060'000, language(tag))),
                language(tag));
}

TEST(WebReview, ShowsWhatAFileAsksForAndThatNoneOfItRan) {
  EXPECT_FALSE(has(review_html(*awaiting(acme()), "en", Role::kOperator), "/approve\""));
  const std::string html = review_html(*awaiting(acme()));
  EXPECT_TRUE(has(html, "Approve Acme?"));
  EXPECT_TRUE(has(html, std::string(64, 'a')));
  EXPECT_TRUE(has(html, "None of this file&#39;s code has run"));
  EXPECT_TRUE(has(html, "<code>api.acme.example"));
  EXPECT_TRUE(has(html, "<code>people:read</code>"));
  EXPECT_TRUE(has(html, "People → Read"));
  EXPECT_TRUE(has(html, "action=\"/app/connectors/review/" + std::string(64, 'a') + "/approve\""));
  EXPECT_FALSE(has(html, "/withdraw"));
  EXPECT_FALSE(has(html, "id=\"changes\""));
}

TEST(WebReview, SaysThatAManifestAloneHasNoCodeOfItsOwn) {
  EXPECT_FALSE(has(review_html(*awaiting(acme())), "id=\"code\""));
  const auto alone = awaiting(acme());
  alone->file = "acme.json";
  EXPECT_TRUE(has(review_html(*alone), "The hub&#39;s own library does what it says"));
  EXPECT_TRUE(has(review_html(*alone, "de"), "Kein eigener"));
}

TEST(WebReview, RendersHostileManifestsInert) {
  connector::Review review;
  review.has_before = true;
  review.before_version = std::string(kAttack);
  review.before_signer = std::string(kAttack);
  review.change.added = {{connector::DemandKind::kHost, std::string(kAttack)}};
  review.change.removed = {{connector::DemandKind::kRead, std::string(kAttack)}};
  const auto manifest = std::make_shared<const manifest::Manifest>(hostile());
  expect_inert(review_html(*awaiting(manifest, review)));
  expect_inert(review_html(*awaiting(manifest)));
  expect_inert(list_html("awaiting", connector_card(*awaiting(manifest), {}, language("en"))));
}

TEST(WebReview, BeginsWithWhatChanged) {
  connector::Review review;
  review.has_before = true;
  review.before_version = "0.9.0";
  review.change.added = {{connector::DemandKind::kHost, "evil.example"}};
  review.change.removed = {{connector::DemandKind::kRead, "acme_list_old"}};
  const std::string html = review_html(*awaiting(acme(), review));
  const auto added = html.find("id=\"added\"");
  const auto removed = html.find("id=\"removed\"");
  const auto unchanged = html.find("id=\"unchanged\"");
  ASSERT_NE(unchanged, std::string::npos);
  EXPECT_LT(added, html.find("evil.example"));
  EXPECT_LT(html.find("evil.example"), removed);
  EXPECT_LT(html.find("acme_list_old"), unchanged);
  EXPECT_LT(unchanged, html.find("<code>people:read</code>"));
  EXPECT_FALSE(has(html, "id=\"signer-warning\""));
}

TEST(WebReview, SaysLoudlyThatASignatureIsGoneOrAnotherOne) {
  connector::Review review;
  review.has_before = true;
  review.before_version = "0.9.0";
  review.before_signer = "AAAA";
  EXPECT_TRUE(has(review_html(*awaiting(acme(), review)), "This file is not signed."));
  review.signature = connector::SignatureState::kUnknownKey;
  review.signer = "BBBB";
  EXPECT_TRUE(has(review_html(*awaiting(acme(), review)), "signed by BBBB, a key that is not in"));
  review.signature = connector::SignatureState::kTrusted;
  EXPECT_TRUE(has(review_html(*awaiting(acme(), review)), "another key you trust, BBBB"));
  review.signer = "AAAA";
  EXPECT_FALSE(has(review_html(*awaiting(acme(), review)), "id=\"signer-warning\""));
}

TEST(WebReview, OffersNoButtonForWhatIsRefused) {
  connector::Review review;
  review.refusal = "its id, acme, looks like that of another connector";
  const auto refused = awaiting(acme(), review);
  refused->state = connector::ConnectorState::kRefused;
  const std::string html = review_html(*refused);
  EXPECT_TRUE(has(html, "looks like that of another connector"));
  EXPECT_TRUE(has(html, "ask its author for another id"));
  EXPECT_FALSE(has(html, "/approve"));
  EXPECT_FALSE(has(html, "/withdraw"));
}

TEST(WebReview, OffersToTakeBackWhatWasApproved) {
  connector::Review review;
  review.approved = true;
  review.reason = "operator";
  review.actor = "command line (ada)";
  review.decided = 1'750'000'000'000;
  const auto ready = awaiting(acme(), review);
  ready->state = connector::ConnectorState::kReady;
  EXPECT_TRUE(
      has(review_html(*ready), "Approved by an operator on the command line (ada), 1 minute ago."));
  EXPECT_TRUE(has(review_html(*ready), "/withdraw\""));
  EXPECT_FALSE(has(review_html(*ready), "/approve\""));
}

TEST(WebConnectors, ARunningOneAndWhatItsFileIsNowSpeakOfEachOther) {
  const auto next = awaiting(acme());
  connector::Connector running;
  running.id = "acme";
  running.file = "acme.so";
  running.state = connector::ConnectorState::kReady;
  auto older = *acme();
  older.version = "0.9.0";
  running.manifest = std::make_shared<const manifest::Manifest>(older);
  const auto ready = list_html("ready", connector_card(running, {}, language("en"), next.get()));
  EXPECT_TRUE(has(ready, "Version 0.9.0 goes on until the hub is restarted."));
  EXPECT_TRUE(has(ready, "href=\"/app/connectors/review/" + next->sha256 + "\""));
  const auto waiting = list_html("awaiting", connector_card(*next, {}, language("en"), &running));
  EXPECT_TRUE(has(waiting, "Version 0.9.0, which was approved, goes on meanwhile."));
  EXPECT_FALSE(has(list_html("awaiting", connector_card(*next, {}, language("en"))), "meanwhile"));
}

TEST(WebConnectors, AreMarkedWhenTheirHostIsOverridden) {
  EXPECT_TRUE(is_sandboxed(*acme(), {"api.acme.example"}));
  EXPECT_FALSE(is_sandboxed(*acme(), {"api.other.example"}));
  auto of_companies = *acme();
  of_companies.hosts = {{"{company}.acme.example", 443, {}}};
  EXPECT_TRUE(is_sandboxed(of_companies, {"nordwind.acme.example"}));
  EXPECT_FALSE(is_sandboxed(of_companies, {"acme.example"}));
}

TEST(WebConnectors, NameThreeHostsOnTheirCardAndCountTheRest) {
  auto of_many = *acme();
  const auto html = [&of_many](std::size_t count) {
    of_many.hosts.clear();
    for (std::size_t i = 0; i < count; ++i)
      of_many.hosts.push_back({"api" + std::to_string(i) + ".acme.example", 443, {}});
    connector::Connector ready;
    ready.state = connector::ConnectorState::kReady;
    ready.manifest = std::make_shared<const manifest::Manifest>(of_many);
    return list_html("ready", connector_card(ready, {}, language("en")));
  };
  EXPECT_TRUE(has(html(4), "api3.acme.example"));
  EXPECT_FALSE(has(html(4), "more"));
  EXPECT_TRUE(has(html(10), "api2.acme.example"));
  EXPECT_FALSE(has(html(10), "api3.acme.example"));
  EXPECT_TRUE(has(html(10), "and 7 more"));
}

// Ready ones, called so, each with one category.
std::vector<connector::ConnectorPtr> named(
    const std::vector<std::pair<std::string, std::string>>& names) {
  std::vector<connector::ConnectorPtr> made;
  for (const auto& [name, category] : names) {
    auto manifest = std::make_shared<manifest::Manifest>(*acme());
    manifest->id = name;
    manifest->name = name;  // no text has this id, so it stands for itself
    manifest->categories = {category};
    auto one = std::make_shared<connector::Connector>();
    one->id = name;
    one->state = connector::ConnectorState::kReady;
    one->manifest = manifest;
    made.push_back(std::move(one));
  }
  return made;
}

std::string picker_html(const std::vector<connector::ConnectorPtr>& choices,
                        std::string_view wanted = {}) {
  return render("choose", picker_view(choices, wanted, {}, language("en")), language("en"));
}

TEST(WebPicker, GroupsByCategoryInTheOrderOfNames) {
  const auto html = picker_html(named({{"zeta", "hris"}, {"beta", "crm"}, {"alpha", "hris"}}));
  const auto at = [&](std::string_view piece) { return html.find(piece); };
  EXPECT_LT(at(">CRM</h2>"), at("connector=beta\""));
  EXPECT_LT(at("connector=beta\""), at(">HR</h2>"));
  EXPECT_LT(at(">HR</h2>"), at("connector=alpha\""));
  EXPECT_LT(at("connector=alpha\""), at("connector=zeta\""));
  EXPECT_FALSE(has(html, "type=\"search\"")) << "few enough to look at";
  EXPECT_FALSE(has(picker_html(named({{"alpha", "hris"}})), "HR</h2>"))
      << "one group needs no title";
}

TEST(WebPicker, SearchesNamesAndCategoriesWithoutAScript) {
  const auto choices = named(
      {{"alpha", "hris"}, {"beta", "crm"}, {"gamma", "crm"}, {"delta", "ats"}, {"zeta", "ats"}});
  EXPECT_TRUE(has(picker_html(choices), "type=\"search\""));
  const auto by_name = picker_html(choices, "GAM");
  EXPECT_TRUE(has(by_name, "connector=gamma\""));
  EXPECT_FALSE(has(by_name, "connector=beta\""));
  const auto by_category = picker_html(choices, "recruit");
  EXPECT_TRUE(has(by_category, "connector=delta\"") && has(by_category, "connector=zeta\""));
  const auto none = picker_html(choices, "<nothing>");
  EXPECT_TRUE(has(none, "value=\"&lt;nothing&gt;\""));
  EXPECT_TRUE(has(none, "id=\"none-found\">"));
}

TEST(WebSafeHtml, LetsNoLinkThroughThatIsNotPlainHttps) {
  using manifest::Span;
  for (const char* href :
       {"javascript:alert(1)", "http://a.example/", "https://a.example/\"x", "data:text/html,x"}) {
    const auto html = rich_html({{Span::Kind::kLink, "label", href}}).markup();
    EXPECT_EQ(html, "label") << href;
  }
  EXPECT_TRUE(has(rich_html({{Span::Kind::kLink, "<l>", "https://a.example/?a=1&b=2"}}).markup(),
                  "<a href=\"https://a.example/?a=1&amp;b=2\" target=\"_blank\" "
                  "rel=\"noopener noreferrer\">&lt;l&gt;</a>"));
}

TEST(WebView, TakesMarkupUnderItsOwnNamesOnly) {
  View view;
  EXPECT_THROW(view.text("a_html", "<b>"), std::logic_error);
  EXPECT_THROW(view.html("a", SafeHtml()), std::logic_error);
}

}  // namespace
}  // namespace patchbay::web
