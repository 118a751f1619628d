// Hangs while the loader runs its constructors.
#include "base.h"

namespace {

struct Trap {
  Trap() { misfit::hang(); }
};
const Trap trap;

}  // namespace

MISFIT_CONNECTOR(misfit::Base)
