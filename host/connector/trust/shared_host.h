#pragma once
// Whether two connectors speak to one host.
#include <string>

#include "manifest/manifest.h"

namespace patchbay::connector {

// A host that requests or people of both may go to, as the first names it; empty: there is none. A
// {placeholder} or * may stand for anything within its label.
std::string shared_host(const manifest::Manifest& one, const manifest::Manifest& other);

}  // namespace patchbay::connector
