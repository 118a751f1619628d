#include "actions/flow_sender.h"

#include <algorithm>
#include <utility>

namespace patchbay::actions {
namespace {

constexpr unsigned kUnauthorized = 401;

const connector::Token* presented_in(const net::ClientRequest& request,
                                     std::span<const connector::Token> tokens) {
  for (const auto& token : tokens)
    for (std::size_t i = 0; i < request.headers.size() && !token.value.empty(); ++i)
      if (request.headers.at(i).second.find(token.value.reveal()) != std::string_view::npos)
        return &token;
  return nullptr;
}

}  // namespace

net::ClientReply FlowSender::hold_back(ActionError error) {
  net::ClientReply reply;
  reply.error = net::NetError::kCancelled;
  reply.message = error.message;
  held_back_ = std::move(error);
  return reply;
}

void FlowSender::note(const net::ClientReply& reply, bool only_reads,
                      const connector::Token* presented) {
  const bool unauthorized = reply.ok() && reply.status == kUnauthorized;
  if (unauthorized && presented != nullptr) refused_ = presented;
  if (!only_reads && !unauthorized && (reply.ok() || reply.maybe_processed))
    changed_something_ = true;
}

Task<net::ClientReply> FlowSender::send(net::ClientRequest request,
                                        std::chrono::milliseconds within) {
  auto& instance = services_.instance;
  if (const auto seen = co_await instance.sequence(); !seen) co_return hold_back(seen.error());
  if (!instance.may_serve(read_at_)) co_return hold_back(access_changed());
  bool withdrawn = false;
  request.go_ahead = [&instance, &withdrawn, read_at = read_at_] {
    withdrawn = !instance.may_serve(read_at);
    return !withdrawn;
  };
  const bool only_reads = request.method == "GET" || request.method == "HEAD";
  const auto* presented = presented_in(request, tokens_);
  auto reply = co_await http_.send(std::move(request), within);
  if (withdrawn) co_return hold_back(access_changed());
  note(reply, only_reads, presented);
  co_return reply;
}

}  // namespace patchbay::actions
