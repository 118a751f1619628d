#pragma once
// What attempts reach for, all of it this test's own, and what it saw of them.
#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <stdexcept>
#include <string>

#include "attempts.h"
#include "base/fd.h"
#include "temp_folder.h"

namespace patchbay::integration {

class Witness {
 public:
  static constexpr const char* kSecret = "planted-secret-7261";

  Witness() {
    write_bytes(folder_ / "secret", kSecret, 0600);
    write_bytes(folder_ / "victim", "victim", 0600);
    abstract_name_ = "patchbay-hostile-" + std::to_string(::getpid());
    tcp_ = listening(AF_INET, SOCK_STREAM, loopback(), sizeof(sockaddr_in));
    udp_ = listening(AF_INET, SOCK_DGRAM, loopback(), sizeof(sockaddr_in));
    sockaddr_un path{};
    path.sun_family = AF_UNIX;
    const auto name = folder_ / "socket";
    std::memcpy(path.sun_path, name.c_str(), name.size() + 1);
    unix_ = listening(AF_UNIX, SOCK_STREAM, path, sizeof path);
    sockaddr_un abstract{};
    abstract.sun_family = AF_UNIX;
    std::memcpy(abstract.sun_path + 1, abstract_name_.data(), abstract_name_.size());
    abstract_ = listening(AF_UNIX, SOCK_STREAM, abstract,
                          offsetof(sockaddr_un, sun_path) + 1 + abstract_name_.size());
  }

  [[nodiscard]] hostile::Target target() const {
    return {::getpid(), port_of(tcp_), port_of(udp_), folder_.path(), abstract_name_};
  }

  // Everything that got through; empty: nothing did.
  [[nodiscard]] std::string saw() const {
    std::string seen;
    if (readable(tcp_)) seen += "a TCP connection; ";
    if (readable(udp_)) seen += "a datagram; ";
    if (readable(unix_)) seen += "a connection to the socket file; ";
    if (readable(abstract_)) seen += "a connection to the abstract socket; ";
    struct stat info{};
    if (::lstat((folder_ / "victim").c_str(), &info) != 0 || info.st_mode != (S_IFREG | 0600U) ||
        read_bytes(folder_ / "victim") != "victim")
      seen += "the file was changed; ";
    if (::lstat((folder_ / "made").c_str(), &info) == 0) seen += "a file was made; ";
    return seen;
  }

 private:
  static sockaddr_in loopback() {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
  }
  template <class Address>
  static Fd listening(int family, int type, const Address& address, std::size_t size) {
    Fd fd(::socket(family, type | SOCK_CLOEXEC, 0));
    if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address),
               static_cast<socklen_t>(size)) != 0 ||
        (type == SOCK_STREAM && ::listen(fd.get(), 8) != 0))
      throw std::runtime_error("can't listen");
    return fd;
  }
  static int port_of(const Fd& fd) {
    sockaddr_in address{};
    socklen_t size = sizeof address;
    ::getsockname(fd.get(), reinterpret_cast<sockaddr*>(&address), &size);
    return ntohs(address.sin_port);
  }
  static bool readable(const Fd& fd) {
    pollfd wanted{fd.get(), POLLIN, 0};
    return ::poll(&wanted, 1, 0) == 1;
  }

  TempFolder folder_;
  std::string abstract_name_;
  Fd tcp_;
  Fd udp_;
  Fd unix_;
  Fd abstract_;
};

}  // namespace patchbay::integration
