// Aborts while the loader runs its constructors.
#include "base.h"

namespace {

struct Trap {
  Trap() { std::abort(); }
};
const Trap trap;

}  // namespace

MISFIT_CONNECTOR(misfit::Base)
