// What is sent as a body, tried on every route that takes one: broken JSON, other JSON, another
// content type, too much of it, members nobody knows and members of another kind. Each is refused
// as described, and never the hub's own fault. The routes come from the API's description, so a new
// one is tried, too.
#include "two_tenants.h"

namespace patchbay::api {
namespace {

struct ApiBodies : testing::Test {
  static std::vector<Operation> taking_a_body() {
    std::vector<Operation> all;
    for (const auto& operation : ApiDescription::built().operations())
      // What is passed on is the provider's to refuse.
      if (operation.value.get("requestBody").exists() &&
          operation.path.find("/proxy/") == std::string::npos)
        all.push_back(operation);
    return all;
  }

  net::Response ask(const Operation& operation, const std::function<void(net::Request&)>& change) {
    return tenants.ask(operation, nullptr, test::Examples::kAll, change);
  }
  net::Response send(const Operation& operation, const std::string& body) {
    return ask(operation, [&](net::Request& request) { request.body = SecretString(body); });
  }

  // JSON-RPC and providers have bodies of their own kind.
  static bool has_named_members(const Operation& operation) {
    return operation.path != "/mcp" && !operation.path.starts_with("/in/");
  }

  static json::Value content_of(const Operation& operation) {
    const auto& description = ApiDescription::built();
    return description.resolved(operation.value.get("requestBody"))
        .get("content")
        .get("application/json");
  }

  // The example, with one member more or another value for it.
  static std::string example_with(const Operation& operation, std::string_view name,
                                  std::string_view value) {
    const auto example = content_of(operation).get("example");
    json::Writer out;
    out.begin_object();
    for (std::size_t i = 0; i < example.size(); ++i) {
      const auto [known, kept] = example.member(i);
      if (known != name) out.key(known).value(kept);
    }
    return out.key(name).raw(value).end_object().take();
  }

  static json::Document read(const net::Response& response) {
    auto body = json::Document::parse(response.body);
    return body ? *std::move(body) : json::Document::parse("{}").value();
  }

  static void expect_refused(const net::Response& response, unsigned status) {
    EXPECT_EQ(response.status, status) << response.body.substr(0, 500);
    const auto body = read(response);
    // JSON-RPC has numbers for it.
    EXPECT_TRUE(body.root().get("code").is_string() ||
                body.root().get("error").get("code").is_integer())
        << response.body.substr(0, 500);
  }

