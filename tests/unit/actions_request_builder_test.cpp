#include "actions/request_builder.h"
#include "actions_test_support.h"

namespace patchbay::actions {
namespace {

using test::acme;
using test::action;
using test::parsed;

const std::string kAny = R"({"type":"object"})";

struct Built {
  std::string url;
  std::string body;
  std::string type;
};

std::string object(const std::string& properties, const std::string& required = "[]") {
  return R"({"type":"object","required":)" + required + R"(,"properties":)" + properties + "}";
}

Result<net::ClientRequest> build(const manifest::Manifest& manifest, const std::string& input,
                                 const PagePosition* position = nullptr) {
  const auto& first = manifest.actions.front();
  const auto document = parsed(input);
  return build_request(manifest, first, document.root(), {{"company", "example"}},
                       position != nullptr ? *position : first_position(first.pagination, 0));
}

Result<net::ClientRequest> build(const std::string& actions, const std::string& input) {
  return build(*acme("[" + actions + "]"), input);
}

std::string get(const std::string& id, const std::string& input, const std::string& request) {
  return action(id, input, R"("token":"main","request":{"method":"GET",)" + request + "}");
}

std::string post(const std::string& input, const std::string& body) {
  return action("post", input,
                R"("token":"main","request":{"method":"POST","host":"api.acme.example",)"
                R"("path":"/v1/people","body":)" +
                    body + "}");
}

const std::string kPerson = get("get", object(R"({"id":{"type":"string"}})", R"(["id"])"),
                                R"("host":"api.acme.example","path":"/v1/people/{id}/notes")");

TEST(RequestBuilder, EncodesAPathInputAsOneSegment) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {R"({"id":"7"})", "7"},           {R"({"id":"a/b"})", "a%2Fb"},
      {R"({"id":"../x"})", "..%2Fx"},   {R"({"id":"a?b#c"})", "a%3Fb%23c"},
      {R"({"id":"50 %"})", "50%20%25"}, {R"({"id":"ä\u0001"})", "%C3%A4%01"},
      {R"({"id":17})", "17"},           {R"({"id":true})", "true"},
  };
  for (const auto& [input, segment] : cases) {
    const auto request = build(kPerson, input);
    ASSERT_TRUE(request) << input << ": " << request.error().message;
    EXPECT_EQ(request->url, "https://api.acme.example/v1/people/" + segment + "/notes");
  }
}

TEST(RequestBuilder, RefusesAPathInputThatWouldChangeThePath) {
  for (const char* input : {R"({"id":""})", R"({"id":"."})", R"({"id":".."})", R"({})",
                            R"({"id":null})", R"({"id":[]})", R"({"id":{}})"}) {
    const auto request = build(kPerson, input);
    ASSERT_FALSE(request) << input;
    EXPECT_EQ(request.error().code, ErrorCode::kInvalidArgument);
    EXPECT_EQ(request.error().field, "/id");
  }
}

TEST(RequestBuilder, WritesListsInTheStyleThatTheManifestNames) {
  const auto with_style = [](const std::string& style) {
    return get(
        "list", object(R"({"ids":{"type":"array","items":{"type":["string","integer"]}}})"),
        R"("host":"api.acme.example","path":"/v1/people","query":[{"name":"id","input":"ids",)"
        R"("style":")" +
            style + R"("}])");
  };
  const std::string base = "https://api.acme.example/v1/people";
  const std::vector<std::tuple<std::string, std::string, std::string>> cases = {
      {"comma", R"({"ids":["1","a,b","&"]})", "?id=1,a%2Cb,%26"},
      {"repeat", R"({"ids":[1,2]})", "?id=1&id=2"},
      {"brackets", R"({"ids":["x","y"]})", "?id%5B%5D=x&id%5B%5D=y"},
      {"comma", R"({"ids":[]})", ""},
      {"repeat", R"({"ids":null})", ""},
      {"repeat", R"({})", ""},
  };
  for (const auto& [style, input, query] : cases) {
    const auto request = build(with_style(style), input);
    ASSERT_TRUE(request) << request.error().message;
    EXPECT_EQ(request->url, base + query) << style << " " << input;
  }
}

TEST(RequestBuilder, EncodesQueryNamesAndConstants) {
  const auto request =
      build(get("list", object(R"({"after":{"type":"string"},"on":{"type":"boolean"}})"),
                R"("host":"api.acme.example","path":"/v1/people","query":[)"
                R"({"name":"created_at.gt","input":"after"},{"name":"filter[on]","input":"on"},)"
                R"({"name":"view","constant":"a b"}])"),
            R"({"after":"2026-01-31T08:00:00+01:00","on":false})");
  ASSERT_TRUE(request) << request.error().message;
  EXPECT_EQ(request->url,
            "https://api.acme.example/v1/people?created_at.gt=2026-01-31T08%3A00%3A00%2B01%3A00"
            "&filter%5Bon%5D=false&view=a%20b");
}

