// Stands in for api.acme.example: people sign in and allow, and a list of people.
#include "patchbay/sandbox/main.h"

#include <memory>
#include <string>

#include "patchbay/sandbox/oauth_server.h"

using namespace patchbay::sandbox;

namespace {

class AcmeSandbox final : public Provider {
 public:
  explicit AcmeSandbox(Services kit)
      : oauth_(kit, {.scopes = {"people:read"}, .signs_people_in = true}) {}

  void add_routes(Router& router) override {
    oauth_.add_routes(router);
    router.add("GET", "/v1/people", [this](const Request& request) { return people(request); });
  }
  json::array credentials() const override {
    return {json::object{{"label", "The operator's client"}, {"fields", oauth_.client()}}};
  }
  bool looks_secret(std::string_view value) const override { return oauth_.issued(value); }
  void reset() override { oauth_.reset(); }

 private:
  Response people(const Request& request) const {
    if (!oauth_.admits(request)) return refused();
    const std::string part = request.query.find("name").value_or("");
    json::array found;
    for (const std::string name : {"Ada Lovelace", "Alan Turing", "Grace Hopper"})
      if (name.find(part) != std::string::npos)
        found.push_back(json::object{{"id", name.substr(0, name.find(' '))}, {"name", name}});
    return json_response(200, json::object{{"people", std::move(found)}});
  }
  static Response refused() {
    return json_response(401, json::object{{"error", "Send a valid access token."}});
  }

  OAuthServer oauth_;
};

}  // namespace

int main(int argc, char** argv) {
  return run_sandbox_main(argc, argv,
                          {.name = "acme",
                           .hosts = {"api.acme.example"},
                           .about = "A consent page at GET /oauth/authorize, tokens at POST "
                                    "/oauth/token, then GET /v1/people."},
                          [](Services kit) { return std::make_unique<AcmeSandbox>(kit); });
}
