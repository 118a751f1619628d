// Request bodies above the server's usual bound: calls of actions may have them, since files travel
// in the input, and what the proxy passes on as it comes. Who calls is known before any of it is
// read, and there has to be memory, or a place, for it.
#include "actions/memory_budget.h"
#include "api/api.h"

namespace patchbay::api {
namespace {

// Who may send much must not send it drop by drop.
constexpr std::size_t kMinBytesPerSecond = std::size_t{32} << 10U;

bool takes_files(const net::Request& head) {
  return head.method == "POST" && (head.path == "/actions/rpc" || head.path == "/mcp");
}

// The proxy's: a provider may be slow, so its client may be.
constexpr std::size_t kMinPassedOnPerSecond = 1'024;

using Admitted = std::variant<net::LargeBody, net::Response>;

Task<Admitted> admit_stream(ApiKeys& keys, const actions::RawCaller& proxy,
                            const net::Request& head, std::optional<std::uint64_t> length) {
  const auto most = static_cast<std::size_t>(proxy.max_stream_bytes());
  const auto caller = co_await keys.identify(head, Scope::kActions);
  if (!caller) co_return problem_error(api_error(caller.error()), head);
  if (length.value_or(0) > most)
    co_return problem_error(
        api_error(make_error(ErrorCode::kTooLarge,
                             "The body is too large: at most " + std::to_string(most) + " bytes.",
                             "body")),
        head);
  auto place = proxy.place(caller->project_id);
  if (!place) co_return problem_error(api_error(actions::streams_under_way()), head);
  co_return net::LargeBody{most, kMinPassedOnPerSecond, std::move(place), true};
}

}  // namespace

bool Api::takes_streams(const net::Request& head) {
  return head.segments.size() > 3 && head.segments[0] == "accounts" && head.segments[2] == "proxy";
}

Task<Admitted> Api::admit_body(const net::Request& head, std::optional<std::uint64_t> length) {
  if (takes_streams(head)) co_return co_await admit_stream(keys_, raw_, head, length);
  const auto refused = [&](const ApiError& what) {
    return head.path == "/mcp" ? problem_error(what, head) : error(head, what);
  };
  const std::size_t longest = runner_.max_input_bytes();
  if (!takes_files(head) || !length || *length > longest)
    co_return error_for_path(head, 413, options_.services.clock.unix_ms());
  const auto caller = co_await keys_.identify(head, Scope::kActions);
  if (!caller) co_return refused(api_error(caller.error()));
  auto room = runner_.memory().take(
      caller->project_id, static_cast<std::size_t>(*length) * actions::MemoryBudget::kCopies);
  if (!room) co_return refused(api_error(actions::files_under_way()));
  co_return net::LargeBody{longest, kMinBytesPerSecond, std::move(room)};
}

}  // namespace patchbay::api
