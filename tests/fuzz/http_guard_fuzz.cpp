// The guard in front of the HTTP parser, and the parser behind it. Whatever the bytes:
// - the guard neither crashes nor depends on how the bytes were split over reads,
// - a head it accepts is one that Beast's parser accepts too, with exactly one Host, and with at
//   most one of Content-Length and Transfer-Encoding,
// - the parser takes any body behind it, however split, without an assertion.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "net/http_guard.h"
#include "net/http_parser.h"
#include "net/http_types.h"

namespace {

using namespace patchbay;
using namespace patchbay::net;

void require(bool holds) {
  if (!holds) std::abort();
}

bool mentions_connection(std::string_view head) {
  constexpr std::string_view kName = "connection";
  for (std::size_t i = 0; i + kName.size() <= head.size(); ++i) {
    if (iequals(head.substr(i, kName.size()), kName)) return true;
  }
  return false;
}

void check_splits(std::string_view bytes, std::size_t end) {
  std::size_t searched = 0;
  for (std::size_t step = 1; searched < end; step = step * 2 + 1) {
    const std::size_t now = std::min(searched + step, end - 1);
    if (now <= searched) break;
    require(find_head_end(bytes.substr(0, now), searched) == std::string_view::npos);
    require(check_partial_head(bytes.substr(0, now), searched).accepted());
    searched = now;
  }
  require(find_head_end(bytes, searched) == end);
}

void parse(std::string_view bytes, std::size_t end, std::size_t step) {
  RequestHead head;
  Headers headers;
  SecretString body;
  RequestParser parser(head, headers, body, 4096);
  std::size_t used = 0;
  ParseState state = parser.put(bytes.substr(0, end), used);
  require(state == ParseState::kHead || state == ParseState::kDone ||
          state == ParseState::kTooLarge || state == ParseState::kBad);
  // What the guard lets pass and the parser does not: only malformed lists in Connection.
  if (state == ParseState::kBad) {
    require(mentions_connection(bytes.substr(0, end)));
    return;
  }
  if (state == ParseState::kTooLarge) return;
  require(used == end);
  require(headers.count("Host") == 1);
  require(headers.count("Content-Length") + headers.count("Transfer-Encoding") <= 1);
  if (state == ParseState::kDone) {
    const auto length = headers.get("Content-Length");
    require(!headers.has("Transfer-Encoding"));
    require(!length || length->find_first_not_of('0') == std::string_view::npos);
    Request request;
    (void)decode_target(head.target, request);
    return;
  }
  require(headers.has("Content-Length") || headers.has("Transfer-Encoding"));
  std::size_t given = end;
  while (state == ParseState::kHead || state == ParseState::kNeedMore) {
    if (given == bytes.size()) return;
    given = std::min(given + step, bytes.size());
    state = parser.put(bytes.substr(0, given), used);
    require(used <= given);
    require(body.size() <= 4096);
  }
  if (state == ParseState::kDone && headers.has("Content-Length")) {
    require(used - end == body.size());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  (void)is_valid_host(bytes);
  (void)check_partial_head(bytes);
  const std::size_t end = find_head_end(bytes);
  if (end == std::string_view::npos) {
    (void)check_request_head(bytes);
    return 0;
  }
  if (!check_request_head(bytes.substr(0, end)).accepted()) return 0;
  check_splits(bytes, end);
  for (const std::size_t step : {std::size_t{1}, std::size_t{7}, std::size_t{100'000}}) {
    parse(bytes, end, step);
  }
  return 0;
}
