// The connector of manifests that come without code: it does what a manifest's `grant` says, for
// API keys, user and password, bearer tokens and plain OAuth 2.0. The host gives each instance its
// manifest (patchbay.manifest-in/1); an instance that got none serves the manifest of this library,
// which shows every grant once.
#include <exception>
#include <memory>
#include <new>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "flows.h"
#include "patchbay/sdk/export.h"

namespace declarative {
namespace {

using namespace patchbay::sdk;

class Declarative {
 public:
  explicit Declarative(Host) {
    if (read_plan(embedded_manifest(), plan_) != PATCHBAY_OK)
      throw std::logic_error("the manifest of this library is broken");
  }

  std::unique_ptr<Flow> connect(Input input) const {
    const Method* method = plan_.find(input.auth_method());
    return method == nullptr ? nullptr : declarative::connect(plan_, *method, std::move(input));
  }
  std::unique_ptr<Flow> refresh(Input input) const {
    const Method* method = plan_.find(input.auth_method());
    return method == nullptr ? nullptr : declarative::refresh(plan_, *method, std::move(input));
  }
  std::unique_ptr<Flow> revoke(Input input) const {
    const Method* method = plan_.find(input.auth_method());
    return method == nullptr ? nullptr : declarative::revoke(*method, std::move(input));
  }

  const void* extension(std::string_view id) const {
    static const patchbay_manifest_in kManifestIn{sizeof(patchbay_manifest_in), 0, &set_manifest};
    return id == PATCHBAY_EXT_MANIFEST_IN ? &kManifestIn : nullptr;
  }

 private:
  static patchbay_status PATCHBAY_CALL set_manifest(patchbay_instance* instance,
                                                    patchbay_str manifest_json) noexcept {
    auto* self = reinterpret_cast<Declarative*>(instance);
    if (self == nullptr || self->has_been_told_) return PATCHBAY_E_INVALID;
    self->has_been_told_ = true;
    try {
      Plan plan;
      const patchbay_status status = read_plan(view(manifest_json), plan);
      if (status == PATCHBAY_OK) self->plan_ = std::move(plan);
      return status;
    } catch (const std::bad_alloc&) {
      return PATCHBAY_E_NO_MEMORY;
    } catch (...) {
      return PATCHBAY_E_INTERNAL;
    }
  }

  Plan plan_;
  bool has_been_told_ = false;
};

}  // namespace
}  // namespace declarative

PATCHBAY_CONNECTOR(declarative::Declarative, patchbay::sdk::embedded_manifest())
