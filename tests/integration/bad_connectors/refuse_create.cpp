// Refuses to make an instance.
#include "base.h"

namespace {

struct Connector : misfit::Base {
  static patchbay_status create(const patchbay_host*, patchbay_instance** out) {
    *out = nullptr;
    return PATCHBAY_E_INTERNAL;
  }
};

}  // namespace

MISFIT_CONNECTOR(Connector)
