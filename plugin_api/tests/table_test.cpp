// The table that PATCHBAY_CONNECTOR makes, called as a host calls it, rightly and wrongly.
#include <dlfcn.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <cstring>
#include <string>

#include "patchbay/sdk/manifest.h"
#include "patchbay/testing/flow_driver.h"

namespace {

using namespace patchbay::testing;

const patchbay_connector* toy() {
  return patchbay_connector_query(PATCHBAY_ABI_MAJOR, PATCHBAY_ABI_MINOR, nullptr);
}

TEST(ConnectorTable, RefusesAnotherMajorAndSaysItsOwn) {
  std::uint32_t major = 77;
  EXPECT_EQ(patchbay_connector_query(PATCHBAY_ABI_MAJOR + 1, 0, &major), nullptr);
  EXPECT_EQ(major, PATCHBAY_ABI_MAJOR);
  EXPECT_EQ(patchbay_connector_query(PATCHBAY_ABI_MAJOR + 1, 0, nullptr), nullptr);
  EXPECT_NE(patchbay_connector_query(PATCHBAY_ABI_MAJOR, 99, &major), nullptr);
}

TEST(ConnectorTable, IsCompleteAndHandsOutTheEmbeddedManifest) {
  const patchbay_connector* table = toy();
  EXPECT_EQ(table->struct_size, sizeof(patchbay_connector));
  EXPECT_EQ(table->abi_minor, PATCHBAY_ABI_MINOR);
  EXPECT_TRUE(table->create && table->destroy && table->connect && table->refresh &&
              table->revoke && table->step && table->release && table->get_extension);
  EXPECT_EQ(table->invoke, nullptr);  // this connector has no such actions
  EXPECT_EQ(std::string(table->manifest.ptr, table->manifest.len),
            patchbay::sdk::embedded_manifest());
}

TEST(ConnectorTable, RefusesCallsThatBreakTheInterface) {
  const patchbay_connector* table = toy();
  Driver driver(table);
  patchbay_host host{};
  patchbay_instance* instance = nullptr;
  EXPECT_EQ(table->create(nullptr, &instance), PATCHBAY_E_INVALID);
  host.struct_size = 8;  // a host that knows next to nothing
  EXPECT_EQ(table->create(&host, &instance), PATCHBAY_E_INVALID);
  EXPECT_EQ(table->create(&host, nullptr), PATCHBAY_E_INVALID);

  patchbay_input input{};
  input.struct_size = sizeof(input);
  patchbay_flow* flow = nullptr;
  EXPECT_EQ(table->connect(nullptr, &input, &flow), PATCHBAY_E_INVALID);
  EXPECT_EQ(table->connect(driver.instance(), nullptr, &flow), PATCHBAY_E_INVALID);
  EXPECT_EQ(table->connect(driver.instance(), &input, nullptr), PATCHBAY_E_INVALID);
  input.struct_size = 16;
  EXPECT_EQ(table->connect(driver.instance(), &input, &flow), PATCHBAY_E_INVALID);
  input.struct_size = sizeof(input);
  input.auth_method_id = {"unknown", 7};
  EXPECT_EQ(table->connect(driver.instance(), &input, &flow), PATCHBAY_E_UNSUPPORTED);
  EXPECT_EQ(flow, nullptr);
  table->release(nullptr);
}

TEST(ConnectorTable, RefusesEventsThatBreakTheInterface) {
  Driver driver(toy());
  FlowRun run = driver.connect({.secrets = {{"api_key", "key-123456"}}});
  patchbay_event event = run.event(PATCHBAY_EVENT_START);
  patchbay_action action{};
  EXPECT_EQ(toy()->step(run.flow(), &event, &action), PATCHBAY_E_INVALID);  // no struct_size
  action.struct_size = sizeof(action);
  EXPECT_EQ(toy()->step(run.flow(), &event, nullptr), PATCHBAY_E_INVALID);
  EXPECT_EQ(toy()->step(run.flow(), nullptr, &action), PATCHBAY_E_INVALID);
  EXPECT_EQ(toy()->step(nullptr, &event, &action), PATCHBAY_E_INVALID);
  event.struct_size = 24;
  EXPECT_EQ(toy()->step(run.flow(), &event, &action), PATCHBAY_E_INVALID);
  EXPECT_EQ(run.start().kind, PATCHBAY_ACTION_REQUESTS);  // none of that has harmed the flow
}

TEST(ConnectorTable, WritesNoFurtherThanAnOlderHostHasRoomFor) {
  Driver driver(toy());
  FlowRun run = driver.connect({.secrets = {{"api_key", "key-123456"}}});
  const patchbay_event event = run.event(PATCHBAY_EVENT_START);
  patchbay_action action;
  std::memset(&action, 0xAB, sizeof(action));
  action.struct_size = offsetof(patchbay_action, wait_ms);
  ASSERT_EQ(toy()->step(run.flow(), &event, &action), PATCHBAY_OK);
  EXPECT_EQ(action.kind, PATCHBAY_ACTION_REQUESTS);
  EXPECT_EQ(action.request_count, 1U);
  EXPECT_EQ(action.struct_size, offsetof(patchbay_action, wait_ms));
  EXPECT_EQ(action.wait_ms, 0xABABABABABABABABU);
}

TEST(ConnectorTable, SurvivesANewerHostWithLargerStructs) {
  Driver driver(toy());
  FlowRun run = driver.connect({.secrets = {{"api_key", "key-123456"}}});
  struct Newer {
    patchbay_event event;
    std::uint64_t more[4];
  } newer{run.event(PATCHBAY_EVENT_START), {}};
  newer.event.struct_size = sizeof(newer);
  EXPECT_EQ(run.step(newer.event).kind, PATCHBAY_ACTION_REQUESTS);
}

TEST(ConnectorTable, LivesSeveralTimesInOneProcess) {
  Driver one(toy());
  Driver two(toy());
  EXPECT_NE(one.instance(), two.instance());
  EXPECT_EQ(one.log().size(), 1U);
  FlowRun run = two.connect({.secrets = {{"api_key", "key-123456"}}});
  EXPECT_EQ(run.start().requests.at(0).header("x-api-key"), "key-123456");
}

TEST(ConnectorTable, KnowsItsExtensionsAndNoOthers) {
  Driver driver(toy());
  const auto ask = [&](std::string_view id) {
    return toy()->get_extension(driver.instance(), {id.data(), id.size()});
  };
  ASSERT_NE(ask("toy.something/1"), nullptr);
  EXPECT_EQ(*static_cast<const int*>(ask("toy.something/1")), 7);
  EXPECT_EQ(ask("toy.something/2"), nullptr);
  EXPECT_EQ(ask(""), nullptr);
}

TEST(ConnectorLibrary, ExportsItsOneFunctionAndNothingElse) {
  std::FILE* nm = popen("nm -D --defined-only '" TOY_LIBRARY "' | awk '{print $NF}'", "r");
  ASSERT_NE(nm, nullptr);
  std::string symbols;
  for (int c = std::fgetc(nm); c != EOF; c = std::fgetc(nm)) symbols += static_cast<char>(c);
  EXPECT_EQ(pclose(nm), 0);
  EXPECT_EQ(symbols, "patchbay_connector_query\n");
}

TEST(ConnectorLibrary, WorksWhenLoaded) {
  void* library = dlopen(TOY_LIBRARY, RTLD_NOW | RTLD_LOCAL);
  ASSERT_NE(library, nullptr) << dlerror();
  const auto query = reinterpret_cast<patchbay_connector_query_fn>(
      dlsym(library, PATCHBAY_CONNECTOR_QUERY_SYMBOL));
  ASSERT_NE(query, nullptr);
  Driver driver(query(PATCHBAY_ABI_MAJOR, PATCHBAY_ABI_MINOR, nullptr));
  FlowRun run = driver.connect({.secrets = {{"api_key", "key-123456"}}});
  EXPECT_EQ(run.start().kind, PATCHBAY_ACTION_REQUESTS);
  EXPECT_EQ(run.replies({{.status = 200}}).kind, PATCHBAY_ACTION_DONE);
}

}  // namespace
