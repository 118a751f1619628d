// TLS over a non-blocking socket: OpenSSL reads and writes the socket itself and says what to wait
// for. So an idle connection holds no buffers, and nothing is copied on its way.
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ssl/error.hpp>
#include <cerrno>
#include <utility>

#include "net/stream.h"

namespace patchbay::net {

using asio::ip::tcp;

namespace {

struct FreeTls {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  void operator()(SSL* ssl) const { SSL_free(ssl); }
  void operator()(BIO_METHOD* method) const { BIO_meth_free(method); }
};

constexpr auto kToken = asio::as_tuple(asio::use_awaitable);
constexpr unsigned char kAlpn[] = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
// Of one call of OpenSSL, whose sizes are ints.
constexpr std::size_t kMostAtOnce = std::size_t{1} << 20U;

// ---- the socket as OpenSSL's BIO ----

// -1, and a retry where it would block.
int outcome(BIO* bio, ssize_t count, void (*set_retry)(BIO*)) {
  BIO_clear_retry_flags(bio);
  if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) set_retry(bio);
  return static_cast<int>(count);
}

int descriptor(BIO* bio) {
  return static_cast<tcp::socket*>(BIO_get_data(bio))->native_handle();
}

BIO_METHOD* socket_bio() {
  static const std::unique_ptr<BIO_METHOD, FreeTls> kMethod = [] {
    std::unique_ptr<BIO_METHOD, FreeTls> method(
        BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket"));
    BIO_meth_set_read(method.get(), [](BIO* bio, char* data, int size) {
      const auto got = ::recv(descriptor(bio), data, static_cast<std::size_t>(size), MSG_DONTWAIT);
      return outcome(bio, got, [](BIO* self) { BIO_set_retry_read(self); });
    });
    BIO_meth_set_write(method.get(), [](BIO* bio, const char* data, int size) {
      const auto sent = ::send(descriptor(bio), data, static_cast<std::size_t>(size),
                               MSG_DONTWAIT | MSG_NOSIGNAL);
      return outcome(bio, sent, [](BIO* self) { BIO_set_retry_write(self); });
    });
    BIO_meth_set_ctrl(method.get(), [](BIO* /*bio*/, int what, long /*n*/, void* /*pointer*/) {
      return what == BIO_CTRL_FLUSH ? 1L : 0L;
    });
    return method;
  }();
  return kMethod.get();
}

}  // namespace

struct TlsContext::Impl {
  explicit Impl(const SSL_METHOD* method) : context(SSL_CTX_new(method)) {}
  std::unique_ptr<SSL_CTX, FreeTls> context;
};

namespace {

class TlsStream final : public Stream {
 public:
  enum class Side : std::uint8_t { kClient, kServer };

  TlsStream(tcp::socket socket, SSL_CTX* context, Side side)
      : socket_(std::move(socket)), ssl_(SSL_new(context)) {
    BIO* bio = BIO_new(socket_bio());
    BIO_set_data(bio, &socket_);
    BIO_set_init(bio, 1);
    SSL_set_bio(ssl_.get(), bio, bio);
    side == Side::kServer ? SSL_set_accept_state(ssl_.get()) : SSL_set_connect_state(ssl_.get());
  }

