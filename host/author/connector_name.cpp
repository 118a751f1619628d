#include "author/connector_name.h"

#include <algorithm>

#include "manifest/text_rules.h"

namespace patchbay::author {
namespace {

constexpr std::size_t kLongest = 32;

std::string replaced(std::string text, std::string_view what, std::string_view by) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
    text.replace(at, what.size(), by);
  return text;
}

}  // namespace

Result<ConnectorName> ConnectorName::parse(std::string_view text) {
  if (!manifest::is_id(text) || text.size() > kLongest || text.ends_with('_') ||
      text.find("__") != std::string_view::npos)
    return make_error(ErrorCode::kInvalidArgument,
                      manifest::in_quotes(text) +
                          " can't be a connector's name. Use up to 32 lower-case letters, digits "
                          "and single underscores between them, starting with a letter.");
  if (text == "patchbay")
    return make_error(ErrorCode::kInvalidArgument, "patchbay is the hub's own name. Use another.");
  return ConnectorName(std::string(text));
}

std::string ConnectorName::class_name() const {
  std::string name;
  bool upper = true;
  for (const char c : id_) {
    if (c != '_') name += upper && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    upper = c == '_';
  }
  return name;
}

std::string ConnectorName::host_label() const {
  std::string label = id_;
  std::ranges::replace(label, '_', '-');
  return label;
}

std::string ConnectorName::put_into(std::string_view text) const {
  // Through a mark, so that a name which holds "acme" itself is left alone.
  constexpr std::string_view kDomain = "\x01";
  constexpr std::string_view kId = "\x02";
  std::string out = replaced(std::string(text), "acme.example", kDomain);
  out = replaced(replaced(std::move(out), "acme", kId), "Acme", class_name());
  out = replaced(std::move(out), kDomain, host_label() + ".example");
  return replaced(std::move(out), kId, id_);
}

}  // namespace patchbay::author
