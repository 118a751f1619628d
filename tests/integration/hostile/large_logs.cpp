// Sends the hub log lines of 15 MB, the same memfd again and again, for as long as it may.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <string>

#include "../bad_connectors/base.h"
namespace {
struct Connector : misfit::Base {
  static patchbay_status step(patchbay_flow*, const patchbay_event*, patchbay_action*) {
    const int fd = ::memfd_create("log", MFD_ALLOW_SEALING);
    std::string text;
    auto u32 = [&](std::uint32_t v) { text.append(reinterpret_cast<char*>(&v), 4); };
    u32(2);
    u32(15u << 20);
    text.append(15u << 20, 'x');
    (void)!::write(fd, text.data(), text.size());
    ::fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE);
    for (;;) {
      std::string head("PB01\7\0\1\0\0\0\0\0\0\0\0\0", 16);
      iovec part{head.data(), head.size()};
      alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
      msghdr message{};
      message.msg_iov = &part;
      message.msg_iovlen = 1;
      message.msg_control = control.data();
      message.msg_controllen = control.size();
      cmsghdr* item = CMSG_FIRSTHDR(&message);
      item->cmsg_level = SOL_SOCKET;
      item->cmsg_type = SCM_RIGHTS;
      item->cmsg_len = CMSG_LEN(sizeof(int));
      std::memcpy(CMSG_DATA(item), &fd, sizeof fd);
      ::sendmsg(3, &message, MSG_NOSIGNAL);
    }
  }
};
}  // namespace
MISFIT_CONNECTOR(Connector)
