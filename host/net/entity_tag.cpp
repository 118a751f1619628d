#include "net/entity_tag.h"

#include "base/hash.h"

namespace patchbay::net {
namespace {

// The field is a list of quoted tags, some marked weak, or "*" for any.
bool is_known(std::string_view field, std::string_view tag) {
  return field == "*" || field.find(tag) != std::string_view::npos;
}

}  // namespace

std::string entity_tag(std::string_view body) {
  return "\"" + sha256_hex(body).substr(0, 32) + "\"";
}

Response with_entity_tag(const Request& request, Response response, std::string_view tag) {
  response.with("ETag", tag);
  if (!is_known(request.header("If-None-Match"), tag)) return response;
  response.status = 304;
  response.body.clear();
  response.headers.remove("Content-Type");
  return response;
}

}  // namespace patchbay::net
