#include <string>
#include <vector>

#include "manifest/checks.h"

namespace patchbay::manifest {
namespace {

constexpr std::size_t kMaxValues = 200'000;
constexpr std::size_t kMaxPatterns = 2'000;

struct Place {
  json::Value value;
  std::string pointer;
};

// A logo may hold line breaks; logo.h looks at every byte of it.
bool is_logo(const std::string& pointer) {
  return pointer == "/logo/svg";
}

}  // namespace

void check_document(const json::Value& root, Report& report) {
  std::vector<Place> open{{root, ""}};
  std::size_t values = 0;
  std::size_t patterns = 0;
  const auto unsafe = [&report](const std::string& pointer) {
    report.add("unsafe_character", pointer,
               "There is a control, invisible or text-direction character here. Remove it.");
  };
  while (!open.empty()) {
    const Place place = std::move(open.back());
    open.pop_back();
    values += place.value.size() + 1;
    if (values > kMaxValues)
      return report.add("too_many_values", "", "A manifest holds at most 200,000 values.");
    if (const auto text = place.value.as_string();
        text && !is_logo(place.pointer) && has_unsafe_character(*text))
      unsafe(place.pointer);
    // Backwards, so that the document is walked in its order.
    for (std::size_t i = place.value.size(); i-- > 0;) {
      if (place.value.is_array()) {
        open.push_back({place.value.at(i), place.pointer + "/" + std::to_string(i)});
        continue;
      }
      const auto [key, value] = place.value.member(i);
      if (has_unsafe_character(key)) {
        unsafe(place.pointer);
        continue;
      }
      if (key == "pattern" && ++patterns > kMaxPatterns)
        return report.add("too_many_values", place.pointer,
                          "A manifest holds at most 2,000 patterns.");
      open.push_back({value, place.pointer + "/" + pointer_token(key)});
    }
  }
}

}  // namespace patchbay::manifest