TEST(RequestBuilder, FillsTheHostFromTheAccountAndAllowsNoOther) {
  const auto manifest =
      acme("[" + get("list", kAny, R"("host":"{company}.acme.example","path":"/v1/people")") + "]");
  const auto request = build(*manifest, "{}");
  ASSERT_TRUE(request) << request.error().message;
  EXPECT_EQ(request->url, "https://example.acme.example:8443/v1/people");
  EXPECT_EQ(request->allowed_hosts, std::vector<std::string>{"example.acme.example"});
  for (const char* company : {"evil.example/", "a.b", "", "x@y", "1:2"}) {
    const auto document = parsed("{}");
    const auto refused = build_request(*manifest, manifest->actions.front(), document.root(),
                                       {{"company", company}}, {});
    ASSERT_FALSE(refused) << company;
    EXPECT_EQ(refused.error().code, ErrorCode::kConfiguration);
  }
}

TEST(RequestBuilder, SetsHeadersAndRefusesValuesThatWouldEndTheLine) {
  const std::string actions =
      get("list", object(R"({"lang":{"type":"string"}})"),
          R"("host":"api.acme.example","path":"/v1/people","headers":[)"
          R"({"name":"Beta","constant":"true"},{"name":"Accept-Language","input":"lang"}])");
  const auto request = build(actions, R"({"lang":"de"})");
  ASSERT_TRUE(request) << request.error().message;
  EXPECT_EQ(request->headers.get("Beta"), "true");
  EXPECT_EQ(request->headers.get("Accept-Language"), "de");
  EXPECT_EQ(request->headers.get("Accept"), "application/json");
  const auto split = build(actions, R"({"lang":"de\r\nX-Evil: 1"})");
  ASSERT_FALSE(split);
  EXPECT_EQ(split.error().code, ErrorCode::kInvalidArgument);
}

TEST(RequestBuilder, RefusesAReservedHeaderEvenWhenAManifestSlippedThrough) {
  auto manifest =
      *acme("[" + get("list", kAny, R"("host":"api.acme.example","path":"/v1/people")") + "]");
  manifest::Parameter header;
  header.name = "aUthorization";
  header.constant = "x";
  manifest.actions.front().headers.push_back(header);
  const auto request = build(manifest, "{}");
  ASSERT_FALSE(request);
  EXPECT_EQ(request.error().code, ErrorCode::kConfiguration);
}

TEST(RequestBuilder, BuildsJsonBodiesFromPointers) {
  const auto request = build(
      post(
          object(
              R"({"id":{"type":"string"},"days":{"type":"array"},"note":{"type":["string","null"]}})"),
          R"({"kind":"json","parameters":[{"name":"/person/id","input":"id"},)"
          R"({"name":"/person/type","constant":"WORK"},{"name":"/days","input":"days"},)"
          R"({"name":"/a~1b","input":"note"},{"name":"/flag","constant":true}]})"),
      R"({"id":"7","days":[1,{"x":2}],"note":null})");
  ASSERT_TRUE(request) << request.error().message;
  EXPECT_EQ(request->body.reveal(),
            R"({"person":{"id":"7","type":"WORK"},"days":[1,{"x":2}],"a/b":null,"flag":true})");
  EXPECT_EQ(request->headers.get("Content-Type"), "application/json");
}

TEST(RequestBuilder, LeavesAbsentInputsOutOfAJsonBody) {
  const auto request =
      build(post(object(R"({"id":{"type":"string"}})"),
                 R"({"kind":"json","parameters":[{"name":"/person/id","input":"id"}]})"),
            "{}");
  ASSERT_TRUE(request) << request.error().message;
  EXPECT_EQ(request->body.reveal(), "{}");
}

TEST(RequestBuilder, SendsOneInputAsTheWholeBody) {
  const auto request = build(
      post(object(R"({"person":{"type":"object"}})"), R"({"kind":"json","whole_input":"person"})"),
      R"({"person":{"name":"Jo","tags":[]}})");
  ASSERT_TRUE(request) << request.error().message;
  EXPECT_EQ(request->body.reveal(), R"({"name":"Jo","tags":[]})");
}

TEST(RequestBuilder, RefusesABodyWhosePartsContradictEachOther) {
  const auto request = build(post(object(R"({"id":{"type":"string"}})"),
                                  R"({"kind":"json","parameters":[{"name":"/p","constant":1},)"
                                  R"({"name":"/p/id","input":"id"}]})"),
                             R"({"id":"1"})");
  ASSERT_FALSE(request);
  EXPECT_EQ(request.error().code, ErrorCode::kConfiguration);
}

TEST(RequestBuilder, BuildsForms) {
  const auto request = build(
      post(object(R"({"q":{"type":"string"},"ids":{"type":"array","items":{"type":"string"}}})"),
           R"({"kind":"form","parameters":[{"name":"q","input":"q"},)"
           R"({"name":"id","input":"ids","style":"brackets"},{"name":"v","constant":"1"}]})"),
      R"({"q":"a b&c=d","ids":["1","2"]})");
  ASSERT_TRUE(request) << request.error().message;
  EXPECT_EQ(request->body.reveal(), "q=a%20b%26c%3Dd&id%5B%5D=1&id%5B%5D=2&v=1");
  EXPECT_EQ(request->headers.get("Content-Type"), "application/x-www-form-urlencoded");
}

