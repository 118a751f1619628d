#include "api/openapi.h"

#include <string>

#include "net/entity_tag.h"

namespace patchbay::api {

net::Response openapi_response(const net::Request& request) {
  static const std::string tag = net::entity_tag(openapi_document());
  auto response = net::json(std::string(openapi_document()));
  response.with("Cache-Control", "no-cache");
  return net::with_entity_tag(request, std::move(response), tag);
}

}  // namespace patchbay::api
