#pragma once
// Answers that are the same for everybody who may have them.
#include "manifest/manifest.h"
#include "net/http_types.h"

namespace patchbay::web {

// What is embedded for browsers, by its address; 404 for anything else.
// Compressed for who takes that (Accept-Encoding).
net::Response asset_response(const net::Request& request);

// What other people's pages load, under a name that stays (assets/embed): kept for minutes.
net::Response embed_response(const net::Request& request);

// A manifest's logo, unable to act whatever is in it; 404 when `path` names another content.
net::Response logo_response(const manifest::Manifest& manifest, std::string_view path);

}  // namespace patchbay::web
