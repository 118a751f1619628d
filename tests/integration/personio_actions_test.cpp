// Every action of Personio's manifest, through the hub, over TLS, against the sandbox. What is sent
// stands in personio_actions/*.json; an action without an entry there fails.
#include "accounts/integration_service.h"
#include "actions/action_runner.h"
#include "hub_fixture.h"
#include "manifest/input_schema.h"
#include "personio_action_entries.h"

namespace patchbay::integration {
namespace {

using actions::ActionRunner;
using manifest::Action;

class PersonioActions : public HubTest {
 protected:
  void SetUp() override {
    personio.set_options([](personio_sandbox::Options& options) { options.rate_limits = false; });
    pace.limit_changes[{"personio", "v1_recruiting"}].requests = 6'000;  // nobody shall wait
    open_hub();
    const store::Account account = linked_with_recruiting();
    account_id = account.id;
    tokens.emplace(hub->keeper());
    runner.emplace(hub->services(), *tokens);
    manifest = runner->find_action("personio_list_persons").manifest;
    ASSERT_NE(manifest, nullptr);
    allow_every_action(account.integration_id);
    personio.clear_violations();
  }

  // With what a person may leave empty.
  store::Account linked_with_recruiting(const std::string& owner = "acme") {
    const auto access = personio.recruiting_access();
    auto request = link_request(personio.default_integration(), session_request(owner));
    request.form.values.push_back({"company_id", access.company_id});
    request.form.secrets.push_back({"recruiting_key", SecretString(access.key)});
    auto outcome = wait(hub->accounts().link(std::move(request)));
    if (!outcome.account) throw std::runtime_error("not linked: " + outcome.error.message);
    return *std::move(outcome.account);
  }

  // Without an operator's word an integration only reads.
  void allow_every_action(const std::string& integration_id) {
    std::vector<std::string> all;
    for (const Action& action : manifest->actions) all.push_back(action.id);
    accounts::IntegrationWish wish;
    wish.allowed_actions = std::move(all);
    accounts::IntegrationService integrations(hub->services());
    const auto changed =
        wait(integrations.change(hub->project_id(), integration_id, std::move(wish), {}));
    ASSERT_TRUE(changed) << changed.error().message;
  }

  ActionRunner::Outcome run(const std::string& account, const std::string& action,
                            const std::string& input, const std::string& next = {},
                            std::uint32_t page_size = 0) {
    actions::ActionCall call;
    call.project_id = hub->project_id();
    call.account_id = account;
    call.action_id = action;
    call.input = input;
    call.next = next;
    call.page_size = page_size;
    return wait(runner->run(std::move(call)));
  }

  std::string fill(const json::Value& value) {
    const auto text = value.exists() ? value.dump() : "{}";
    return filled(numbers_bare(text), [this](const std::string& name) {
      if (name == "unique") return std::to_string(++unique);
      if (name.starts_with("person:"))
        return std::to_string(personio.person_id(std::stoll(name.substr(7))));
      const auto found = kept.find(name);
      if (found == kept.end()) ADD_FAILURE() << "nothing was kept as " << name;
      return found == kept.end() ? std::string() : found->second;
    });
  }

  void expect_and_keep(const json::Value& step, const std::string& data) {
    const auto answer = json::Document::parse(data, {.max_bytes = std::size_t{64} << 20U});
    ASSERT_TRUE(answer);
    const auto expected = json::Document::parse(fill(step.get("expect")));
    ASSERT_TRUE(expected);
    for (std::size_t i = 0; i < expected->root().size(); ++i) {
      const auto [pointer, wanted] = expected->root().member(i);
      const json::Value there = answer->root().pointer(pointer);
      if (wanted.as_string() == "*") {
        EXPECT_TRUE(there.exists()) << pointer << " of " << data.substr(0, 500);
      } else {
        EXPECT_EQ(there.dump(), wanted.dump()) << pointer << " of " << data.substr(0, 500);
      }
    }
    const json::Value keep = step.get("keep");
    for (std::size_t i = 0; i < keep.size(); ++i) {
      const auto [name, pointer] = keep.member(i);
      const json::Value found = answer->root().pointer(pointer.string_or(""));
      ASSERT_TRUE(found.exists()) << pointer.string_or("") << " of " << data.substr(0, 500);
      kept[std::string(name)] = found.is_string() ? found.string_or("") : found.dump();
    }
  }

