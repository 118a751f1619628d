// What agents are told of a tool's harm: in tools/list each hint stands as the manifest has it, and
// where one tool runs them all, it is as harmful as the worst of them.
#include "served_api_fixture.h"
#include "store/integrations_table.h"

namespace patchbay::mcp {
namespace {

struct Kind {
  const char* id;
  const char* hints;
  bool read_only;
  bool destructive;
  bool idempotent;
};

constexpr Kind kKinds[] = {
    {"read", R"({"read_only":true})", true, false, true},
    {"write", R"({"read_only":false})", false, false, false},
    {"put", R"({"read_only":false,"idempotent":true})", false, false, true},
    {"wipe", R"({"read_only":false,"destructive":true})", false, true, false},
    {"delete", R"({"read_only":false,"destructive":true,"idempotent":true})", false, true, true}};

std::string actions() {
  std::string all = "[";
  for (const auto& kind : kKinds) {
    if (all.size() > 1) all += ",";
    all += test::action(
        kind.id, R"({"type":"object","additionalProperties":false,"properties":{}})",
        R"("token":"main","request":{"method":")" + std::string(kind.read_only ? "GET" : "POST") +
            R"(","host":"api.acme.example","path":"/v1/people"},)"
            R"("result":{"kind":"object","path":""})",
        kind.hints);
  }
  return all + "]";
}

struct McpTools : testing::Test {
  // By their manifests' ids.
  void allow(std::initializer_list<const char*> ids) {
    json::Writer list;
    list.begin_array();
    for (const auto* id : ids) list.string("acme_" + std::string(id));
    served.hub.integration.allowed_actions = list.end_array().take();
    served.hub.change([&](store::Database& db) {
      return store::integrations_table::update(db, served.hub.integration);
    });
  }
  json::Document tools(const std::string& mode) {
    auto made = served.hub.loops.block_on(api::create_api_key(
        served.hub.store(), served.hub.clock, served.hub.random, "prj_1", "test", "actions"));
    EXPECT_TRUE(made);
    net::Request request;
    request.method = "POST";
    request.target = "/mcp?tool-mode=" + mode;
    request.host = "hub.example";
    request.id = "req-1";
    EXPECT_TRUE(net::decode_target(request.target, request));
    request.headers.set("Authorization", "Bearer " + std::string(made->key.reveal()));
    request.headers.set("x-account-id", "acc_1");
    request.headers.set("Content-Type", "application/json");
    request.body = SecretString(R"({"jsonrpc":"2.0","id":1,"method":"tools/list"})");
    const auto response = served.hub.loops.block_on(served.router.dispatch(request));
    EXPECT_EQ(response.status, 200U) << response.body;
    test::expect_described("POST", "/mcp", response);
    return test::parsed(response.body);
  }
  json::Document hints_of_the_one_that_runs() {
    const auto all = tools("search_execute");
    const auto list = all.root().pointer("/result/tools");
    EXPECT_EQ(list.size(), 2U);
    EXPECT_TRUE(list.at(0).pointer("/annotations/readOnlyHint").bool_or(false)) << "it searches";
    return test::parsed(list.at(1).get("annotations").dump());
  }

  test::ServedHub served{actions()};
};

TEST_F(McpTools, HaveTheHintsOfTheManifest) {
  allow({"read", "write", "put", "wipe", "delete"});
  const auto all = tools("individual");
  const auto list = all.root().pointer("/result/tools");
  ASSERT_EQ(list.size(), std::size(kKinds));
  for (std::size_t i = 0; i < list.size(); ++i) {
    const auto& kind = kKinds[i];
    SCOPED_TRACE(kind.id);
    EXPECT_EQ(list.at(i).get("name").string_or(""), "acme_" + std::string(kind.id));
    const auto told = list.at(i).get("annotations");
    EXPECT_EQ(told.get("readOnlyHint").bool_or(!kind.read_only), kind.read_only);
    EXPECT_TRUE(told.get("openWorldHint").bool_or(false));
    // Left out, a client takes a tool that writes for destructive; of one that reads neither says
    // anything (MCP, ToolAnnotations).
    EXPECT_EQ(told.get("destructiveHint").exists(), !kind.read_only);
    EXPECT_EQ(told.get("idempotentHint").exists(), !kind.read_only);
    if (kind.read_only) continue;
    EXPECT_EQ(told.get("destructiveHint").bool_or(!kind.destructive), kind.destructive);
    EXPECT_EQ(told.get("idempotentHint").bool_or(!kind.idempotent), kind.idempotent);
  }
}

TEST_F(McpTools, TheOneThatRunsThemAllIsAsHarmfulAsTheWorst) {
  allow({"read"});
  EXPECT_TRUE(hints_of_the_one_that_runs().root().get("readOnlyHint").bool_or(false));
  allow({"read", "put"});
  const auto writes = hints_of_the_one_that_runs();
  EXPECT_FALSE(writes.root().get("readOnlyHint").bool_or(true));
  EXPECT_FALSE(writes.root().get("destructiveHint").bool_or(true));
  allow({"read", "put", "delete"});
  const auto deletes = hints_of_the_one_that_runs();
  EXPECT_FALSE(deletes.root().get("readOnlyHint").bool_or(true));
  EXPECT_TRUE(deletes.root().get("destructiveHint").bool_or(false));
}

}  // namespace
}  // namespace patchbay::mcp
