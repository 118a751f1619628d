// Hangs while an instance is made.
#include "base.h"

namespace {

struct Connector : misfit::Base {
  static patchbay_status create(const patchbay_host*, patchbay_instance**) { misfit::hang(); }
};

}  // namespace

MISFIT_CONNECTOR(Connector)
