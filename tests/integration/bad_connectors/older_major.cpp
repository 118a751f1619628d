// Made for a major of the interface that is past.
#include "base.h"

namespace {

struct Connector : misfit::Base {
  static constexpr std::uint32_t major = PATCHBAY_ABI_MAJOR - 1;
};

}  // namespace

MISFIT_CONNECTOR(Connector)
