// Aborts while an instance is made.
#include "base.h"

namespace {

struct Connector : misfit::Base {
  static patchbay_status create(const patchbay_host*, patchbay_instance**) { std::abort(); }
};

}  // namespace

MISFIT_CONNECTOR(Connector)
