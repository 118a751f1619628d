#include "patchbay/sandbox/client.h"

#include <sys/socket.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <optional>

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

constexpr std::size_t kBodyLimit = 64 * 1024 * 1024;
constexpr std::size_t kReadSize = 16 * 1024;

Reply failure(NetError kind, std::string text) {
  return {.error = kind, .error_text = std::move(text), .status = 0, .headers = {}, .body = {}};
}

}  // namespace

json::value Reply::json() const {
  return parse_json(body).value_or(nullptr);
}

class Client::Impl {
 public:
  explicit Impl(Options options)
      : options_(std::move(options)), context_(ssl::context::tls_client) {
    context_.set_options(ssl::context::no_tlsv1 | ssl::context::no_tlsv1_1);
    context_.set_verify_mode(ssl::verify_peer);
    error_code error;
    if (!options_.ca_file.empty()) context_.load_verify_file(options_.ca_file, error);
    if (error) throw SandboxError("cannot read the CA file " + options_.ca_file);
  }

  Reply exchange(std::string_view request, bool head_only) {
    deadline_ = std::chrono::steady_clock::now() + options_.timeout;
    if (stream_ && !still_open()) stream_.reset();
    if (!stream_) {
      if (auto failed = connect()) return std::move(*failed);
    }
    error_code error;
    run(
        [&](auto done) {
          asio::async_write(*stream_, asio::buffer(request.data(), request.size()),
                            [done](const error_code& e, std::size_t) { done(e); });
        },
        error);
    // A server may answer and close before it has read everything: what it said still counts.
    if (error == asio::error::timed_out) return close_with(NetError::timeout, "writing");
    return read_reply(head_only);
  }

  void close() { stream_.reset(); }
  int connections() const { return connections_; }

  std::string authority() const {
    return options_.port == 443 ? options_.host
                                : options_.host + ":" + std::to_string(options_.port);
  }

 private:
  using Stream = ssl::stream<tcp::socket>;

  /// Runs one asynchronous operation to its end or to the deadline.
  template <typename Start>
  void run(Start start, error_code& error) {
    bool finished = false;
    start([&](const error_code& result) {
      error = result;
      finished = true;
    });
    loop_.restart();
    loop_.run_until(deadline_);
    if (finished) return;
    error_code ignored;
    stream_->next_layer().close(ignored);
    loop_.restart();
    loop_.run();
    error = asio::error::timed_out;
  }

  Reply close_with(NetError kind, std::string text) {
    stream_.reset();
    return failure(kind, std::move(text));
  }

  bool still_open() {
    char byte = 0;
    const ssize_t got =
        ::recv(stream_->next_layer().native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    // Between two exchanges nothing may come; data is the server's goodbye.
    return got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
  }

  std::optional<Reply> connect() {
    ++connections_;
    stream_.emplace(loop_, context_);
    buffer_.clear();
    error_code error;
    const tcp::endpoint endpoint(asio::ip::make_address(options_.address, error), options_.port);
    if (error) return close_with(NetError::connect, "not an IP address: " + options_.address);
    run([&](auto done) { stream_->next_layer().async_connect(endpoint, done); }, error);
    if (error) return close_with(NetError::connect, error.message());
    stream_->next_layer().set_option(tcp::no_delay(true), error);
    error_code not_an_address;
    asio::ip::make_address(options_.host, not_an_address);
    if (not_an_address) SSL_set_tlsext_host_name(stream_->native_handle(), options_.host.c_str());
    stream_->set_verify_callback(ssl::host_name_verification(options_.host));
    run([&](auto done) { stream_->async_handshake(ssl::stream_base::client, done); }, error);
    if (!error) return std::nullopt;
    const long verdict = SSL_get_verify_result(stream_->native_handle());
    std::string text = error.message();
    if (verdict != X509_V_OK) text += std::string(": ") + X509_verify_cert_error_string(verdict);
    return close_with(error == asio::error::timed_out ? NetError::timeout : NetError::tls, text);
  }

  Reply read_reply(bool head_only) {
    http::response_parser<http::string_body> parser;
    parser.body_limit(kBodyLimit);
    parser.skip(head_only);
    parser.eager(true);
    while (!parser.is_done()) {
      error_code error;
      if (buffer_.size() > 0) {
        const std::size_t used = parser.put(buffer_.data(), error);
        buffer_.consume(used);
        if (error && error != http::error::need_more) {
          return close_with(NetError::protocol, error.message());
        }
        if (parser.is_done()) break;
      }
      std::size_t got = 0;
      run(
          [&](auto done) {
            stream_->async_read_some(buffer_.prepare(kReadSize),
                                     [&got, done](const error_code& e, std::size_t n) {
                                       got = n;
                                       done(e);
                                     });
          },
          error);
      buffer_.commit(got);
      if (error == asio::error::timed_out) return close_with(NetError::timeout, "reading");
      if (error && got == 0) {
        error_code incomplete;
        if (parser.got_some()) parser.put_eof(incomplete);
        if (!parser.is_done()) return close_with(NetError::truncated, error.message());
      }
    }
    Reply reply;
    reply.status = static_cast<int>(parser.get().result_int());
    for (const auto& field : parser.get()) {
      reply.headers.add(std::string(field.name_string()), std::string(field.value()));
    }
    reply.body = std::move(parser.get().body());
    if (!parser.get().keep_alive()) stream_.reset();
    return reply;
  }

  Options options_;
  asio::io_context loop_;
  ssl::context context_;
  std::optional<Stream> stream_;
  beast::flat_buffer buffer_;
  std::chrono::steady_clock::time_point deadline_;
  int connections_{0};
};

Client::Client(Options options) : impl_(std::make_unique<Impl>(std::move(options))) {}
Client::~Client() = default;

Reply Client::send(std::string_view method, std::string_view target, const Headers& headers,
                   std::string_view body) {
  std::string text = std::string(method) + ' ' + std::string(target) + " HTTP/1.1\r\n";
  if (!headers.has("Host")) text += "Host: " + impl_->authority() + "\r\n";
  for (const auto& [name, value] : headers) text += name + ": " + value + "\r\n";
  if (!body.empty() || method == "POST" || method == "PATCH" || method == "PUT") {
    text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  }
  text += "\r\n";
  text += body;
  return impl_->exchange(text, method == "HEAD");
}

Reply Client::get(std::string_view target, const Headers& headers) {
  return send("GET", target, headers);
}

Reply Client::post_form(std::string_view target, const Fields& form, Headers headers) {
  headers.set("Content-Type", "application/x-www-form-urlencoded");
  return send("POST", target, headers, encode_form(form));
}

Reply Client::post_json(std::string_view target, const json::value& body, Headers headers) {
  headers.set("Content-Type", "application/json");
  return send("POST", target, headers, json::serialize(body));
}

Reply Client::send_raw(std::string_view bytes) {
  return impl_->exchange(bytes, false);
}

int Client::connections() const {
  return impl_->connections();
}

void Client::close() {
  impl_->close();
}

}  // namespace patchbay::sandbox
