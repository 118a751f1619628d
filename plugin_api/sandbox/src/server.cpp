#include "server.h"

#include <algorithm>
#include <atomic>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <functional>
#include <future>
#include <list>
#include <string_view>
#include <thread>

#include "patchbay/sandbox/error.h"
#include "patchbay/sandbox/text.h"

namespace patchbay::sandbox {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
namespace ssl = boost::asio::ssl;
using tcp = asio::ip::tcp;
using boost::system::error_code;

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);
constexpr std::uint32_t kHeaderLimit = 32 * 1024;
constexpr std::chrono::seconds kHandshakeLimit{10};
constexpr std::chrono::seconds kWriteLimit{60};

ssl::context make_context(const PemPair& pem) {
  ssl::context context(ssl::context::tls_server);
  context.set_options(ssl::context::default_workarounds | ssl::context::no_tlsv1 |
                      ssl::context::no_tlsv1_1);
  SSL_CTX* native = context.native_handle();
  SSL_CTX_set_cipher_list(native, "ECDHE+AESGCM:ECDHE+CHACHA20");
  // No resumption: a resumed session would skip the certificate, which may have been exchanged.
  SSL_CTX_set_options(native, SSL_OP_NO_TICKET);
  SSL_CTX_set_num_tickets(native, 0);
  SSL_CTX_set_session_cache_mode(native, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_mode(native, SSL_MODE_RELEASE_BUFFERS);
  context.use_certificate_chain(asio::buffer(pem.certificate));
  context.use_private_key(asio::buffer(pem.private_key), ssl::context::pem);
  SSL_CTX_set_alpn_select_cb(
      native,
      [](SSL*, const unsigned char** out, unsigned char* out_size, const unsigned char* in,
         unsigned int in_size, void*) {
        static constexpr unsigned char kHttp11[] = "\x08http/1.1";
        unsigned char* chosen = nullptr;
        if (SSL_select_next_proto(&chosen, out_size, kHttp11, sizeof kHttp11 - 1, in, in_size) !=
            OPENSSL_NPN_NEGOTIATED) {
          return SSL_TLSEXT_ERR_NOACK;
        }
        *out = chosen;
        return SSL_TLSEXT_ERR_OK;
      },
      nullptr);
  return context;
}

/// Head and body as they go out.
std::string serialize(const Response& response, bool keep_alive, bool with_body) {
  std::string text = "HTTP/1.1 " + std::to_string(response.status) + ' ';
  text += reason_phrase(response.status);
  text += "\r\n";
  for (const auto& [name, value] : response.headers) text += name + ": " + value + "\r\n";
  if (response.status != 204) {
    text += "Content-Length: " + std::to_string(response.body.size()) + "\r\n";
  }
  text += keep_alive ? "\r\n" : "Connection: close\r\n\r\n";
  if (with_body && response.status != 204) text += response.body;
  return text;
}

/// How much of an answer goes out before it is cut: the head and half of the body.
std::size_t cut_position(std::string_view text) {
  const std::size_t head = text.find("\r\n\r\n") + 4;
  return head == text.size() ? head / 2 : head + (text.size() - head) / 2;
}

std::optional<Request> to_request(http::request<http::string_body>& message) {
  Request request;
  request.method = std::string(message.method_string());
  request.target = std::string(message.target());
  if (!request.target.starts_with('/')) return std::nullopt;
  const std::size_t mark = request.target.find('?');
  request.path = request.target.substr(0, mark);
  if (mark != std::string::npos) {
    auto query = parse_form(std::string_view(request.target).substr(mark + 1));
    if (!query) return std::nullopt;
    request.query = std::move(*query);
  }
  for (const auto& field : message) {
    request.headers.add(std::string(field.name_string()), std::string(field.value()));
  }
  request.body = std::move(message.body());
  return request;
}

Response bad_request(const error_code& error) {
  if (error == http::error::body_limit) return Response::text(413, "The body is too large.\n");
  if (error == http::error::header_limit) return Response::text(431, "The header is too large.\n");
  return Response::text(400, "This is not an HTTP request.\n");
}

}  // namespace

class Server::Impl {
 public:
  Impl(Options options, Exchange& exchange) : options_(std::move(options)), exchange_(exchange) {
    for (const PemPair& pem : options_.certificates) contexts_.push_back(make_context(pem));
    SSL_CTX* good = contexts_.front().native_handle();
    SSL_CTX_set_tlsext_servername_callback(good, &Impl::choose_certificate);
    SSL_CTX_set_tlsext_servername_arg(good, this);
    asio::co_spawn(loop_, accept(listen()), asio::detached);
  }

  ~Impl() { stop(); }

  void run() {
    thread_ = std::thread([this] { loop_.run(); });
  }

  void stop() {
    loop_.stop();
    if (thread_.joinable()) thread_.join();
  }