  TwoTenants tenants;
};

TEST_F(ApiBodies, ThatAreNoJsonAreRefused) {
  const std::pair<const char*, std::string> kBroken[] = {
      {"nothing", " "},
      {"its half", R"({"label":)"},
      {"two of them", "{}{}"},
      {"a name twice", R"({"label":"a","label":"b"})"},
      {"a name twice, once escaped", R"({"label":"a","l\u0061bel":"b"})"},
      {"a name twice, further in", R"({"metadata":{"a":1,"a":2}})"},
      {"no UTF-8", "{\"label\":\"\xff\xfe\"}"},
      {"UTF-8 in more bytes than it needs", "{\"label\":\"\xc0\xaf\"}"},
      {"half of a surrogate pair", R"({"label":"\ud800"})"},
      {"UTF-16", std::string("{\0}\0", 4)},
      {"a comment", "{/* none */}"},
      {"no number", R"({"expires_in":NaN})"}};
  for (const auto& operation : taking_a_body())
    for (const auto& [what, body] : kBroken) {
      SCOPED_TRACE(operation.method + " " + operation.path + ": " + what);
      expect_refused(send(operation, body), 400);
    }
}

TEST_F(ApiBodies, ThatAreNoObjectAreRefused) {
  for (const auto& operation : taking_a_body())
    for (const std::string_view body : {"[]", "[{}]", "\"text\"", "7", "true", "null"}) {
      if (operation.path == "/mcp" && body == "[{}]") continue;  // a batch: each has its own answer
      SCOPED_TRACE(operation.method + " " + operation.path + ": " + std::string(body));
      expect_refused(send(operation, std::string(body)), 400);
    }
}

TEST_F(ApiBodies, ThatAreNestedTooDeepOrTooLargeAreRefused) {
  const std::string deep = std::string(2'000, '[') + std::string(2'000, ']');
  const std::string large = "{\"label\":\"" + std::string(std::size_t{45} << 20U, 'x') + "\"}";
  for (const auto& operation : taking_a_body()) {
    SCOPED_TRACE(operation.method + " " + operation.path);
    // JSON-RPC says it in a code of its own, and to a provider an event is whole or no event.
    expect_refused(send(operation, "{\"label\":" + deep + "}"),
                   has_named_members(operation) ? 413 : 400);
    expect_refused(send(operation, large), operation.path == "/mcp" ? 400 : 413);
  }
}

TEST_F(ApiBodies, OfAnotherContentTypeAreRefused) {
  for (const auto& operation : taking_a_body()) {
    if (operation.path.starts_with("/in/")) continue;  // providers name theirs as they like
    for (const auto* type : {"", "text/plain", "application/x-www-form-urlencoded",
                             "multipart/form-data; boundary=x", "application/jsonp"}) {
      SCOPED_TRACE(operation.method + " " + operation.path + ": " + type);
      expect_refused(ask(operation,
                         [&](net::Request& request) {
                           request.headers.remove("Content-Type");
                           if (*type != '\0') request.headers.set("Content-Type", type);
                         }),
                     400);
    }
  }
}

TEST_F(ApiBodies, MayNameTheirCharacters) {
  for (const auto& operation : taking_a_body()) {
    const auto answer = ask(operation, [](net::Request& request) {
      request.headers.set("Content-Type", "application/json; charset=utf-8");
    });
    EXPECT_EQ(answer.status / 100, 2U) << operation.method << " " << operation.path;
  }
}

TEST_F(ApiBodies, WithAMemberNobodyKnowsAreRefusedAndItIsNamed) {
  for (const auto& operation : taking_a_body()) {
    if (!has_named_members(operation)) continue;
    SCOPED_TRACE(operation.method + " " + operation.path);
    const auto answer = send(operation, example_with(operation, "nobody/knows~it", "1"));
    expect_refused(answer, 400);
    const auto body = read(answer);
    EXPECT_EQ(body.root().get("code").string_or(""), "invalid_input");
    EXPECT_NE(answer.body.find("/nobody~1knows~0it"), std::string::npos) << answer.body;
  }
}

// The member that was probably meant is named: each known one, misspelt.
TEST_F(ApiBodies, WithAMisspeltMemberAreAnsweredWithTheRightName) {
  int tried = 0;
  for (const auto& operation : taking_a_body()) {
    if (!has_named_members(operation)) continue;
    const auto properties = content_of(operation).get("schema").get("properties");
    for (std::size_t i = 0; i < properties.size(); ++i) {
      const std::string name(properties.member(i).first);
      if (name.size() < 4 || content_of(operation).get("example").get(name).exists()) continue;
      SCOPED_TRACE(operation.method + " " + operation.path + " " + name);
      const auto answer = send(operation, example_with(operation, name + "x", "1"));
      EXPECT_EQ(answer.status, 400U);
      EXPECT_NE(answer.body.find(R"(did you mean \")" + name + R"(\")"), std::string::npos)
          << answer.body;
      ++tried;
    }
  }
  EXPECT_GT(tried, 20);
}

// What a route takes all the same is held against its description by ask().
TEST_F(ApiBodies, WithMembersOfAnotherKindAreNoFaultOfTheHubs) {
  for (const auto& operation : taking_a_body()) {
    const auto properties = content_of(operation).get("schema").get("properties");
    for (std::size_t i = 0; i < properties.size(); ++i) {
      const std::string name(properties.member(i).first);
      for (const auto* value : {"7", "-1", "1.5", "1e300", "\"text\"", "\"\"", "true", "[]", "[7]",
                                "{}", R"({"a":[{}]})", R"("a\u0000b")"}) {
        SCOPED_TRACE(operation.method + " " + operation.path + " " + name + " " + value);
        const auto answer = send(operation, example_with(operation, name, value));
        EXPECT_LT(answer.status, 500U) << answer.body;
        EXPECT_NE(answer.status, 401U);
      }
    }
  }
}

}  // namespace
}  // namespace patchbay::api
