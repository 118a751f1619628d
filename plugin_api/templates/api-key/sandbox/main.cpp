// Stands in for api.acme.example: an API key, and a list of people.
#include "patchbay/sandbox/main.h"

#include <memory>
#include <string>

#include "patchbay/sandbox/text.h"

using namespace patchbay::sandbox;

namespace {

class AcmeSandbox final : public Provider {
 public:
  explicit AcmeSandbox(Services kit) : secret_(kept_secret(kit.state)) {}

  void add_routes(Router& router) override {
    router.add("GET", "/v1/me", [this](const Request& request) {
      return is_known(request) ? json_response(200, json::object{{"company", "Acme"}}) : refused();
    });
    router.add("GET", "/v1/people", [this](const Request& request) { return people(request); });
  }
  json::array credentials() const override {
    return {json::object{{"label", "API key"}, {"fields", json::object{{"api_key", secret_}}}}};
  }
  bool looks_secret(std::string_view value) const override { return value == secret_; }

 private:
  // Made at the first start.
  static std::string kept_secret(const StateFolder& state) {
    if (const auto kept = state.read("secret")) return *kept;
    std::string made = "sandbox-" + random_base64url(24);
    state.write("secret", made);
    return made;
  }
  bool is_known(const Request& request) const {
    return equal_in_constant_time(request.headers.find("x-api-key").value_or(""), secret_);
  }
  Response people(const Request& request) const {
    if (!is_known(request)) return refused();
    const std::string part = request.query.find("name").value_or("");
    json::array found;
    for (const std::string name : {"Ada Lovelace", "Alan Turing", "Grace Hopper"})
      if (name.find(part) != std::string::npos)
        found.push_back(json::object{{"id", name.substr(0, name.find(' '))}, {"name", name}});
    return json_response(200, json::object{{"people", std::move(found)}});
  }
  static Response refused() {
    return json_response(401, json::object{{"error", "Send a valid x-api-key."}});
  }

  std::string secret_;
};

}  // namespace

int main(int argc, char** argv) {
  return run_sandbox_main(
      argc, argv,
      {.name = "acme",
       .hosts = {"api.acme.example"},
       .about = "An API key in the header x-api-key: GET /v1/me, GET /v1/people."},
      [](Services kit) { return std::make_unique<AcmeSandbox>(kit); });
}