  void run_steps(const json::Value& steps) {
    for (std::size_t i = 0; i < steps.size(); ++i) {
      const json::Value step = steps.at(i);
      const std::string action = step.get("action").string_or("");
      const auto reply = run(account_id, action, fill(step.get("input")));
      ASSERT_TRUE(reply) << action << ": " << reply.error().message;
      expect_and_keep(step, reply->data);
    }
  }

  void try_also(const Action& action) {
    const json::Value inputs = entries.find(action.id).get("also");
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      const auto reply = run(account_id, action.id, fill(inputs.at(i)));
      EXPECT_TRUE(reply) << inputs.at(i).dump() << ": " << reply.error().message;
    }
  }

  // The entry's input, after what it needs was made.
  std::string prepare(const Action& action) {
    kept.clear();
    const json::Value entry = entries.find(action.id);
    run_steps(entry.get("before"));
    return fill(entry.get("input"));
  }

  // An account that lacks this one permission, and has every other.
  std::string account_without(const manifest::PermissionRef& permission) {
    std::string& account = accounts_without[permission.to_string()];
    if (!account.empty()) return account;
    auto request = personio.default_integration().request;
    auto& access = request.permissions.at(permission.id);
    (permission.access == manifest::Access::kRead ? access.read : access.write) = false;
    const std::string owner = "owner-" + std::to_string(accounts_without.size());
    account = linked(personio.create_integration(request), owner).id;
    return account;
  }

  void expect_shape(const Action& action, const std::string& data) {
    const auto parsed = json::Document::parse(data, {.max_bytes = std::size_t{64} << 20U});
    ASSERT_TRUE(parsed);
    const json::Value root = parsed->root();
    switch (action.result.kind) {
      case manifest::ResultKind::kList:
        EXPECT_TRUE(root.is_array()) << data;
        EXPECT_TRUE(root.size() > 0 || entries.find(action.id).get("may_be_empty").bool_or(false));
        break;
      case manifest::ResultKind::kObject:
        EXPECT_TRUE(root.is_object()) << data;
        break;
      case manifest::ResultKind::kNone:
        EXPECT_EQ(data, "null");
        break;
      case manifest::ResultKind::kBinary:
        EXPECT_GT(root.get("size").integer_or(0), 0) << data.substr(0, 500);
        break;
    }
  }

  void expect_refused_unsent(const Action& action, const std::string& input) {
    const auto sent = personio.kit().calls().total();
    const auto reply = run(account_id, action.id, input);
    ASSERT_FALSE(reply) << input;
    EXPECT_EQ(reply.error().reason, actions::reason::kInvalidInput) << reply.error().message;
    EXPECT_EQ(personio.kit().calls().total(), sent) << input;
  }

  void expect_failure(const Action& action, const std::string& input, Fault fault,
                      const std::set<ErrorCode>& codes, const std::string& words) {
    fault.times = 0;
    personio.kit().inject(fault);
    const auto reply = run(account_id, action.id, input);
    personio.kit().clear_faults();
    ASSERT_FALSE(reply) << reply->data.substr(0, 500);
    EXPECT_TRUE(codes.contains(reply.error().code)) << reply.error().message;
    EXPECT_NE(reply.error().message.find(words), std::string::npos) << reply.error().message;
  }

