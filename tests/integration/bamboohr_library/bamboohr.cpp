// A connector with code for what a manifest alone says as well: the SDK's ready-made basic
// credentials, with the company in the address and the provider's refusals in the manifest's words.
#include <memory>
#include <utility>

#include "patchbay/sdk/export.h"
#include "patchbay/sdk/json.h"
#include "patchbay/sdk/static_credentials.h"

namespace {

using namespace patchbay::sdk;

class KeyFlow : public StaticCredentialsFlow {
 public:
  KeyFlow(Input input, std::string_view url, bool used_before)
      : StaticCredentialsFlow(std::move(input), {.scheme = StaticScheme::basic,
                                                 .probe_url = url,
                                                 .secret_field = "api_key",
                                                 .user_field = "api_key"}),
        host_(host_of(url)),
        used_before_(used_before) {}

 protected:
  void accepted(const Event&, const Reply* reply, Action& action) override {
    Done& done = action.done();
    const JsonDocument company(reply->body(), {.max_bytes = std::size_t{64} << 10U});
    if (const auto name = json_text(company.object(), "displayName"))
      done.fact("company_name", *name);
  }

  void step(const Event& event, Action& action) override {
    const std::uint32_t status =
        event.kind() == EventKind::replies ? event.reply().status() : std::uint32_t{0};
    if (status == 401) {
      refuse(action, status, "error.key_refused", "error.key_withdrawn").at("api_key");
    } else if (status == 403) {
      tell(action.fail(Failure::permission, "error.key_forbidden"), status);
    } else if (status == 404) {
      refuse(action, status, "error.no_such_company", "error.company_gone").at("company");
    } else {
      StaticCredentialsFlow::step(event, action);
    }
  }

 private:
  Fail& refuse(Action& action, std::uint32_t status, std::string_view refused,
               std::string_view withdrawn) {
    return tell(used_before_ ? action.fail(Failure::revoked, withdrawn)
                             : action.fail(Failure::credentials, refused),
                status);
  }
  Fail& tell(Fail& fail, std::uint32_t status) const {
    return fail.arg("host", host_).arg("status", std::int64_t{status});
  }

  std::string_view host_;
  bool used_before_;
};

class Bamboohr {
 public:
  explicit Bamboohr(Host) {}
  std::unique_ptr<Flow> connect(Input input) const { return flow(std::move(input), false); }
  std::unique_ptr<Flow> refresh(Input input) const { return flow(std::move(input), true); }
  std::unique_ptr<Flow> revoke(Input input) const {
    return std::make_unique<NothingToDoFlow>(std::move(input));
  }

 private:
  // The host has checked that the company is one label, and sends nothing where it is not.
  static std::unique_ptr<Flow> flow(Input input, bool used_before) {
    const auto url = input.arena().text("https://", trim(input.field("company")),
                                        ".bamboohr.com/api/v1/company_information");
    return std::make_unique<KeyFlow>(std::move(input), url, used_before);
  }
};

}  // namespace

PATCHBAY_CONNECTOR(Bamboohr, embedded_manifest())
