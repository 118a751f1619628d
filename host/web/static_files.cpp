#include "web/static_files.h"

#include <algorithm>

#include "base/hash.h"
#include "net/headers.h"
#include "web/assets.h"
#include "web/connector_view.h"

namespace patchbay::web {
namespace {

constexpr std::string_view kForEver = "max-age=31536000, immutable";

constexpr std::string_view kForAWhile = "max-age=300";

// By name, with no weight or one above 0 (RFC 9110 §12.5.3).
bool takes_gzip(std::string_view accepted) {
  while (!accepted.empty()) {
    const std::string_view entry = accepted.substr(0, accepted.find(','));
    accepted.remove_prefix(std::min(accepted.size(), entry.size() + 1));
    const auto semicolon = std::min(entry.find(';'), entry.size());
    if (net::trim(entry.substr(0, semicolon)) != "gzip") continue;
    const auto weight = entry.find("q=", semicolon);
    return weight == std::string_view::npos ||
           entry.find_first_of("123456789", weight) != std::string_view::npos;
  }
  return false;
}

}  // namespace

net::Response embed_response(const net::Request& request) {
  const Asset* asset = find_asset(request.path);
  if (asset == nullptr) return net::text("Not Found\n", 404);
  const std::string tag = '"' + sha256_hex(asset->bytes).substr(0, 16) + '"';
  net::Response response(request.header("If-None-Match") == tag ? 304 : 200);
  response.with("Content-Type", asset->media_type)
      .with("Cache-Control", "public, " + std::string(kForAWhile))
      .with("ETag", tag)
      .with("Access-Control-Allow-Origin", "*")
      .with("Cross-Origin-Resource-Policy", "cross-origin");
  if (response.status == 200) response.body = asset->bytes;
  return response;
}

net::Response asset_response(const net::Request& request) {
  const Asset* asset = find_asset(request.path);
  if (asset == nullptr) return net::text("Not Found\n", 404);
  net::Response response(200);
  response.with("Content-Type", asset->media_type)
      .with("Cache-Control", "public, " + std::string(kForEver))
      .with("Vary", "Accept-Encoding")
      .with("X-Content-Type-Options", "nosniff")
      .with("Cross-Origin-Resource-Policy", "same-origin");
  const bool compressed = takes_gzip(request.header("Accept-Encoding"));
  if (compressed) response.with("Content-Encoding", "gzip");
  response.body = compressed ? asset->gzipped : asset->bytes;
  return response;
}

net::Response logo_response(const manifest::Manifest& manifest, std::string_view path) {
  if (logo_url(manifest) != path) return net::text("Not Found\n", 404);
  net::Response response(200);
  response.with("Content-Type", manifest.logo.media_type)
      .with("Cache-Control", "private, " + std::string(kForEver))
      .with("Content-Security-Policy", "default-src 'none'; sandbox; frame-ancestors 'none'");
  response.body = manifest.logo.bytes;
  return response;
}

}  // namespace patchbay::web
