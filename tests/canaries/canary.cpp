#include "canaries/canary.h"

#include <algorithm>

#include "base/encoding.h"
#include "base/json.h"

namespace patchbay::canaries {
namespace {

constexpr std::string_view kLower = "0123456789abcdef";
constexpr std::string_view kUpper = "0123456789ABCDEF";

std::string hex(std::string_view bytes, std::string_view digits) {
  std::string out;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    out += {digits[byte >> 4U], digits[byte & 15U]};
  }
  return out;
}

bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

std::string url(std::string_view text, std::string_view digits) {
  std::string out;
  for (const char c : text) {
    if (is_unreserved(c)) {
      out += c;
    } else {
      out += '%' + hex({&c, 1}, digits);
    }
  }
  return out;
}

std::string utf16(std::string_view text) {
  std::string out;
  for (const char c : text) out += {c, '\0'};
  out.pop_back();
  return out;
}

// A digit stands for six bits.
std::string base64_behind(std::string_view secret, std::size_t offset) {
  const std::string text = std::string(offset, 'x') + std::string(secret);
  const auto whole = base64_encode(text.substr(0, text.size() / 3 * 3));
  const std::size_t of_neighbours = (offset * 8 + 5) / 6;
  return whole.substr(of_neighbours);
}

std::vector<std::string> both_alphabets(std::string text) {
  std::string for_urls = text;
  std::ranges::replace(for_urls, '+', '-');
  std::ranges::replace(for_urls, '/', '_');
  return {std::move(text), std::move(for_urls)};
}

std::string json_text(std::string_view text) {
  json::Writer out;
  const auto quoted = out.string(text).take();
  return quoted.substr(1, quoted.size() - 2);
}

std::string with_escaped_slashes(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '/') out += '\\';
    out += c;
  }
  return out;
}

}  // namespace

std::string_view to_string(Encoding encoding) {
  switch (encoding) {
    case Encoding::kRaw:
      return "raw";
    case Encoding::kHex:
      return "hex";
    case Encoding::kBase64:
      return "base64";
    case Encoding::kBase64Offset1:
      return "base64 at offset 1";
    case Encoding::kBase64Offset2:
      return "base64 at offset 2";
    case Encoding::kUrl:
      return "URL-encoded";
    case Encoding::kUtf16:
      return "UTF-16";
    case Encoding::kReversed:
      return "reversed";
    case Encoding::kJson:
      return "JSON";
  }
  return "unknown";
}

std::vector<std::string> shapes(std::string_view secret, Encoding encoding) {
  switch (encoding) {
    case Encoding::kRaw:
      return {std::string(secret)};
    case Encoding::kHex:
      return {hex(secret, kLower), hex(secret, kUpper)};
    case Encoding::kBase64:
      return both_alphabets(base64_behind(secret, 0));
    case Encoding::kBase64Offset1:
      return both_alphabets(base64_behind(secret, 1));
    case Encoding::kBase64Offset2:
      return both_alphabets(base64_behind(secret, 2));
    case Encoding::kUrl:
      return {url(secret, kUpper), url(secret, kLower)};
    case Encoding::kUtf16:
      return {utf16(secret)};
    case Encoding::kReversed:
      return {{secret.rbegin(), secret.rend()}};
    case Encoding::kJson:
      return {json_text(secret), with_escaped_slashes(json_text(secret))};
  }
  return {};
}

}  // namespace patchbay::canaries