  const ActionEntries entries{PATCHBAY_ACTION_ENTRIES};
  std::string account_id;
  std::optional<actions::KeeperTokens> tokens;
  std::optional<ActionRunner> runner;
  std::shared_ptr<const manifest::Manifest> manifest;
  std::map<std::string, std::string> accounts_without;
  std::map<std::string, std::string> kept;
  int unique = 0;
};

TEST_F(PersonioActions, AllHaveAnEntryAndNoEntryIsWithoutItsAction) {
  std::set<std::string> ids;
  for (const Action& action : manifest->actions) ids.insert(action.id);
  EXPECT_EQ(entries.ids(), ids);
}

// The hub's own inputs are tried with the pages.
TEST_F(PersonioActions, AreTriedWithEveryInputTheyTake) {
  for (const Action& action : manifest->actions) {
    const json::Value entry = entries.find(action.id);
    const json::Value also = entry.get("also");
    for (const std::string& name : action.input->property_names()) {
      bool is_tried =
          name == "page_size" || name == "cursor" || entry.get("input").get(name).exists();
      for (std::size_t i = 0; i < also.size(); ++i)
        is_tried = is_tried || also.at(i).get(name).exists();
      EXPECT_TRUE(is_tried) << action.id << " is never given " << name;
    }
  }
}

TEST_F(PersonioActions, SucceedAndBreakNoRuleOfTheProvider) {
  for (const Action& action : manifest->actions) {
    SCOPED_TRACE(action.id);
    const std::string input = prepare(action);
    const auto reply = run(account_id, action.id, input);
    if (!reply) {
      ADD_FAILURE() << reply.error().message << " " << reply.error().provider_answer;
      continue;
    }
    expect_shape(action, reply->data);
    expect_and_keep(entries.find(action.id), reply->data);
    try_also(action);
    run_steps(entries.find(action.id).get("after"));
    EXPECT_EQ(personio.violations(), std::vector<std::string>{});
    personio.clear_violations();
  }
}

TEST_F(PersonioActions, ThatComeInPagesGoOnWhereAPageEnded) {
  for (const Action& action : manifest->actions) {
    if (action.pagination.limit_param.empty()) continue;
    SCOPED_TRACE(action.id);
    const std::string input = prepare(action);
    const auto first = run(account_id, action.id, input, "", 1);
    ASSERT_TRUE(first) << first.error().message;
    if (first->next.empty()) continue;
    const auto second = run(account_id, action.id, input, first->next);
    ASSERT_TRUE(second) << second.error().message;
    EXPECT_NE(second->data, first->data);
    EXPECT_EQ(personio.violations(), std::vector<std::string>{});
  }
}

// Nobody can connect without reading employees: there the provider is made to refuse.
TEST_F(PersonioActions, NameThePermissionThatIsMissing) {
  for (const Action& action : manifest->actions) {
    for (const auto& permission : action.permissions) {
      SCOPED_TRACE(action.id + " without " + permission.to_string());
      const std::string input = prepare(action);
      const bool connects = permission.to_string() != "employees:read";
      const std::string account = connects ? account_without(permission) : account_id;
      if (!connects) personio.kit().inject({.kind = FaultKind::status, .times = 0, .status = 403});
      const auto reply = run(account, action.id, input);
      personio.kit().clear_faults();
      ASSERT_FALSE(reply) << reply->data.substr(0, 500);
      EXPECT_EQ(reply.error().code, ErrorCode::kPermissionMissing) << reply.error().message;
      const auto& missing = reply.error().missing;
      EXPECT_NE(std::find(missing.begin(), missing.end(), permission.to_string()), missing.end())
          << reply.error().message;
      const auto* known = manifest->find_permission(permission.id);
      EXPECT_NE(reply.error().message.find(manifest->texts.plain("en", known->label)),
                std::string::npos)
          << reply.error().message;
    }
  }
}

// Those with a key of their own have no box to tick.
TEST_F(PersonioActions, NameTheFieldsThatWereLeftEmpty) {
  const std::string without = linked(personio.default_integration(), "leaves-them-empty").id;
  for (const Action& action : manifest->actions) {
    if (action.token != "recruiting") continue;
    SCOPED_TRACE(action.id);
    const std::string input = prepare(action);
    const auto sent = personio.kit().calls().total();
    const auto reply = run(without, action.id, input);
    ASSERT_FALSE(reply) << reply->data.substr(0, 500);
    EXPECT_EQ(reply.error().reason, actions::reason::kFieldsMissing);
    EXPECT_NE(reply.error().message.find("Recruiting key, Company ID"), std::string::npos)
        << reply.error().message;
    EXPECT_EQ(personio.kit().calls().total(), sent);
  }
}

TEST_F(PersonioActions, WithAKeyOfTheirOwnNameAKeyAndAFeatureThatAreRefused) {
  const auto access = personio.recruiting_access();
  auto request = link_request(personio.default_integration(), session_request("wrong-key"));
  request.form.values.push_back({"company_id", access.company_id});
  request.form.secrets.push_back({"recruiting_key", SecretString("wrong-key-0123456789")});
  const auto outcome = wait(hub->accounts().link(std::move(request)));
  ASSERT_TRUE(outcome.account) << outcome.error.message;
  for (const Action& action : manifest->actions) {
    if (action.token != "recruiting") continue;
    SCOPED_TRACE(action.id);
    const std::string input = prepare(action);
    const auto refused = run(outcome.account->id, action.id, input);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::kPermissionMissing);
    EXPECT_NE(refused.error().message.find("Recruiting key"), std::string::npos)
        << refused.error().message;
    EXPECT_EQ(refused.error().message.find("wrong-key-0123456789"), std::string::npos);
    personio.set_options([](auto& options) { options.recruiting_feature = false; });
    const auto closed = run(account_id, action.id, input);
    ASSERT_FALSE(closed);
    EXPECT_EQ(closed.error().code, ErrorCode::kPermissionMissing) << closed.error().message;
    EXPECT_NE(closed.error().message.find("feature.recruiting.disabled"), std::string::npos)
        << closed.error().message;
    personio.set_options([](auto& options) { options.recruiting_feature = true; });
  }
}

