#pragma once
// A byte stream over TCP, plain or TLS, for http_server.cpp and http_client.cpp. The one place that
// sees OpenSSL is tls_stream.cpp. A stream belongs to the loop of its socket; one read and one
// write may be under way at a time. Operations report errors as codes and are ended by close() or
// by cancelling the awaiting coroutine.
#include <boost/asio/ip/tcp.hpp>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>

#include "base/result.h"
#include "net/asio.h"

namespace patchbay::net {

using ErrorCondition = boost::system::error_code;
using IoResult = std::tuple<ErrorCondition, std::size_t>;

class Stream {
 public:
  virtual ~Stream() = default;

  virtual Task<std::tuple<ErrorCondition>> handshake() = 0;  // nothing to do for a plain one
  virtual Task<IoResult> read_some(char* data, std::size_t size) = 0;
  // Until read_some() may have something to give, without a buffer to hold meanwhile. One that has
  // no use for that says so at once.
  virtual Task<> until_readable() { co_return; }
  virtual Task<IoResult> write_some(std::string_view data) = 0;
  // What of it leaves without waiting for anything, in bytes; 0 as well when it would fail. Not
  // while a write is under way.
  virtual std::size_t write_at_once(std::string_view /*data*/) { return 0; }
  // Says that nothing more will be written (close_notify, FIN). Does not wait for the peer.
  virtual Task<> finish_writing() = 0;
  // Why the handshake failed, for a person: the certificate's problem if there was one.
  [[nodiscard]] virtual std::string handshake_problem(const ErrorCondition& error) const = 0;
  // Whether the handshake failed because the peer's certificate does not verify.
  [[nodiscard]] virtual bool certificate_refused() const { return false; }
  // Whether the handshake failed because the peer spoke HTTP without TLS.
  [[nodiscard]] virtual bool met_plain_http(const ErrorCondition& /*error*/) const { return false; }
  virtual asio::ip::tcp::socket& socket() = 0;

  void close();
};

// The peer said that this was all (FIN; with TLS a close_notify before it).
bool is_clean_end(const ErrorCondition& error);

// Certificates and protocol settings: TLS 1.2 and 1.3, AEAD suites, no renegotiation, plaintext
// wiped from OpenSSL's buffers. Servers let clients resume by tickets, whose keys live as long as
// the context; nothing is kept of a session. Immutable, shared by all loops.
class TlsContext {
 public:
  // Verifies peers against the CAs in a PEM file, or the system's when it is empty.
  static Result<std::shared_ptr<const TlsContext>> for_client(const std::string& ca_file);
  static Result<std::shared_ptr<const TlsContext>> for_server(const std::string& certificate_file,
                                                              const std::string& key_file);
  ~TlsContext();
  struct Impl;
  [[nodiscard]] Impl& impl() const { return *impl_; }

 private:
  explicit TlsContext(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

std::unique_ptr<Stream> make_plain_stream(asio::ip::tcp::socket socket);
std::unique_ptr<Stream> make_server_tls_stream(asio::ip::tcp::socket socket,
                                               const TlsContext& context);
// Sends `host` as SNI and requires a certificate for it; an IP address is matched as one.
std::unique_ptr<Stream> make_client_tls_stream(asio::ip::tcp::socket socket,
                                               const TlsContext& context, const std::string& host,
                                               bool is_ip);

}  // namespace patchbay::net