const std::string kUpload =
    post(object(R"({"title":{"type":"string"},"file":{"type":"object"}})"),
         R"({"kind":"multipart","parameters":[{"name":"title","input":"title"},)"
         R"({"name":"file","input":"file","file":true}]})");

TEST(RequestBuilder, BuildsMultipartBodiesWhoseNamesCantBreakOut) {
  const auto request = build(
      kUpload,
      R"({"title":"CV","file":{"filename":"a\"\r\nX: y.pdf","content_type":"application/pdf","data":"UERG"}})");
  ASSERT_TRUE(request) << request.error().message;
  const std::string type(request->headers.get("Content-Type").value_or(""));
  ASSERT_TRUE(type.starts_with("multipart/form-data; boundary="));
  const std::string boundary = type.substr(type.find('=') + 1);
  EXPECT_EQ(
      request->body.reveal(),
      "--" + boundary + "\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\nCV\r\n--" +
          boundary +
          "\r\nContent-Disposition: form-data; name=\"file\"; "
          "filename=\"a%22%0D%0AX: y.pdf\"\r\nContent-Type: application/pdf\r\n\r\nPDF\r\n--" +
          boundary + "--\r\n");
}

TEST(RequestBuilder, RefusesFilesThatAreNone) {
  for (const char* input :
       {R"({"file":{}})", R"({"file":{"data":"%%%"}})", R"({"file":{"data":3}})",
        R"({"file":{"data":"UERG","content_type":"a\r\nb"}})"}) {
    const auto request = build(kUpload, input);
    ASSERT_FALSE(request) << input;
    EXPECT_EQ(request.error().field, "/file");
  }
}

std::string paged(const std::string& pagination) {
  return action("list", object(R"({"team":{"type":"string"}})"),
                R"("token":"main","request":{"method":"GET","host":"api.acme.example",)"
                R"("path":"/v1/people","query":[{"name":"team","input":"team"}]},)"
                R"("result":{"kind":"list"},"pagination":)" +
                    pagination);
}

TEST(RequestBuilder, PutsThePageIntoTheQuery) {
  const std::string base = "https://api.acme.example/v1/people?team=x&";
  struct Case {
    std::string pagination;
    PagePosition position;
    std::string query;
  };
  const std::string limits = R"(,"limit_param":"limit","limit_default":10,"limit_max":50})";
  using manifest::PaginationKind;
  const std::vector<Case> cases = {
      {R"({"kind":"cursor","next_path":"/n","cursor_param":"after")" + limits,
       {.kind = PaginationKind::kCursor, .page_size = 10},
       "limit=10"},
      {R"({"kind":"cursor","next_path":"/n","cursor_param":"after")" + limits,
       {.kind = PaginationKind::kCursor, .cursor = "a/b=", .page_size = 5},
       "limit=5&after=a%2Fb%3D"},
      {R"({"kind":"offset","cursor_param":"offset")" + limits,
       {.kind = PaginationKind::kOffset, .number = 20, .page_size = 10},
       "limit=10&offset=20"},
      {R"({"kind":"page","cursor_param":"page","first":1)" + limits,
       {.kind = PaginationKind::kPage, .number = 1, .page_size = 10},
       "limit=10&page=1"},
  };
  for (const auto& one : cases) {
    const auto request =
        build(*acme("[" + paged(one.pagination) + "]"), R"({"team":"x"})", &one.position);
    ASSERT_TRUE(request) << request.error().message;
    EXPECT_EQ(request->url, base + one.query);
  }
}

TEST(RequestBuilder, FollowsALinkVerbatimWithoutSendingFiltersAgain) {
  const auto manifest = acme("[" + paged(R"({"kind":"cursor_link","next_path":"/next"})") + "]");
  PagePosition position;
  position.kind = manifest::PaginationKind::kCursorLink;
  position.cursor = "https://api.acme.example/v1/people?cursor=abc";
  const auto request = build(*manifest, R"({"team":"x"})", &position);
  ASSERT_TRUE(request) << request.error().message;
  EXPECT_EQ(request->url, position.cursor);
  position.cursor = "https://evil.example/v1/people?cursor=abc";
  EXPECT_FALSE(build(*manifest, R"({"team":"x"})", &position));
}

TEST(RequestBuilder, SaysSoWhenTheAddressGetsTooLong) {
  const auto request = build(get("list", object(R"({"q":{"type":"string"}})"),
                                 R"("host":"api.acme.example","path":"/v1/people",)"
                                 R"("query":[{"name":"q","input":"q"}])"),
                             R"({"q":")" + std::string(9000, 'x') + R"("})");
  ASSERT_FALSE(request);
  EXPECT_EQ(request.error().code, ErrorCode::kTooLarge);
}

}  // namespace
}  // namespace patchbay::actions
