#include "multipart.h"

#include <algorithm>

#include "patchbay/sandbox/text.h"

namespace patchbay::personio_sandbox {
namespace {

using sandbox::equal_ignoring_case;

constexpr std::size_t kMostParts = 100;
constexpr std::string_view kLineEnd = "\r\n";

/// The value of `name=` among the parameters of a header; quotes are taken off.
std::optional<std::string> parameter(std::string_view header, std::string_view name) {
  std::size_t at = header.find(';');
  while (at != std::string_view::npos) {
    const std::string_view rest = sandbox::trim(header.substr(at + 1));
    const std::size_t equals = rest.find('=');
    if (equals == std::string_view::npos) return std::nullopt;
    const bool quoted = rest.substr(equals + 1).starts_with('"');
    const std::size_t first = equals + (quoted ? 2 : 1);
    const std::size_t end = rest.find(quoted ? '"' : ';', first);
    if (equal_ignoring_case(rest.substr(0, equals), name)) {
      return std::string(rest.substr(first, end == std::string_view::npos ? end : end - first));
    }
    header = rest.substr(std::min(end, rest.size()));
    at = header.find(';');
  }
  return std::nullopt;
}

std::optional<FormPart> parse_part(std::string_view text) {
  const std::size_t end = text.find("\r\n\r\n");
  if (end == std::string_view::npos) return std::nullopt;
  FormPart part;
  bool named = false;
  std::string_view head = text.substr(0, end);
  while (!head.empty()) {
    const std::size_t line_end = std::min(head.find(kLineEnd), head.size());
    const std::string_view line = head.substr(0, line_end);
    head = head.substr(std::min(line_end + kLineEnd.size(), head.size()));
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) return std::nullopt;
    const std::string_view value = sandbox::trim(line.substr(colon + 1));
    if (equal_ignoring_case(line.substr(0, colon), "Content-Disposition")) {
      const auto name = parameter(value, "name");
      named = value.starts_with("form-data") && name.has_value();
      part.name = name.value_or("");
      part.filename = parameter(value, "filename");
    } else if (equal_ignoring_case(line.substr(0, colon), "Content-Type")) {
      part.content_type = std::string(value);
    }
  }
  if (!named) return std::nullopt;
  part.body = std::string(text.substr(end + 4));
  return part;
}

}  // namespace

std::optional<std::vector<FormPart>> parse_multipart(const sandbox::Request& request) {
  if (request.content_type() != "multipart/form-data") return std::nullopt;
  const auto boundary = parameter(request.headers.find("Content-Type").value_or(""), "boundary");
  if (!boundary || boundary->empty()) return std::nullopt;
  const std::string delimiter = "\r\n--" + *boundary;
  // The first delimiter may stand at the very beginning, without a line end before it.
  const std::string body = std::string(kLineEnd) + request.body;
  std::vector<FormPart> parts;
  std::size_t at = body.find(delimiter);
  while (at != std::string::npos && parts.size() <= kMostParts) {
    at += delimiter.size();
    if (body.compare(at, 2, "--") == 0) return parts;
    if (body.compare(at, 2, kLineEnd) != 0) return std::nullopt;
    const std::size_t next = body.find(delimiter, at);
    if (next == std::string::npos) return std::nullopt;
    auto part = parse_part(std::string_view(body).substr(at + 2, next - at - 2));
    if (!part) return std::nullopt;
    parts.push_back(std::move(*part));
    at = next;
  }
  return std::nullopt;
}

const FormPart* find_part(const std::vector<FormPart>& parts, std::string_view name) {
  const auto found = std::find_if(parts.begin(), parts.end(),
                                  [&](const FormPart& part) { return part.name == name; });
  return found == parts.end() ? nullptr : &*found;
}

}  // namespace patchbay::personio_sandbox
