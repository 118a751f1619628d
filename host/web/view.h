#pragma once
// What a template is filled with: named texts, flags, nested views and lists of them. Texts are
// escaped by the template; only SafeHtml goes in as it is, under a name that ends in `_html`.
//
// Empty texts, false flags and empty lists leave their {{#sections}} out. Names that a template
// asks for and a view doesn't have are looked for in the views around it, so set what may be
// absent. A value type.
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "web/safe_html.h"

namespace patchbay::web {

class View {
 public:
  enum class Kind : unsigned char { kText, kHtml, kFlag, kView, kList };
  struct Entry {
    std::string name;
    Kind kind = Kind::kText;
    std::string text;  // kText, kHtml
    bool flag = false;
    std::vector<View> views;  // kView: one; kList: any number
  };

  View& text(std::string_view name, std::string_view value);
  View& html(std::string_view name, const SafeHtml& value);  // the name must end in "_html"
  View& flag(std::string_view name, bool value);
  View& view(std::string_view name, View value);
  View& list(std::string_view name, std::vector<View> values);

  [[nodiscard]] const std::vector<Entry>& entries() const { return entries_; }

 private:
  Entry& entry(std::string_view name, Kind kind);
  std::vector<Entry> entries_;
};

}  // namespace patchbay::web