  std::uint16_t port() const { return port_; }

  void end_delays() {
    for_all_when_running([this] {
      for (Connection* connection : connections_) connection->hurry();
    });
  }

  void use_certificate(std::size_t index) {
    certificate_ = index;
    for_all_when_running([this] {
      for (Connection* connection : connections_) connection->close_when_idle();
    });
  }

 private:
  using Stream = ssl::stream<beast::tcp_stream>;

  /// One client; its coroutine owns it. Listed so that it can be closed from outside.
  struct Connection {
    Connection(Impl& owner, tcp::socket socket)
        : impl(owner), stream(std::move(socket), owner.contexts_.front()) {
      place = impl.connections_.insert(impl.connections_.end(), this);
    }
    ~Connection() { impl.connections_.erase(place); }
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    void close_when_idle() {
      closing = true;
      if (idle) stream.next_layer().close();
    }

    void hurry() {
      hurried = true;
      if (delay != nullptr) delay->cancel();
    }

    Impl& impl;
    Stream stream;
    beast::flat_buffer buffer;
    bool idle{true};
    bool closing{false};
    asio::steady_timer* delay{nullptr};  // while an answer is held back
    bool hurried{false};                 // this answer is held back no longer
    std::list<Connection*>::iterator place;
  };

  /// Runs `work` on the loop. Called from another thread, it returns when connections that had just
  /// written their answer have seen the effect: each hop lets every ready handler go first.
  void for_all_when_running(const std::function<void()>& work) {
    if (!thread_.joinable() || loop_.get_executor().running_in_this_thread()) {
      work();
      return;
    }
    const auto done = std::make_shared<std::promise<void>>();
    asio::post(loop_, [this, done, &work] {
      work();
      hop(8, done);
    });
    done->get_future().wait();
  }

  void hop(int left, const std::shared_ptr<std::promise<void>>& done) {
    if (left == 0) {
      done->set_value();
    } else {
      asio::post(loop_, [this, left, done] { hop(left - 1, done); });
    }
  }

  static int choose_certificate(SSL* connection, int*, void* argument) {
    const auto& self = *static_cast<const Impl*>(argument);
    const char* name = SSL_get_servername(connection, TLSEXT_NAMETYPE_host_name);
    if (name == nullptr) return SSL_TLSEXT_ERR_NOACK;
    const auto& hosts = self.options_.hosts;
    if (std::find(hosts.begin(), hosts.end(), lower_case(name)) != hosts.end()) {
      ssl::context& chosen = const_cast<ssl::context&>(self.contexts_[self.certificate_]);
      SSL_set_SSL_CTX(connection, chosen.native_handle());
    }
    return SSL_TLSEXT_ERR_OK;
  }

  tcp::acceptor listen() {
    const tcp::endpoint endpoint(asio::ip::address_v4::loopback(), options_.port);
    tcp::acceptor acceptor(loop_);
    error_code error;
    acceptor.open(endpoint.protocol(), error);
    if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor.bind(endpoint, error);
    if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
    if (error) {
      throw SandboxError("cannot listen on 127.0.0.1:" + std::to_string(options_.port) + ": " +
                         error.message() + "; free the port or choose another --port");
    }
    port_ = acceptor.local_endpoint().port();
    return acceptor;
  }

  asio::awaitable<void> accept(tcp::acceptor acceptor) {
    while (true) {
      auto [error, socket] = co_await acceptor.async_accept(kTuple);
      if (error) {
        // Out of descriptors, most likely: let connections end before the next attempt.
        asio::steady_timer pause(loop_, std::chrono::milliseconds(50));
        co_await pause.async_wait(kTuple);
      } else if (connections_.size() < options_.connection_limit) {
        asio::co_spawn(loop_, serve(std::move(socket)), asio::detached);
      }
    }
  }

  asio::awaitable<void> serve(tcp::socket socket) {
    error_code ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    Connection connection(*this, std::move(socket));
    Stream& stream = connection.stream;
    stream.next_layer().expires_after(kHandshakeLimit);
    auto [failed] = co_await stream.async_handshake(ssl::stream_base::server, kTuple);
    if (failed) co_return;
    bool open = true;
    while (open && !connection.closing) open = co_await serve_one(connection);
    if (open || connection.closing) co_return;
    stream.next_layer().expires_after(std::chrono::seconds(2));
    co_await stream.async_shutdown(kTuple);
  }

