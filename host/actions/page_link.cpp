#include "actions/page_link.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "base/encoding.h"
#include "manifest/path_template.h"
#include "net/url.h"

namespace patchbay::actions {
namespace {

Error refused(std::string_view why) {
  return make_error(ErrorCode::kProtocol,
                    "The list can't be read on: the provider's link to the next page " +
                        std::string(why) + ", so it is not followed.");
}

std::string_view path_of(const net::Url& url) {
  return std::string_view(url.target).substr(0, url.target.find('?'));
}

// Decoded; nothing when a segment could be read as something else (dots, an encoded slash).
std::optional<std::vector<std::string>> segments(std::string_view path) {
  std::vector<std::string> all;
  while (!path.empty()) {
    path.remove_prefix(1);
    const std::string_view piece = path.substr(0, path.find('/'));
    path.remove_prefix(piece.size());
    auto segment = percent_decode(piece);
    if (!segment || *segment == "." || *segment == ".." ||
        segment->find_first_of("/\\") != std::string::npos)
      return std::nullopt;
    all.push_back(*std::move(segment));
  }
  return all;
}

bool same_resource(const std::vector<std::string>& link, const std::vector<std::string>& page) {
  if (link.empty() || page.empty()) return link.size() == page.size();
  if (link.front() != page.front() || link.back() != page.back()) return false;
  auto at = page.begin();
  for (const std::string& segment : link) {
    at = std::find(at, page.end(), segment);
    if (at == page.end()) return false;
    ++at;
  }
  return true;
}

bool fits(const std::vector<std::string>& link, std::string_view link_path) {
  const auto wanted = manifest::parse_path_template(link_path);
  if (!wanted || wanted->segments.size() != link.size()) return false;
  for (std::size_t i = 0; i < link.size(); ++i) {
    const auto& segment = wanted->segments[i];
    if (segment.placeholder ? link[i].empty() : link[i] != segment.text) return false;
  }
  return true;
}

}  // namespace

Result<std::string> resolve_page_link(std::string_view link, std::string_view url,
                                      std::string_view link_path) {
  PATCHBAY_TRY_ASSIGN(const net::Url page, net::parse_url(url));
  const std::string origin = page.scheme + "://" + page.host_header();
  std::string absolute;
  if (link.starts_with('?')) {
    absolute = origin + std::string(path_of(page)) + std::string(link);
  } else if (link.starts_with('/') && !link.starts_with("//")) {
    absolute = origin + std::string(link);
  } else {
    absolute = link;
  }
  const auto next = net::parse_url(absolute);
  if (!next) return refused("is not a proper address");
  if (next->scheme != page.scheme || next->host != page.host || next->port != page.port)
    return refused("leads to another host");
  const auto there = segments(path_of(*next));
  const auto here = segments(path_of(page));
  if (!there || !here ||
      !(link_path.empty() ? same_resource(*there, *here) : fits(*there, link_path)))
    return refused("leads to another resource");
  return next->scheme + "://" + next->host_header() + next->target;
}

std::string without_query_parameter(std::string_view url, std::string_view name) {
  const std::size_t mark = url.find('?');
  if (mark == std::string_view::npos) return std::string(url);
  std::string out(url.substr(0, mark));
  std::string_view query = url.substr(mark + 1);
  char separator = '?';
  while (!query.empty()) {
    const std::string_view piece = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), piece.size() + 1));
    const auto decoded = percent_decode(piece.substr(0, piece.find('=')), true);
    if (piece.empty() || (decoded && *decoded == name)) continue;
    out += separator;
    out += piece;
    separator = '&';
  }
  return out;
}

}  // namespace patchbay::actions
