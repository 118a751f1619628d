// GET /v1/company/employees/{employee_id}/profile-picture/{width} (reference, section 4.1.1).
#include <charconv>

#include "areas.h"
#include "attributes.h"
#include "gateway.h"
#include "png.h"
#include "shapes.h"

namespace patchbay::personio_sandbox {
namespace {

using sandbox::Response;

constexpr std::uint32_t kMaxWidth = 1000;  // ours: bounds the answer
constexpr std::uint64_t kColour = 6000;    // purposes of People::number
constexpr std::uint64_t kHasPicture = 6001;

std::optional<std::uint32_t> width_of(const std::string& text) {
  std::uint32_t width = 0;
  const char* end = text.data() + text.size();
  const auto [stop, failed] = std::from_chars(text.data(), end, width);
  if (failed != std::errc{} || stop != end || width == 0 || width > kMaxWidth) return std::nullopt;
  return width;
}

/// Four persons in five have one.
Response profile_picture(const Call& call) {
  const People people = call.service.people();
  const auto index = people.index_of_id(call.request.params.find("employee_id").value_or(""));
  const auto width = width_of(call.request.params.find("width").value_or(""));
  const bool readable =
      is_readable(call.integration.request.readable_attributes, "profile_picture");
  if (!index || !width || !readable || people.number(*index, kHasPicture) % 5 == 0) {
    return v1_error(404, 404, "Etwas ist schiefgelaufen ...");
  }
  const std::uint64_t colour = people.number(*index, kColour);
  const auto part = [&](unsigned shift) { return static_cast<std::uint8_t>(colour >> shift); };
  Response response{.status = 200, .headers = {}, .body = {}};
  response.headers.add("Content-Type", "image/png");
  response.body = one_colour_png(*width, {part(0), part(8), part(16)});
  return response;
}

}  // namespace

void add_profile_picture_v1(sandbox::Router& router, Service& service) {
  add_v1(router, service, "GET", "/v1/company/employees/{employee_id}/profile-picture/{width}",
         "employees:read", profile_picture);
}

}  // namespace patchbay::personio_sandbox
