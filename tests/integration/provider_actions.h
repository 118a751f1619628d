#pragma once
// Every action of a provider, through the hub, over TLS, against its sandbox: that it succeeds, and
// what is said of a missing permission, of wrong input and of a provider that fails. What is sent
// stands in <provider>_actions/*.json, as personio_actions/README.md describes it; an action
// without an entry there fails. A test derives from this, says how an account is linked, and calls
// each of the functions under "the tests".
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "accounts/integration_service.h"
#include "actions/action_runner.h"
#include "hub_fixture.h"
#include "manifest/input_schema.h"
#include "personio_action_entries.h"
#include "signing_in.h"

namespace patchbay::integration {

using actions::ActionRunner;
using manifest::Action;

class ProviderActions : public SigningIn {
 protected:
  // `drop_name`: the connector's file, with its ending. `from`: a folder of the build.
  ProviderActions(const std::string& provider_id, const std::string& drop_name,
                  const sandbox::ProviderInfo& info, const sandbox::ProviderFactory& make,
                  const std::string& from = "connectors")
      : connector_id(provider_id),
        host(info.hosts.front()),
        provider_sandbox(info,
                         [this, make](sandbox::Services kit) {
                           auto made = make(kit);
                           provider = made.get();
                           return made;
                         },
                         {}),
        entries(PATCHBAY_TESTS_DIR "/" + provider_id + "_actions") {
    provider_sandbox.start();
    for (const std::string& name : info.hosts)
      overrides.push_back({name, "127.0.0.1", provider_sandbox.port(), provider_sandbox.ca_file()});
    drop(drop_name, PATCHBAY_BUILD_DIR "/" + from + "/" + drop_name);
  }

  // Once the derived class has said how calls are paced.
  void open_with_connector() {
    hub = make_hub();
    hub->start_background();
    const auto connector = hub->registry().find(connector_id);
    if (!connector) throw std::runtime_error(hub->registry().list().front()->reason);
    manifest = connector->manifest;
    tokens.emplace(hub->keeper());
    runner.emplace(hub->services(), *tokens);
  }

  // Links an account that is granted everything.
  virtual store::Account linked_account() = 0;
  // What the sandbox's option `denied` calls a permission.
  [[nodiscard]] virtual std::string denial_of(const std::string& permission) const {
    return permission;
  }

  // Linked, and with every action allowed: without an operator's word an integration only reads.
  void ready_for_actions() {
    const auto account = linked_account();
    account_id = account.id;
    std::vector<std::string> all;
    for (const Action& action : manifest->actions) all.push_back(action.id);
    accounts::IntegrationWish wish;
    wish.allowed_actions = std::move(all);
    accounts::IntegrationService integrations(hub->services());
    const auto changed =
        wait(integrations.change(hub->project_id(), account.integration_id, std::move(wish), {}));
    ASSERT_TRUE(changed) << changed.error().message;
  }

  // Takes from the account's credential what gives this permission; empty: gives all back.
  void deny(const std::string& permission) {
    namespace json = sandbox::json;
    json::array denied;
    if (!permission.empty()) denied.emplace_back(denial_of(permission));
    const auto wrong = provider->set_options({{"denied", std::move(denied)}});
    ASSERT_FALSE(wrong) << *wrong;
  }

  // ---- running ----

