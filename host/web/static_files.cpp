#include "web/static_files.h"

#include "base/hash.h"
#include "web/assets.h"
#include "web/connector_view.h"

namespace patchbay::web {
namespace {

constexpr std::string_view kForEver = "max-age=31536000, immutable";

constexpr std::string_view kForAWhile = "max-age=300";

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

net::Response asset_response(std::string_view path) {
  const Asset* asset = find_asset(path);
  if (asset == nullptr) return net::text("Not Found\n", 404);
  net::Response response(200);
  response.with("Content-Type", asset->media_type)
      .with("Cache-Control", "public, " + std::string(kForEver));
  response.body = asset->bytes;
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
