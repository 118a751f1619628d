#include "api/record_stream.h"

#include <limits>
#include <utility>

#include "api/record_lines.h"
#include "base/json.h"

namespace patchbay::api {
namespace {

constexpr std::string_view kType = "application/x-ndjson";
// A limit's window is a minute as a rule; who limits for longer is better asked again later.
constexpr std::int64_t kLongestPauseMs = 65'000;
constexpr int kMostPauses = 5;

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(' ');
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

}  // namespace

bool wants_record_stream(const net::Request& request) {
  std::string_view rest = request.header("Accept");
  while (!rest.empty()) {
    const std::string_view range = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(rest.size(), range.size() + 1));
    if (net::iequals(trimmed(range.substr(0, range.find(';'))), kType)) return true;
  }
  return false;
}

RecordStream::RecordStream(CallDoor door, actions::ActionRunner& runner, pacing::Pace* pace,
                           const net::Request& request, actions::ActionCall call)
    : door_(door), runner_(runner), pace_(pace), request_(request), call_(std::move(call)) {
  if (call_.page_size == 0) call_.page_size = std::numeric_limits<std::uint32_t>::max();
}

Task<ActionOutcome> RecordStream::fetch_once() {
  const auto caller = co_await door_.keys.identify(request_, Scope::kActions);
  if (!caller) co_return api_error(caller.error());
  co_return co_await call_action(door_, runner_, request_, party_of(request_, *caller), call_);
}

Task<ActionOutcome> RecordStream::fetch() {
  auto page = co_await fetch_once();
  for (int pauses = 0; pace_ != nullptr && !page && pauses < kMostPauses; ++pauses) {
    const ApiError& error = page.error();
    if (error.code != to_string(ErrorCode::kRateLimited)) break;
    if (error.retry_after_ms > kLongestPauseMs) break;
    if (!co_await pace_->sleep(std::chrono::milliseconds(error.retry_after_ms))) break;
    page = co_await fetch_once();
  }
  co_return page;
}

Task<std::optional<ApiError>> RecordStream::begin() {
  auto page = co_await fetch_once();
  if (!page) co_return std::move(page).error();
  page_ = *std::move(page);
  co_return std::nullopt;
}

std::string RecordStream::failed(const ApiError& error) {
  ended_ = true;
  return broken_line(records_, call_.next,
                     stackone_error(error, request_, door_.clock.unix_ms()).body);
}

std::string RecordStream::lines_of(const actions::ActionReply& page) {
  const auto list = json::Document::parse(page.data, {.max_bytes = page.data.size()});
  if (!list) return failed(api_error(list.error()));
  std::string lines;
  lines.reserve(page.data.size() + page.data.size() / 4);
  append_records(lines, list->root());
  records_ += static_cast<std::int64_t>(list->root().size());
  ended_ = page.next.empty();
  lines.append(ended_ ? end_line(records_) : page_line(page.next));
  return lines;
}

Task<std::optional<std::string>> RecordStream::next() {
  if (ended_) co_return std::nullopt;
  if (!page_) {
    auto fetched = co_await fetch();
    if (!fetched) co_return failed(fetched.error());
    page_ = *std::move(fetched);
  }
  const auto page = std::move(*std::exchange(page_, std::nullopt));
  std::string lines = lines_of(page);
  call_.next = page.next;
  co_return lines;
}

}  // namespace patchbay::api
