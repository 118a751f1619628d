#include "net/stream.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <utility>

namespace patchbay::net {

namespace ssl = asio::ssl;
using asio::ip::tcp;

struct TlsContext::Impl {
  explicit Impl(ssl::context::method method) : context(method) {}
  ssl::context context;
};

namespace {

constexpr auto kToken = asio::as_tuple(asio::use_awaitable);
constexpr unsigned char kAlpn[] = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};

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

class TlsStream final : public Stream {
 public:
  TlsStream(tcp::socket socket, ssl::context& context, ssl::stream_base::handshake_type side)
      : stream_(std::move(socket), context), side_(side) {}

  Task<std::tuple<ErrorCondition>> handshake() override {
    return stream_.async_handshake(side_, kToken);
  }
  Task<IoResult> read_some(char* data, std::size_t size) override {
    return stream_.async_read_some(asio::buffer(data, size), kToken);
  }
  Task<IoResult> write_some(std::string_view data) override {
    return stream_.async_write_some(asio::buffer(data.data(), data.size()), kToken);
  }
  Task<> finish_writing() override {
    co_await stream_.async_shutdown(kToken);
    ErrorCondition ignored;
    socket().shutdown(tcp::socket::shutdown_send, ignored);
  }
  std::string handshake_problem(const ErrorCondition& error) const override {
    const long verdict = SSL_get_verify_result(native());
    if (verdict != X509_V_OK) return X509_verify_cert_error_string(verdict);
    return error.message();
  }
  [[nodiscard]] bool certificate_refused() const override {
    return SSL_get_verify_result(native()) != X509_V_OK;
  }
  [[nodiscard]] bool met_plain_http(const ErrorCondition& error) const override {
    return error.category() == asio::error::get_ssl_category() &&
           ERR_GET_REASON(static_cast<unsigned long>(error.value())) == SSL_R_HTTP_REQUEST;
  }
  tcp::socket& socket() override { return stream_.next_layer(); }
  [[nodiscard]] SSL* native() const {
    return const_cast<ssl::stream<tcp::socket>&>(stream_).native_handle();
  }

 private:
  ssl::stream<tcp::socket> stream_;
  ssl::stream_base::handshake_type side_;
};

std::string openssl_problem() {
  const unsigned long code = ERR_peek_last_error();
  ERR_clear_error();
  const char* reason = ERR_reason_error_string(code);
  return reason == nullptr ? "unreadable" : reason;
}

Error unusable(const std::string& file, const char* what) {
  return make_error(ErrorCode::kConfiguration, "The TLS " + std::string(what) + " file " + file +
                                                   " can't be used: " + openssl_problem() + ".");
}

void harden(SSL_CTX* context) {
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_cipher_list(context, "ECDHE+AESGCM:ECDHE+CHACHA20");
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                   SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_CLEANSE_PLAINTEXT);
  // An encrypted key would make OpenSSL ask on the terminal.
  SSL_CTX_set_default_passwd_cb(context, [](char*, int, int, void*) { return 0; });
}

int choose_alpn(SSL* /*ssl*/, const unsigned char** out, unsigned char* out_size,
                const unsigned char* offered, unsigned offered_size, void* /*unused*/) {
  unsigned char* chosen = nullptr;
  if (SSL_select_next_proto(&chosen, out_size, kAlpn, sizeof kAlpn, offered, offered_size) !=
      OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_NOACK;
  }
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

}  // namespace

void Stream::close() {
  ErrorCondition ignored;
  socket().close(ignored);
}

bool is_clean_end(const ErrorCondition& error) {
  return error == asio::error::eof;
}

TlsContext::TlsContext(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
TlsContext::~TlsContext() = default;

Result<std::shared_ptr<const TlsContext>> TlsContext::for_client(const std::string& ca_file) {
  auto impl = std::make_unique<Impl>(ssl::context::tls_client);
  SSL_CTX* context = impl->context.native_handle();
  harden(context);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_alpn_protos(context, kAlpn, sizeof kAlpn);
  const int loaded = ca_file.empty() ? SSL_CTX_set_default_verify_paths(context)
                                     : SSL_CTX_load_verify_file(context, ca_file.c_str());
  if (loaded != 1) return unusable(ca_file, "CA");
  return std::shared_ptr<const TlsContext>(new TlsContext(std::move(impl)));
}

Result<std::shared_ptr<const TlsContext>> TlsContext::for_server(
    const std::string& certificate_file, const std::string& key_file) {
  auto impl = std::make_unique<Impl>(ssl::context::tls_server);
  SSL_CTX* context = impl->context.native_handle();
  harden(context);
  SSL_CTX_set_alpn_select_cb(context, choose_alpn, nullptr);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  if (SSL_CTX_use_certificate_chain_file(context, certificate_file.c_str()) != 1) {
    return unusable(certificate_file, "certificate");
  }
  if (SSL_CTX_use_PrivateKey_file(context, key_file.c_str(), SSL_FILETYPE_PEM) != 1 ||
      SSL_CTX_check_private_key(context) != 1) {
    return unusable(key_file, "key");
  }
  return std::shared_ptr<const TlsContext>(new TlsContext(std::move(impl)));
}

std::unique_ptr<Stream> make_plain_stream(tcp::socket socket) {
  return std::make_unique<PlainStream>(std::move(socket));
}

std::unique_ptr<Stream> make_server_tls_stream(tcp::socket socket, const TlsContext& context) {
  return std::make_unique<TlsStream>(std::move(socket), context.impl().context,
                                     ssl::stream_base::server);
}

std::unique_ptr<Stream> make_client_tls_stream(tcp::socket socket, const TlsContext& context,
                                               const std::string& host, bool is_ip) {
  auto stream = std::make_unique<TlsStream>(std::move(socket), context.impl().context,
                                            ssl::stream_base::client);
  X509_VERIFY_PARAM* expected = SSL_get0_param(stream->native());
  X509_VERIFY_PARAM_set_hostflags(expected, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  if (is_ip) {
    X509_VERIFY_PARAM_set1_ip_asc(expected, host.c_str());
  } else {
    SSL_set_tlsext_host_name(stream->native(), host.c_str());
    X509_VERIFY_PARAM_set1_host(expected, host.c_str(), host.size());
  }
  return stream;
}

}  // namespace patchbay::net
