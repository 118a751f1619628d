// Dies by SIGSEGV while the loader runs its constructors.
#include "base.h"

namespace {

struct Trap {
  Trap() { std::raise(SIGSEGV); }
};
const Trap trap;

}  // namespace

MISFIT_CONNECTOR(misfit::Base)
