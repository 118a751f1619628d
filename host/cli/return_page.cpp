#include "cli/return_page.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <optional>

namespace patchbay::cli {
namespace {

constexpr std::string_view kPath = "/connect/return";
constexpr std::size_t kMostParameters = 32;

std::vector<connector::NamedSecret> take_query(net::Request& request) {
  std::vector<connector::NamedSecret> query;
  for (std::size_t i = 0; i < request.query.size() && i < kMostParameters; ++i) {
    const auto [name, value] = request.query.at(i);
    query.push_back({std::string(name), SecretString(value)});
  }
  return query;
}

}  // namespace

// All on loop 0.
struct ReturnPage::Visit {
  explicit Visit(net::asio::io_context& loop)
      : came(loop, std::chrono::steady_clock::time_point::max()) {}

  net::asio::steady_timer came;  // cancelled when somebody has come
  std::string state;
  std::optional<std::vector<connector::NamedSecret>> query;

  net::Response answer(net::Request& request) {
    if (request.method != "GET" || request.path != kPath) return net::text("Not Found\n", 404);
    if (state.empty() || query || request.query.get("state") != std::string_view(state))
      return net::text("This answer does not belong to the connection that waits here.\n", 400);
    query = take_query(request);
    came.cancel();
    return net::text("Thank you. Go back to the terminal; this window can be closed.\n");
  }
};

ReturnPage::ReturnPage(net::LoopPool& loops)
    : loops_(loops), visit_(std::make_shared<Visit>(loops.loop(0))) {}

Result<std::unique_ptr<ReturnPage>> ReturnPage::open(net::LoopPool& loops) {
  std::unique_ptr<ReturnPage> page(new ReturnPage(loops));
  PATCHBAY_TRY_ASSIGN(
      page->server_,
      net::HttpServer::start(
          loops, {}, [visit = page->visit_](net::Request& request) -> net::Task<net::Response> {
            co_return visit->answer(request);
          }));
  return page;
}

ReturnPage::~ReturnPage() {
  if (server_) (void)loops_.block_on(server_->stop(std::chrono::seconds(1)));
}

std::string ReturnPage::address() const {
  return "http://127.0.0.1:" + std::to_string(server_->port()) + std::string(kPath);
}

net::Task<Result<std::vector<connector::NamedSecret>>> ReturnPage::somebody(
    std::string state, std::chrono::milliseconds limit) {
  visit_->state = std::move(state);
  visit_->came.expires_after(limit);
  (void)co_await visit_->came.async_wait(net::asio::as_tuple(net::asio::use_awaitable));
  visit_->state.clear();
  if (!visit_->query)
    co_return make_error(ErrorCode::kTimeout, "nobody came back from the provider; link again");
  co_return *std::exchange(visit_->query, std::nullopt);
}

}  // namespace patchbay::cli