  /// Reads a request and answers it. False when the connection shall end.
  asio::awaitable<bool> serve_one(Connection& connection) {
    Stream& stream = connection.stream;
    http::request_parser<http::string_body> parser;
    parser.header_limit(kHeaderLimit);
    parser.body_limit(options_.body_limit);
    stream.next_layer().expires_after(options_.idle_limit);
    connection.idle = true;
    auto [error, header_size] =
        co_await http::async_read_header(stream, connection.buffer, parser, kTuple);
    connection.idle = false;
    if (!error &&
        equal_ignoring_case(std::string_view(parser.get()[http::field::expect]), "100-continue")) {
      co_await write(connection, "HTTP/1.1 100 Continue\r\n\r\n");
    }
    if (!error) {
      auto [body_error, body_size] =
          co_await http::async_read(stream, connection.buffer, parser, kTuple);
      error = body_error;
    }
    if (error) {
      if (error.category() != http::make_error_code(http::error::bad_method).category() ||
          error == http::error::end_of_stream || error == http::error::partial_message) {
        co_return false;
      }
      co_await write(connection, serialize(bad_request(error), false, true));
      co_return false;
    }
    std::optional<Request> request = to_request(parser.get());
    if (!request || parser.get().count(http::field::host) != 1) {
      co_await write(connection, serialize(bad_request(error), false, true));
      co_return false;
    }
    connection.hurried = false;
    const std::optional<Fault> fault = exchange_.arrived(*request);
    if (fault && fault->delay.count() > 0 && fault->kind != FaultKind::trickle) {
      co_await hold_back(connection, fault->delay);
    }
    if (fault &&
        (fault->kind == FaultKind::cut_before_answer || fault->kind == FaultKind::garbage)) {
      if (fault->handled) exchange_.answer(*request, nullptr);
      if (fault->kind == FaultKind::garbage) {
        co_await write(connection, std::string("\x16\x03\xff garbage \x00\xfe\r\n\r\n", 19));
      }
      exchange_.answered(*request, 0);
      stream.next_layer().close();
      connection.closing = true;
      co_return false;
    }
    const Response response = exchange_.answer(*request, fault ? &*fault : nullptr);
    const bool keep_alive = parser.get().keep_alive() && !connection.closing;
    const std::string text = serialize(response, keep_alive, request->method != "HEAD");
    const bool whole = co_await deliver(connection, text, fault ? &*fault : nullptr);
    exchange_.answered(*request, response.status);
    co_return whole&& keep_alive;
  }

  asio::awaitable<void> hold_back(Connection& connection, std::chrono::milliseconds delay) {
    if (connection.hurried) co_return;
    asio::steady_timer timer(loop_, delay);
    connection.delay = &timer;
    co_await timer.async_wait(kTuple);
    connection.delay = nullptr;
  }

  /// Writes an answer, or as much of it as the fault leaves. False when it was not all.
  asio::awaitable<bool> deliver(Connection& connection, std::string_view text, const Fault* fault) {
    const FaultKind kind = fault != nullptr ? fault->kind : FaultKind::delay;
    if (kind == FaultKind::trickle) {
      for (std::size_t i = 0; i < text.size(); ++i) {
        if (!co_await write(connection, text.substr(i, 1))) co_return false;
        co_await hold_back(connection, fault->delay);
      }
      co_return true;
    }
    if (kind != FaultKind::cut_in_answer && kind != FaultKind::half_close) {
      co_return co_await write(connection, text);
    }
    co_await write(connection, text.substr(0, cut_position(text)));
    connection.closing = true;
    auto& socket = connection.stream.next_layer();
    if (kind == FaultKind::half_close) {
      error_code ignored;
      socket.socket().shutdown(tcp::socket::shutdown_send, ignored);
      socket.expires_after(options_.idle_limit);
      bool reading = true;
      std::array<char, 256> unused{};
      while (reading) {
        auto [error, size] =
            co_await connection.stream.async_read_some(asio::buffer(unused), kTuple);
        reading = !error;
      }
    }
    socket.close();
    co_return false;
  }

  asio::awaitable<bool> write(Connection& connection, std::string_view text) {
    connection.stream.next_layer().expires_after(kWriteLimit);
    auto [error, size] = co_await asio::async_write(connection.stream,
                                                    asio::buffer(text.data(), text.size()), kTuple);
    co_return !error;
  }

  Options options_;
  Exchange& exchange_;
  std::vector<ssl::context> contexts_;
  std::atomic<std::size_t> certificate_{0};
  std::uint16_t port_{0};
  std::list<Connection*> connections_;  // on the server's thread
  asio::io_context loop_{1};            // its end destroys the coroutines, which use what is above
  std::thread thread_;
};

Server::Server(Options options, Exchange& exchange)
    : impl_(std::make_unique<Impl>(std::move(options), exchange)) {}
Server::~Server() = default;
void Server::run() {
  impl_->run();
}
void Server::stop() {
  impl_->stop();
}
std::uint16_t Server::port() const {
  return impl_->port();
}
void Server::end_delays() {
  impl_->end_delays();
}
void Server::use_certificate(std::size_t index) {
  impl_->use_certificate(index);
}

}  // namespace patchbay::sandbox
