// Request bodies above the server's usual bound: calls of actions may have them, since files travel
// in the input. Who calls is known before any of it is read, and there has to be memory for it.
#include "actions/memory_budget.h"
#include "api/api.h"

namespace patchbay::api {
namespace {

// Who may send much must not send it drop by drop.
constexpr std::size_t kMinBytesPerSecond = std::size_t{32} << 10U;

bool takes_files(const net::Request& head) {
  return head.method == "POST" && (head.path == "/actions/rpc" || head.path == "/mcp");
}

}  // namespace

Task<std::variant<net::LargeBody, net::Response>> Api::admit_body(const net::Request& head,
                                                                  std::uint64_t length) {
  const auto refused = [&](const ApiError& what) {
    return head.path == "/mcp" ? problem_error(what, head) : error(head, what);
  };
  const std::size_t longest = runner_.max_input_bytes();
  if (!takes_files(head) || length > longest)
    co_return error_for_path(head, 413, options_.services.clock.unix_ms());
  const auto caller = co_await keys_.identify(head, Scope::kActions);
  if (!caller) co_return refused(api_error(caller.error()));
  auto room = runner_.memory().take(
      caller->project_id, static_cast<std::size_t>(length) * actions::MemoryBudget::kCopies);
  if (!room) co_return refused(api_error(actions::files_under_way()));
  co_return net::LargeBody{longest, kMinBytesPerSecond, std::move(room)};
}

}  // namespace patchbay::api
