#pragma once
// The only way for HTML that is not a template's own to come into a page. Manifests are written by
// strangers: their texts become HTML in rich_html alone, run by run, everything escaped.
#include <string>
#include <string_view>
#include <vector>

#include "manifest/rich_text.h"

namespace patchbay::web {

// & < > " ' as entities: fit for element content and quoted attributes.
std::string escape_html(std::string_view text);

// Nobody but rich_html makes one that holds anything.
class SafeHtml {
 public:
  SafeHtml() = default;
  [[nodiscard]] const std::string& markup() const { return markup_; }

 private:
  friend SafeHtml rich_html(const std::vector<manifest::Span>& spans);
  std::string markup_;
};

// <strong>, <code> and https links; links open beside the page and tell nothing about it.
SafeHtml rich_html(const std::vector<manifest::Span>& spans);

}  // namespace patchbay::web
