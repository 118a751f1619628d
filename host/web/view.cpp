#include "web/view.h"

#include <algorithm>
#include <stdexcept>

namespace patchbay::web {

View::Entry& View::entry(std::string_view name, Kind kind) {
  if (name.ends_with("_html") != (kind == Kind::kHtml)) {
    throw std::logic_error("names of markup, and only those, end in _html: " + std::string(name));
  }
  auto found = std::ranges::find(entries_, name, &Entry::name);
  if (found == entries_.end()) found = entries_.insert(entries_.end(), Entry());
  *found = Entry{.name = std::string(name), .kind = kind, .text = {}, .flag = false, .views = {}};
  return *found;
}

View& View::text(std::string_view name, std::string_view value) {
  entry(name, Kind::kText).text = value;
  return *this;
}

View& View::html(std::string_view name, const SafeHtml& value) {
  entry(name, Kind::kHtml).text = value.markup();
  return *this;
}

View& View::flag(std::string_view name, bool value) {
  entry(name, Kind::kFlag).flag = value;
  return *this;
}

View& View::view(std::string_view name, View value) {
  entry(name, Kind::kView).views.push_back(std::move(value));
  return *this;
}

View& View::list(std::string_view name, std::vector<View> values) {
  entry(name, Kind::kList).views = std::move(values);
  return *this;
}

}  // namespace patchbay::web
