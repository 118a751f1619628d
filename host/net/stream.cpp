#include "net/stream.h"

#include <sys/socket.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <utility>

namespace patchbay::net {

using asio::ip::tcp;

namespace {

constexpr auto kToken = asio::as_tuple(asio::use_awaitable);

class PlainStream final : public Stream {
 public:
  explicit PlainStream(tcp::socket socket) : socket_(std::move(socket)) {}

  Task<std::tuple<ErrorCondition>> handshake() override { co_return std::tuple<ErrorCondition>(); }
  Task<IoResult> read_some(char* data, std::size_t size) override {
    return socket_.async_read_some(asio::buffer(data, size), kToken);
  }
  Task<IoResult> write_some(std::string_view data) override {
    return socket_.async_write_some(asio::buffer(data.data(), data.size()), kToken);
  }
  std::size_t write_at_once(std::string_view data) override {
    const ssize_t sent =
        ::send(socket_.native_handle(), data.data(), data.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    return sent < 0 ? 0 : static_cast<std::size_t>(sent);
  }
  Task<> finish_writing() override {
    ErrorCondition ignored;
    socket_.shutdown(tcp::socket::shutdown_send, ignored);
    co_return;
  }
  std::string handshake_problem(const ErrorCondition& error) const override {
    return error.message();
  }
  tcp::socket& socket() override { return socket_; }

 private:
  tcp::socket socket_;
};

}  // namespace

void Stream::close() {
  ErrorCondition ignored;
  socket().close(ignored);
}

bool is_clean_end(const ErrorCondition& error) {
  return error == asio::error::eof;
}

std::unique_ptr<Stream> make_plain_stream(tcp::socket socket) {
  return std::make_unique<PlainStream>(std::move(socket));
}

}  // namespace patchbay::net
