// Hands out a table that ends before the functions do.
#include "base.h"

namespace {

struct Connector : misfit::Base {
  static constexpr std::uint32_t table_size = 32;
};

}  // namespace

MISFIT_CONNECTOR(Connector)
