#pragma once
// One packet to the hub, with descriptors of ours.
#include <sys/socket.h>
#include <sys/uio.h>

#include <array>
#include <cstring>
#include <string>

namespace hostile {

inline constexpr int kHub = 3;

template <std::size_t Count>
void send_packet(std::string bytes, const std::array<int, Count>& descriptors) {
  iovec part{bytes.data(), bytes.size()};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(Count * sizeof(int))> control{};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  cmsghdr* item = CMSG_FIRSTHDR(&message);
  item->cmsg_level = SOL_SOCKET;
  item->cmsg_type = SCM_RIGHTS;
  item->cmsg_len = CMSG_LEN(Count * sizeof(int));
  std::memcpy(CMSG_DATA(item), descriptors.data(), Count * sizeof(int));
  ::sendmsg(kHub, &message, MSG_NOSIGNAL);
}

}  // namespace hostile