  ActionRunner::Outcome run(const std::string& action, const std::string& input,
                            const std::string& next = {}, std::uint32_t page_size = 0) {
    actions::ActionCall call;
    call.project_id = hub->project_id();
    call.account_id = account_id;
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
      if (name == "in_an_hour")
        return std::to_string(provider_sandbox.clock().now_ms() / 1'000 + 3'600);
      const auto found = kept.find(name);
      if (found == kept.end()) ADD_FAILURE() << "nothing was kept as " << name;
      return found == kept.end() ? std::string() : found->second;
    });
  }

  void expect_and_keep(const json::Value& step, const std::string& data) {
    const auto answer = json::Document::parse(data);
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
      const auto reply = run(action, fill(step.get("input")));
      ASSERT_TRUE(reply) << action << ": " << reply.error().message;
      expect_and_keep(step, reply->data);
    }
  }

  std::string prepare(const Action& action) {
    kept.clear();
    const json::Value entry = entries.find(action.id);
    run_steps(entry.get("before"));
    return fill(entry.get("input"));
  }

  void expect_shape(const Action& action, const std::string& data) {
    const auto parsed = json::Document::parse(data);
    ASSERT_TRUE(parsed);
    const json::Value root = parsed->root();
    if (action.result.kind == manifest::ResultKind::kList) {
      EXPECT_TRUE(root.is_array() && root.size() > 0) << data;
    } else if (action.result.kind == manifest::ResultKind::kObject) {
      EXPECT_TRUE(root.is_object()) << data;
    } else {
      EXPECT_EQ(data, "null");
    }
  }

  void expect_refused_unsent(const Action& action, const std::string& input) {
    const auto sent = provider_sandbox.calls().total();
    const auto reply = run(action.id, input);
    ASSERT_FALSE(reply) << input;
    EXPECT_EQ(reply.error().reason, actions::reason::kInvalidInput) << reply.error().message;
    EXPECT_EQ(provider_sandbox.calls().total(), sent) << input;
  }

  void expect_failure(const Action& action, const std::string& input, Fault fault,
                      const std::set<ErrorCode>& codes, const std::string& words) {
    fault.times = 0;
    provider_sandbox.inject(fault);
    const auto reply = run(action.id, input);
    provider_sandbox.clear_faults();
    ASSERT_FALSE(reply) << reply->data.substr(0, 500);
    EXPECT_TRUE(codes.contains(reply.error().code)) << reply.error().message;
    EXPECT_NE(reply.error().message.find(words), std::string::npos) << reply.error().message;
  }

  // ---- the tests ----

  void has_an_entry_for_each() {
    std::set<std::string> ids;
    for (const Action& action : manifest->actions) ids.insert(action.id);
    EXPECT_EQ(entries.ids(), ids);
    EXPECT_GE(ids.size(), 10U);
  }

  // What an integration allows without an operator's word is what reads.
  void says_rightly_what_reads() {
    int writing = 0;
    for (const Action& action : manifest->actions)
      for (const auto& permission : action.permissions)
        if (permission.access == manifest::Access::kWrite) {
          EXPECT_FALSE(action.read_only) << action.id;
          ++writing;
        }
    EXPECT_GT(writing, 2);
  }

  // The hub's own inputs are tried with the pages.
  void tries_every_input() {
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

  void all_succeed() {
    ready_for_actions();
    for (const Action& action : manifest->actions) {
      SCOPED_TRACE(action.id);
      const std::string input = prepare(action);
      const auto reply = run(action.id, input);
      if (!reply) {
        ADD_FAILURE() << reply.error().message << " " << reply.error().provider_answer;
        continue;
      }
      expect_shape(action, reply->data);
      expect_and_keep(entries.find(action.id), reply->data);
      const json::Value also = entries.find(action.id).get("also");
      for (std::size_t i = 0; i < also.size(); ++i) {
        const auto other = run(action.id, fill(also.at(i)));
        EXPECT_TRUE(other) << also.at(i).dump() << ": " << other.error().message;
      }
      run_steps(entries.find(action.id).get("after"));
    }
  }

  void pages_go_on() {
    ready_for_actions();
    int paged = 0;
    for (const Action& action : manifest->actions) {
      if (action.pagination.limit_param.empty()) continue;
      SCOPED_TRACE(action.id);
      const std::string input = prepare(action);
      const auto first = run(action.id, input, "", 1);
      ASSERT_TRUE(first) << first.error().message;
      if (first->next.empty()) continue;
      const auto second = run(action.id, input, first->next);
      ASSERT_TRUE(second) << second.error().message;
      EXPECT_NE(second->data, first->data);
      ++paged;
    }
    EXPECT_GT(paged, 0);
  }

  void names_missing_permissions() {
    ready_for_actions();
    for (const Action& action : manifest->actions) {
      for (const auto& permission : action.permissions) {
        SCOPED_TRACE(action.id + " without " + permission.to_string());
        const std::string input = prepare(action);
        deny(permission.to_string());
        const auto reply = run(action.id, input);
        deny("");
        ASSERT_FALSE(reply) << reply->data.substr(0, 500);
        EXPECT_EQ(reply.error().code, ErrorCode::kPermissionMissing) << reply.error().message;
        const auto& missing = reply.error().missing;
        EXPECT_NE(std::find(missing.begin(), missing.end(), permission.to_string()), missing.end())
            << reply.error().message;
      }
    }
  }

  void refuses_wrong_input() {
    ready_for_actions();
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
        if (action.input->requires_property(name))
          expect_refused_unsent(action, with(name, "", ""));
        const bool takes_objects =
            (action.input->property_types(name) & manifest::InputSchema::kObject) != 0;
        expect_refused_unsent(action, with("", name, takes_objects ? "[]" : R"({"wrong":1})"));
      }
    }
  }

  void names_a_provider_that_fails() {
    ready_for_actions();
    for (const Action& action : manifest->actions) {
      SCOPED_TRACE(action.id);
      const std::string input = prepare(action);
      expect_failure(action, input, {.kind = FaultKind::status, .status = 500},
                     {ErrorCode::kUnavailable}, "answered 500");
      expect_failure(action, input, {.kind = FaultKind::garbage},
                     {ErrorCode::kUnavailable, ErrorCode::kProtocol}, host);
      if (action.result.kind != manifest::ResultKind::kNone)
        expect_failure(action, input, {.kind = FaultKind::invalid_json}, {ErrorCode::kProtocol},
                       "The provider's answer");
    }
  }

  const std::string connector_id;
  const std::string host;
  sandbox::Provider* provider = nullptr;  // the sandbox's
  sandbox::Sandbox provider_sandbox;
  const ActionEntries entries;
  std::string account_id;
  std::optional<actions::KeeperTokens> tokens;
  std::optional<ActionRunner> runner;
  std::shared_ptr<const manifest::Manifest> manifest;
  std::map<std::string, std::string> kept;
  int unique = 0;
};

}  // namespace patchbay::integration
