#include "web/safe_html.h"

namespace patchbay::web {

std::string escape_html(std::string_view text) {
  std::string out;
  out.reserve(text.size() + text.size() / 8);
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

SafeHtml rich_html(const std::vector<manifest::Span>& spans) {
  SafeHtml html;
  for (const manifest::Span& span : spans) {
    const std::string text = escape_html(span.text);
    switch (span.kind) {
      case manifest::Span::Kind::kStrong:
        html.markup_ += "<strong>" + text + "</strong>";
        break;
      case manifest::Span::Kind::kCode:
        html.markup_ += "<code>" + text + "</code>";
        break;
      case manifest::Span::Kind::kLink:
        if (!manifest::is_safe_link(span.href)) {
          html.markup_ += text;
          break;
        }
        html.markup_ += "<a href=\"" + escape_html(span.href) +
                        "\" target=\"_blank\" rel=\"noopener noreferrer\">" + text + "</a>";
        break;
      case manifest::Span::Kind::kText:
        html.markup_ += text;
        break;
    }
  }
  return html;
}

}  // namespace patchbay::web
