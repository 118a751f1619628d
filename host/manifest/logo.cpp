#include "manifest/logo.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "manifest/text_rules.h"

namespace patchbay::manifest {
namespace {

constexpr std::size_t kMaxElements = 2000;
constexpr std::size_t kMaxDepth = 32;
constexpr std::uint32_t kMaxPixels = 1024;

constexpr std::array<std::string_view, 17> kElements{
    "circle",         "clipPath",       "defs", "desc", "ellipse", "g",
    "line",           "linearGradient", "mask", "path", "polygon", "polyline",
    "radialGradient", "rect",           "stop", "svg",  "title"};

constexpr std::array<std::string_view, 50> kAttributes{"clip-path",
                                                       "clip-rule",
                                                       "clipPathUnits",
                                                       "cx",
                                                       "cy",
                                                       "d",
                                                       "fill",
                                                       "fill-opacity",
                                                       "fill-rule",
                                                       "fx",
                                                       "fy",
                                                       "gradientTransform",
                                                       "gradientUnits",
                                                       "height",
                                                       "id",
                                                       "mask",
                                                       "maskContentUnits",
                                                       "maskUnits",
                                                       "offset",
                                                       "opacity",
                                                       "pathLength",
                                                       "points",
                                                       "preserveAspectRatio",
                                                       "r",
                                                       "rx",
                                                       "ry",
                                                       "spreadMethod",
                                                       "stop-color",
                                                       "stop-opacity",
                                                       "stroke",
                                                       "stroke-dasharray",
                                                       "stroke-dashoffset",
                                                       "stroke-linecap",
                                                       "stroke-linejoin",
                                                       "stroke-miterlimit",
                                                       "stroke-opacity",
                                                       "stroke-width",
                                                       "transform",
                                                       "version",
                                                       "vector-effect",
                                                       "viewBox",
                                                       "width",
                                                       "x",
                                                       "x1",
                                                       "x2",
                                                       "xmlns",
                                                       "y",
                                                       "y1",
                                                       "y2",
                                                       "role"};

template <std::size_t N>
bool contains(const std::array<std::string_view, N>& list, std::string_view name) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

void skip_space(std::string_view& text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
}

std::string_view take_name(std::string_view& text) {
  std::size_t length = 0;
  while (length < text.size() && !is_space(text[length]) &&
         std::string_view("=/>\"'<").find(text[length]) == std::string_view::npos)
    ++length;
  const std::string_view name = text.substr(0, length);
  text.remove_prefix(length);
  return name;
}

bool is_local_reference(std::string_view value) {
  return value.starts_with("url(#") && value.ends_with(")") && value.size() > 6 &&
         std::all_of(value.begin() + 5, value.end() - 1, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '-' || c == '_';
         });
}

std::optional<std::string> attribute_fault(std::string_view name, std::string_view value) {
  if (!contains(kAttributes, name)) return "remove the attribute " + in_quotes(name) + ".";
  if (name == "xmlns") {
    if (value == "http://www.w3.org/2000/svg") return std::nullopt;
    return "the only namespace is http://www.w3.org/2000/svg.";
  }
  const bool plain = std::all_of(value.begin(), value.end(),
                                 [](char c) {
                                   return (is_space(c) || (c > ' ' && c < 0x7f)) && c != '&' &&
                                          c != '<' && c != '\\' && c != ':' && c != '@';
                                 }) &&
                     value.find("//") == std::string_view::npos;
  if (!plain || (value.find("url") != std::string_view::npos && !is_local_reference(value)))
    return "the value of " + in_quotes(name) + " may only be plain numbers, colours or url(#name).";
  return std::nullopt;
}

// Reads `<svg ...>` piece by piece.
class SvgReader {
 public:
  explicit SvgReader(std::string_view text) : rest_(text) {}