TEST_F(PersonioActions, OneOfTwoFieldsThatBelongTogetherIsNotEnough) {
  auto request = link_request(personio.default_integration(), session_request("half"));
  request.form.values.push_back({"company_id", "20417"});
  request.form.secrets.push_back({"recruiting_key", SecretString(" ")});
  const auto outcome = wait(hub->accounts().link(std::move(request)));
  ASSERT_FALSE(outcome.account);
  ASSERT_EQ(outcome.field_problems.size(), 1U);
  EXPECT_EQ(outcome.field_problems.front().field, "recruiting_key");
}

TEST_F(PersonioActions, RefuseWrongInputBeforeAnythingIsSent) {
  for (const Action& action : manifest->actions) {
    SCOPED_TRACE(action.id);
    const std::string input = prepare(action);
    const auto right = json::Document::parse(input);
    ASSERT_TRUE(right);
    const auto with = [&](std::string_view left_out, std::string_view name,
                          std::string_view value) {
      json::Writer out;
      out.begin_object();
      for (std::size_t i = 0; i < right->root().size(); ++i) {
        const auto [member, given] = right->root().member(i);
        if (member != left_out && member != name) out.key(member).value(given);
      }
      if (!name.empty()) out.key(name).raw(value);
      out.end_object();
      return out.take();
    };
    expect_refused_unsent(action, with("", "no_such_input", "1"));
    for (const std::string& name : action.input->property_names()) {
      if (action.input->requires_property(name)) expect_refused_unsent(action, with(name, "", ""));
      const bool takes_objects =
          (action.input->property_types(name) & manifest::InputSchema::kObject) != 0;
      expect_refused_unsent(action, with("", name, takes_objects ? "[]" : R"({"wrong":1})"));
    }
  }
}

TEST_F(PersonioActions, NameAProviderThatFails) {
  for (const Action& action : manifest->actions) {
    SCOPED_TRACE(action.id);
    const std::string input = prepare(action);
    expect_failure(action, input, {.kind = FaultKind::status, .status = 500},
                   {ErrorCode::kUnavailable}, "answered 500");
    expect_failure(action, input, {.kind = FaultKind::garbage},
                   {ErrorCode::kUnavailable, ErrorCode::kProtocol}, "api.personio.de");
    const bool reads_json = action.result.kind == manifest::ResultKind::kList ||
                            action.result.kind == manifest::ResultKind::kObject;
    if (reads_json)
      expect_failure(action, input, {.kind = FaultKind::invalid_json}, {ErrorCode::kProtocol},
                     "The provider's answer");
  }
}

}  // namespace
}  // namespace patchbay::integration
