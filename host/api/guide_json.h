#pragma once
// Ways of connecting, as GET /actions tells them: with what each needs and, where it was asked for,
// the guides that stand beside its forms, so that a product can show them in its own pages. Texts
// are English, as the rest of the catalogue, and plain: what was markup is its words, links are
// written "label: address". Sections about this hub's own pages are left out.
#include "base/json.h"
#include "manifest/manifest.h"

namespace patchbay::api {

// The object of one way; `with_guides`: `include=authentication_guides`.
void write_authentication(json::Writer& out, const manifest::Manifest& manifest,
                          const manifest::AuthMethod& method, bool with_guides);
// What the provider's permissions let a product do, [{name, description}].
void write_scope_definitions(json::Writer& out, const manifest::Manifest& manifest);

}  // namespace patchbay::api