  std::optional<std::string> fault() {
    skip_space(rest_);
    while (!rest_.empty()) {
      if (open_.empty() && elements_ > 0) {
        skip_space(rest_);
        if (rest_.empty()) break;
        return "nothing may follow the closing </svg>.";
      }
      if (auto problem = rest_.front() == '<' ? tag() : text()) return problem;
    }
    if (elements_ == 0) return "it is no SVG; it has to start with <svg.";
    if (!open_.empty()) return "close the element " + in_quotes(open_.back()) + ".";
    return std::nullopt;
  }

 private:
  std::optional<std::string> text() {
    const std::size_t end = std::min(rest_.find('<'), rest_.size());
    const std::string_view piece = rest_.substr(0, end);
    rest_.remove_prefix(end);
    const bool blank = std::all_of(piece.begin(), piece.end(), is_space);
    const bool described = !open_.empty() && (open_.back() == "title" || open_.back() == "desc");
    if (!blank && (!described || piece.find('&') != std::string_view::npos))
      return "text may stand only in <title> and <desc>, without entities.";
    return std::nullopt;
  }

  std::optional<std::string> tag() {
    rest_.remove_prefix(1);
    if (rest_.starts_with('/')) return closing_tag();
    if (rest_.starts_with('!') || rest_.starts_with('?'))
      return "remove comments, doctypes, CDATA and processing instructions.";
    const std::string_view name = take_name(rest_);
    if (!contains(kElements, name) || (name == "svg") != (elements_ == 0))
      return "remove the element " + in_quotes(name) + ".";
    if (++elements_ > kMaxElements) return "it has too many elements.";
    if (open_.size() >= kMaxDepth) return "its elements are nested too deeply.";
    while (true) {
      const std::size_t before = rest_.size();
      skip_space(rest_);
      if (rest_.starts_with("/>")) return rest_.remove_prefix(2), std::nullopt;
      if (rest_.starts_with('>')) {
        rest_.remove_prefix(1);
        open_.push_back(name);
        return std::nullopt;
      }
      if (rest_.size() == before) return "put a blank in front of every attribute.";
      if (auto problem = attribute()) return problem;
    }
  }

  std::optional<std::string> attribute() {
    const std::string_view name = take_name(rest_);
    if (name.empty() || !rest_.starts_with('=')) return "every attribute needs a value.";
    rest_.remove_prefix(1);
    const char quote = rest_.empty() ? '\0' : rest_.front();
    if (quote != '"' && quote != '\'') return "put the value of " + in_quotes(name) + " in quotes.";
    const std::size_t end = rest_.find(quote, 1);
    if (end == std::string_view::npos) return "close the quotes of " + in_quotes(name) + ".";
    const std::string_view value = rest_.substr(1, end - 1);
    rest_.remove_prefix(end + 1);
    return attribute_fault(name, value);
  }

  std::optional<std::string> closing_tag() {
    rest_.remove_prefix(1);
    const std::string_view name = take_name(rest_);
    skip_space(rest_);
    if (!rest_.starts_with('>') || open_.empty() || open_.back() != name)
      return "the closing tag of " + in_quotes(name) + " does not fit.";
    rest_.remove_prefix(1);
    open_.pop_back();
    return std::nullopt;
  }

  std::string_view rest_;
  std::vector<std::string_view> open_;
  std::size_t elements_ = 0;
};

std::uint32_t big_endian(std::string_view bytes, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i)
    value = (value << 8U) | static_cast<unsigned char>(bytes[at + i]);
  return value;
}

}  // namespace

std::optional<std::string> svg_fault(std::string_view svg) {
  return SvgReader(svg).fault();
}

std::optional<std::string> png_fault(std::string_view bytes) {
  using namespace std::string_view_literals;
  constexpr auto kStart = "\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR"sv;
  if (!bytes.starts_with(kStart) || bytes.size() < kStart.size() + 8) return "it is no PNG image.";
  const std::uint32_t width = big_endian(bytes, kStart.size());
  const std::uint32_t height = big_endian(bytes, kStart.size() + 4);
  if (width == 0 || height == 0 || width > kMaxPixels || height > kMaxPixels)
    return "its width and height have to be between 1 and 1,024 pixels.";
  return std::nullopt;
}

}  // namespace patchbay::manifest
