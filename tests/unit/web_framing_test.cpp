// Connect pages in frames: who may hold them, and that a frame's cookies are its own.
#include "web/assets.h"
#include "web/connect_access.h"
#include "web/framing.h"
#include "web_pages_support.h"

namespace patchbay::web {
namespace {

net::Request request_for(const std::string& target, bool framed) {
  net::Request request;
  request.method = "GET";
  request.host = "hub.example";
  EXPECT_TRUE(net::decode_target(target, request));
  request.headers.add("Sec-Fetch-Dest", framed ? "iframe" : "document");
  return request;
}

std::string policy_of(const net::Request& request, const net::Origins& origins) {
  net::Response response = secured(net::html("x"));
  allow_framing(request, origins, response);
  const std::string policy(response.headers.get("Content-Security-Policy").value_or(""));
  EXPECT_EQ(response.headers.has("X-Frame-Options"),
            policy.find("frame-ancestors 'none'") != std::string::npos);
  return policy.substr(policy.find("frame-ancestors"));
}

TEST(WebFraming, ConnectPagesMayBeHeldByNamedOriginsAlone) {
  const auto named = net::Origins::parse({"https://app.example", "http://localhost:3000"}).value();
  const std::string none = "frame-ancestors 'none'; ";
  EXPECT_TRUE(policy_of(request_for("/connect", true), named)
                  .starts_with("frame-ancestors https://app.example http://localhost:3000; "));
  EXPECT_TRUE(policy_of(request_for("/connect", true), {}).starts_with(none));
  EXPECT_TRUE(policy_of(request_for("/connect", false), named).starts_with(none));
  for (const char* page : {"/", "/signin", "/app/accounts", "/manage", "/guide/x", "/connectors"})
    EXPECT_TRUE(policy_of(request_for(page, true), named).starts_with(none)) << page;
}

TEST(WebFraming, AFramesCookiesAreKeptForTheSiteAroundIt) {
  EXPECT_EQ(connect_cookie(request_for("/connect/x", true), "t"),
            "__Host-patchbay-connect=t; Path=/; Secure; HttpOnly; SameSite=None; Partitioned");
  EXPECT_EQ(connect_cookie(request_for("/connect/x", false), "t"),
            "__Host-patchbay-connect=t; Path=/; Secure; HttpOnly; SameSite=Lax");
}

TEST(WebFraming, TakesAThemeThatItKnowsAndNothingElse) {
  const auto remembered = [](const std::string& query) {
    net::Response response = net::redirect("/connect");
    take_theme(request_for("/connect/x" + query, true), response);
    return std::string(response.headers.get("Set-Cookie").value_or(""));
  };
  EXPECT_TRUE(remembered("?theme=dark").starts_with("__Host-patchbay-theme=dark; "));
  EXPECT_EQ(remembered(""), "");
  EXPECT_EQ(remembered("?theme=%22onload%3D"), "");

  auto request = request_for("/connect", true);
  request.headers.add("Cookie", "__Host-patchbay-theme=dark");
  EXPECT_EQ(theme_of(request), "dark");
  request.headers.set("Cookie", "__Host-patchbay-theme=\"><x");
  EXPECT_EQ(theme_of(request), "");
  auto page = request_for("/connect", false);
  page.headers.add("Cookie", "__Host-patchbay-theme=dark");
  EXPECT_EQ(theme_of(page), "") << "our own pages follow the browser";
}

TEST_F(WebPagesTest, TheElementsScriptIsForEveryPageAndKeepsItsName) {
  const auto script = get("/embed/patchbay-hub.js");
  EXPECT_EQ(script.status, 200U);
  EXPECT_EQ(header(script, "Content-Type"), "text/javascript; charset=utf-8");
  EXPECT_EQ(header(script, "Access-Control-Allow-Origin"), "*");
  EXPECT_EQ(header(script, "Cross-Origin-Resource-Policy"), "cross-origin");
  EXPECT_EQ(header(script, "Cache-Control"), "public, max-age=300");
  const auto again = send(
      {.target = "/embed/patchbay-hub.js", .headers = {{"If-None-Match", header(script, "ETag")}}});
  EXPECT_EQ(again.status, 304U);
  EXPECT_TRUE(again.body.empty());
  EXPECT_EQ(get("/embed/app.css").status, 404U);
}

}  // namespace
}  // namespace patchbay::web
