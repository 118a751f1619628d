#pragma once
// Requests made from the API's description: the examples of parameters and body, and where in them
// a caller may put a text. So a test that walks all routes walks the next one, too.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "net/http_types.h"
#include "support/api_description.h"

namespace patchbay::test {

struct Slot {
  enum class Place : std::uint8_t { kPath, kQuery, kHeader, kBody };
  Place place = Place::kPath;
  std::string name;  // of a parameter, or a JSON pointer into the body
};

// Every parameter and every member of the body that is described, or stands in the example.
std::vector<Slot> slots_of(const ApiDescription& description,
                           const ApiDescription::Operation& operation);

struct Filled {
  Slot slot;
  std::string text;
};
enum class Examples : std::uint8_t { kAll, kRequiredOnly };
// Parameters without an example are left out, unless they are filled.
net::Request example_request(const ApiDescription& description,
                             const ApiDescription::Operation& operation,
                             const Filled* filled = nullptr, Examples examples = Examples::kAll);

// What the request needs beside its parameters: an API key, a connect session, or nothing.
bool needs_session(const ApiDescription::Operation& operation);

}  // namespace patchbay::test
