#pragma once
// Blocking loopback sockets for tests: RawClient sends exactly the bytes it is told to, and
// ScriptedServer answers each connection with a script, with or without TLS. Every wait ends after
// ten seconds.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "base/fd.h"
#include "net_test_certificates.h"

namespace patchbay::net {

inline sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

inline void limit_waits(int fd) {
  const timeval ten{10, 0};
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &ten, sizeof ten);
  setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &ten, sizeof ten);
}

// One connection, seen from either side.
class Channel {
 public:
  explicit Channel(Fd fd, SSL* ssl = nullptr) : fd_(std::move(fd)), ssl_(ssl) {}
  Channel(Channel&&) noexcept = default;

  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const long n = ssl_ ? SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size()))
                          : ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
  }

  // False at the end of the stream.
  bool read_some() {
    char buffer[16384];
    const long n = ssl_ ? SSL_read(ssl_.get(), buffer, sizeof buffer)
                        : ::recv(fd_.get(), buffer, sizeof buffer, 0);
    if (n <= 0) return false;
    received_.append(buffer, static_cast<std::size_t>(n));
    return true;
  }

  // Head and body (by Content-Length) of the next message; what came if the stream ends before.
  std::string read_message() {
    std::size_t end = 0;
    while ((end = received_.find("\r\n\r\n")) == std::string::npos) {
      if (!read_some()) return std::exchange(received_, {});
    }
    end += 4;
    const std::size_t length = received_.find("Content-Length: ");
    if (length != std::string::npos && length < end) {
      end += std::strtoul(received_.c_str() + length + 16, nullptr, 10);
    }
    while (received_.size() < end && read_some()) {
    }
    std::string message = received_.substr(0, end);
    received_.erase(0, std::min(end, received_.size()));
    return message;
  }

  // Of what comes and is not kept; empty at the end of the stream.
  std::string_view read_part() {
    part_ = std::exchange(received_, {});
    if (!part_.empty()) return part_;
    part_.resize(std::size_t{64} << 10U);
    const long n = ssl_ ? SSL_read(ssl_.get(), part_.data(), static_cast<int>(part_.size()))
                        : ::recv(fd_.get(), part_.data(), part_.size(), 0);
    part_.resize(n <= 0 ? 0 : static_cast<std::size_t>(n));
    return part_;
  }
  // Up to the empty line; what comes behind it stays.
  std::string read_head() {
    std::size_t end = 0;
    while ((end = received_.find("\r\n\r\n")) == std::string::npos)
      if (!read_some()) return std::exchange(received_, {});
    std::string head = received_.substr(0, end + 4);
    received_.erase(0, end + 4);
    return head;
  }

  std::string read_all() {
    while (read_some()) {
    }
    return std::exchange(received_, {});
  }

  // Whether the other side has closed it; nothing that came is left unread.
  [[nodiscard]] bool ended() const {
    char byte = 0;
    const long n = ::recv(fd_.get(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return n == 0 || (n < 0 && errno != EAGAIN);
  }
  // With TLS: without close_notify.
  void cut() { fd_.reset(); }
  void finish_tls() {
    if (ssl_) SSL_shutdown(ssl_.get());
  }
  void finish_sending() { ::shutdown(fd_.get(), SHUT_WR); }
  [[nodiscard]] int fd() const { return fd_.get(); }

 private:
  struct Free {
    void operator()(SSL* ssl) const { SSL_free(ssl); }
  };
  Fd fd_;
  std::unique_ptr<SSL, Free> ssl_;
  std::string received_;
  std::string part_;
};

inline Channel raw_client(std::uint16_t port) {
  Fd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  limit_waits(fd.get());
  const sockaddr_in to = loopback(port);
  if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) {
    throw std::runtime_error("connect");
  }
  return Channel(std::move(fd));
}

// 0 when there is none.
inline unsigned status_of(std::string_view message) {
  return message.starts_with("HTTP/1.1 ")
             ? static_cast<unsigned>(std::strtoul(message.data() + 9, nullptr, 10))
             : 0;
}

class ScriptedServer {
 public:
  // Called for each connection in turn, the first has number 1; the connection is closed after.
  using Script = std::function<void(int number, Channel& channel)>;

  explicit ScriptedServer(Script script, const TestCa::Files* tls = nullptr)
      : script_(std::move(script)), listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address = loopback(0);
    socklen_t size = sizeof address;
    if (::bind(listener_.get(), reinterpret_cast<sockaddr*>(&address), size) != 0 ||
        ::listen(listener_.get(), 16) != 0) {
      throw std::runtime_error("listen");
    }
    getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    if (tls != nullptr) {
      tls_.reset(SSL_CTX_new(TLS_server_method()));
      SSL_CTX_use_certificate_chain_file(tls_.get(), tls->certificate.c_str());
      SSL_CTX_use_PrivateKey_file(tls_.get(), tls->key.c_str(), SSL_FILETYPE_PEM);
    }
    thread_ = std::thread([this] { serve(); });
  }
  ~ScriptedServer() {
    ::shutdown(listener_.get(), SHUT_RDWR);
    thread_.join();
  }
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] int connections() const { return connections_.load(); }

 private:
  struct Free {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  };

  void serve() {
    while (true) {
      Fd fd(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
      if (!fd.valid()) return;
      limit_waits(fd.get());
      SSL* ssl = nullptr;
      if (tls_) {
        ssl = SSL_new(tls_.get());
        SSL_set_fd(ssl, fd.get());
      }
      Channel channel(std::move(fd), ssl);
      const int number = ++connections_;
      if (ssl != nullptr && SSL_accept(ssl) != 1) continue;
      script_(number, channel);
    }
  }

  Script script_;
  Fd listener_;
  std::uint16_t port_ = 0;
  std::unique_ptr<SSL_CTX, Free> tls_;
  std::atomic<int> connections_ = 0;
  std::thread thread_;
};

}  // namespace patchbay::net
