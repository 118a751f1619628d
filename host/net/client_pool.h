#pragma once
// Connections an HttpClient keeps open between requests, by scheme, host and port. Belongs to one
// loop. A connection is handed out only while its socket is quiet: bytes nobody asked for, or the
// peer's FIN, end it.
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "net/http_client.h"
#include "net/stream.h"

namespace patchbay::net {

class ClientPool : public std::enable_shared_from_this<ClientPool> {
 public:
  ClientPool(asio::io_context& loop, const ClientOptions& options);

  std::unique_ptr<Stream> take(const std::string& key);  // null when there is none
  void give(const std::string& key, std::unique_ptr<Stream> stream);
  void clear();
  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  using Clock = std::chrono::steady_clock;
  struct Idle {
    std::unique_ptr<Stream> stream;
    Clock::time_point until;
  };
  void drop_expired();
  void wait_for_next();

  asio::steady_timer timer_;
  bool waiting_ = false;
  ClientOptions options_;
  std::map<std::string, std::vector<Idle>> idle_;  // oldest first
  std::size_t size_ = 0;
};

}  // namespace patchbay::net