  Task<std::tuple<ErrorCondition>> handshake() override {
    const auto [error, done] = co_await repeat([this] { return SSL_do_handshake(ssl_.get()); });
    co_return error;
  }
  Task<IoResult> read_some(char* data, std::size_t size) override {
    const int most = static_cast<int>(std::min(size, kMostAtOnce));
    co_return co_await repeat([=, this] { return SSL_read(ssl_.get(), data, most); });
  }
  Task<> until_readable() override {
    if (SSL_has_pending(ssl_.get()) == 0)
      co_await socket_.async_wait(tcp::socket::wait_read, kToken);
  }
  Task<IoResult> write_some(std::string_view data) override {
    const int most = static_cast<int>(std::min(data.size(), kMostAtOnce));
    co_return co_await repeat([=, this] { return SSL_write(ssl_.get(), data.data(), most); });
  }
  std::size_t write_at_once(std::string_view data) override {
    std::size_t sent = 0;
    while (sent < data.size()) {
      const std::string_view rest = data.substr(sent, kMostAtOnce);
      ERR_clear_error();
      const int count = SSL_write(ssl_.get(), rest.data(), static_cast<int>(rest.size()));
      if (count <= 0) break;  // where it would block, writing the same goes on from there
      sent += static_cast<std::size_t>(count);
    }
    ERR_clear_error();
    return sent;
  }
  Task<> finish_writing() override {
    // 0: the peer has not said so yet, and is not waited for.
    co_await repeat([this] { return SSL_shutdown(ssl_.get()) == 0 ? 1 : -1; });
    ErrorCondition ignored;
    socket_.shutdown(tcp::socket::shutdown_send, ignored);
  }
  std::string handshake_problem(const ErrorCondition& error) const override {
    const long verdict = SSL_get_verify_result(ssl_.get());
    if (verdict != X509_V_OK) return X509_verify_cert_error_string(verdict);
    return error.message();
  }
  [[nodiscard]] bool certificate_refused() const override {
    return SSL_get_verify_result(ssl_.get()) != X509_V_OK;
  }
  [[nodiscard]] bool met_plain_http(const ErrorCondition& error) const override {
    return error.category() == asio::error::get_ssl_category() &&
           ERR_GET_REASON(static_cast<unsigned long>(error.value())) == SSL_R_HTTP_REQUEST;
  }
  tcp::socket& socket() override { return socket_; }
  [[nodiscard]] SSL* native() const { return ssl_.get(); }

 private:
  // Until it gives what is positive, or fails; waits for the socket in between.
  template <class Step>
  Task<IoResult> repeat(Step step) {
    while (true) {
      if (!socket_.is_open()) co_return IoResult(asio::error::operation_aborted, 0);
      ERR_clear_error();
      errno = 0;
      const int result = step();
      if (result > 0) co_return IoResult(ErrorCondition(), static_cast<std::size_t>(result));
      const int why = SSL_get_error(ssl_.get(), result);
      if (why != SSL_ERROR_WANT_READ && why != SSL_ERROR_WANT_WRITE)
        co_return IoResult(failure(why, errno), 0);
      const auto what =
          why == SSL_ERROR_WANT_READ ? tcp::socket::wait_read : tcp::socket::wait_write;
      if (const auto [error] = co_await socket_.async_wait(what, kToken); error)
        co_return IoResult(error, 0);
    }
  }

  static ErrorCondition failure(int why, int system_error) {
    const unsigned long code = ERR_get_error();
    ERR_clear_error();
    if (why == SSL_ERROR_ZERO_RETURN) return asio::error::eof;
    if (code != 0) return {static_cast<int>(code), asio::error::get_ssl_category()};
    if (system_error != 0) return {system_error, boost::system::system_category()};
    return asio::ssl::error::stream_truncated;  // no more to read, and nobody said so
  }

  tcp::socket socket_;
  std::unique_ptr<SSL, FreeTls> ssl_;
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

// How its connections use memory and sockets.
void set_modes(SSL_CTX* context) {
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_read_ahead(context, 1);  // one recv for what is there, not one for each record's head
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

TlsContext::TlsContext(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
TlsContext::~TlsContext() = default;

Result<std::shared_ptr<const TlsContext>> TlsContext::for_client(const std::string& ca_file) {
  auto impl = std::make_unique<Impl>(TLS_client_method());
  SSL_CTX* context = impl->context.get();
  harden(context);
  set_modes(context);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_alpn_protos(context, kAlpn, sizeof kAlpn);
  const int loaded = ca_file.empty() ? SSL_CTX_set_default_verify_paths(context)
                                     : SSL_CTX_load_verify_file(context, ca_file.c_str());
  if (loaded != 1) return unusable(ca_file, "CA");
  return std::shared_ptr<const TlsContext>(new TlsContext(std::move(impl)));
}

Result<std::shared_ptr<const TlsContext>> TlsContext::for_server(
    const std::string& certificate_file, const std::string& key_file) {
  auto impl = std::make_unique<Impl>(TLS_server_method());
  SSL_CTX* context = impl->context.get();
  harden(context);
  set_modes(context);
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

std::unique_ptr<Stream> make_server_tls_stream(tcp::socket socket, const TlsContext& context) {
  return std::make_unique<TlsStream>(std::move(socket), context.impl().context.get(),
                                     TlsStream::Side::kServer);
}

std::unique_ptr<Stream> make_client_tls_stream(tcp::socket socket, const TlsContext& context,
                                               const std::string& host, bool is_ip) {
  auto stream = std::make_unique<TlsStream>(std::move(socket), context.impl().context.get(),
                                            TlsStream::Side::kClient);
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
