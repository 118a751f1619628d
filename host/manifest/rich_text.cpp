#include "manifest/rich_text.h"

#include <algorithm>
#include <optional>

#include "manifest/hosts.h"

namespace patchbay::manifest {
namespace {

constexpr std::size_t kMaxLabel = 200;
constexpr std::size_t kMaxUrl = 2048;

std::string fill(std::string_view text, const TextArguments& arguments) {
  std::string out;
  while (!text.empty()) {
    const std::size_t open = std::min(text.find('{'), text.size());
    out += text.substr(0, open);
    text.remove_prefix(open);
    if (text.empty()) break;
    const std::size_t close = text.find('}');
    const std::string_view name =
        close == std::string_view::npos ? std::string_view{} : text.substr(1, close - 1);
    const auto argument =
        std::find_if(arguments.begin(), arguments.end(),
                     [name](const auto& pair) { return !name.empty() && pair.first == name; });
    if (argument == arguments.end()) {
      out += text.front();
      text.remove_prefix(1);
    } else {
      out += argument->second;
      text.remove_prefix(close + 1);
    }
  }
  return out;
}

// Reads one marked-up run at the start of `text`; the number of bytes it takes, or none.
struct Run {
  Span span;
  std::size_t length = 0;
};

std::optional<Run> enclosed(std::string_view text, std::string_view mark, Span::Kind kind) {
  const std::size_t end = text.find(mark, mark.size());
  if (end == std::string_view::npos || end == mark.size()) return std::nullopt;
  return Run{{kind, std::string(text.substr(mark.size(), end - mark.size())), {}},
             end + mark.size()};
}

std::optional<Run> link(std::string_view text) {
  const std::size_t middle = text.substr(0, kMaxLabel).find("](");
  if (middle == std::string_view::npos || middle < 2) return std::nullopt;
  const std::string_view label = text.substr(1, middle - 1);
  const std::string_view rest = text.substr(middle + 2, kMaxUrl + 1);
  const std::size_t end = rest.find(')');
  if (end == std::string_view::npos || label.find('[') != std::string_view::npos ||
      !is_safe_link(rest.substr(0, end)))
    return std::nullopt;
  return Run{{Span::Kind::kLink, std::string(label), std::string(rest.substr(0, end))},
             middle + 2 + end + 1};
}

std::optional<Run> run_at(std::string_view text) {
  if (text.starts_with("**")) return enclosed(text, "**", Span::Kind::kStrong);
  if (text.starts_with("`")) return enclosed(text, "`", Span::Kind::kCode);
  if (text.starts_with("[")) return link(text);
  return std::nullopt;
}

}  // namespace

std::vector<Span> parse_rich_text(std::string_view text, const TextArguments& arguments) {
  std::vector<Span> spans;
  std::string plain;
  const auto flush = [&] {
    if (!plain.empty()) spans.push_back({Span::Kind::kText, fill(plain, arguments), {}});
    plain.clear();
  };
  while (!text.empty()) {
    if (auto run = run_at(text)) {
      flush();
      run->span.text = fill(run->span.text, arguments);
      spans.push_back(std::move(run->span));
      text.remove_prefix(run->length);
      continue;
    }
    const std::size_t literal = text.starts_with("**") ? 2 : 1;
    plain += text.substr(0, literal);
    text.remove_prefix(literal);
  }
  flush();
  return spans;
}

std::string plain_text(const std::vector<Span>& spans) {
  std::string text;
  for (const auto& span : spans) text += span.text;
  return text;
}

bool is_safe_link(std::string_view url) {
  constexpr std::string_view kRefused = "\"'<>\\^`{|}()";
  return url.size() <= kMaxUrl && url.find_first_of(kRefused) == std::string_view::npos &&
         parse_https_url(url.substr(0, url.find('#'))).has_value() &&
         std::all_of(url.begin(), url.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

}  // namespace patchbay::manifest
