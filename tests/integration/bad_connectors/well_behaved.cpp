// Does nothing wrong: shows that what the others do wrong is all that is wrong with them.
#include "base.h"

MISFIT_CONNECTOR(misfit::Base)
