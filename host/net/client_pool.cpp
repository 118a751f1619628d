#include "net/client_pool.h"

#include <sys/socket.h>

#include <cerrno>
#include <utility>

namespace patchbay::net {
namespace {

bool is_quiet(Stream& stream) {
  char byte = 0;
  const ssize_t got = ::recv(stream.socket().native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

}  // namespace

ClientPool::ClientPool(asio::io_context& loop, const ClientOptions& options)
    : timer_(loop), options_(options) {}

std::unique_ptr<Stream> ClientPool::take(const std::string& key) {
  const auto found = idle_.find(key);
  if (found == idle_.end()) return nullptr;
  std::unique_ptr<Stream> usable;
  while (!usable && !found->second.empty()) {
    Idle last = std::move(found->second.back());
    found->second.pop_back();
    --size_;
    if (last.until > Clock::now() && is_quiet(*last.stream)) usable = std::move(last.stream);
  }
  if (found->second.empty()) idle_.erase(found);
  return usable;
}

void ClientPool::give(const std::string& key, std::unique_ptr<Stream> stream) {
  if (size_ >= options_.max_idle) return;
  auto& same = idle_[key];
  if (same.size() >= options_.max_idle_per_host) return;
  same.push_back({std::move(stream), Clock::now() + options_.idle_time});
  ++size_;
  if (!waiting_) wait_for_next();
}

void ClientPool::clear() {
  idle_.clear();
  size_ = 0;
  timer_.cancel();
}

void ClientPool::drop_expired() {
  const auto now = Clock::now();
  for (auto entry = idle_.begin(); entry != idle_.end();) {
    size_ -= std::erase_if(entry->second, [&](const Idle& idle) { return idle.until <= now; });
    entry = entry->second.empty() ? idle_.erase(entry) : std::next(entry);
  }
}

void ClientPool::wait_for_next() {
  waiting_ = true;
  auto next = Clock::time_point::max();
  for (const auto& [key, same] : idle_) next = std::min(next, same.front().until);
  timer_.expires_at(next);
  timer_.async_wait([weak = weak_from_this()](const ErrorCondition& error) {
    const auto self = weak.lock();
    if (!self) return;
    self->waiting_ = false;
    if (!error) self->drop_expired();
    if (self->size_ > 0) self->wait_for_next();
  });
}

}  // namespace patchbay::net
