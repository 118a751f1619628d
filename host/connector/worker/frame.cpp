#include "connector/worker/frame.h"

#include <endian.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "connector/worker/flow_codec.h"

namespace patchbay::connector {
namespace {

constexpr std::uint32_t kMagic = 0x31304250;  // "PB01"
constexpr std::size_t kMaxPacket = std::size_t{64} << 10U;
constexpr int kSeals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;

struct Head {
  std::uint32_t magic;
  std::uint16_t type;
  std::uint16_t in_memfd;  // 1: the payload lies in the descriptor
  std::uint64_t flow_id;
};
static_assert(sizeof(Head) == 16);
constexpr std::size_t kMaxInline = kMaxPacket - sizeof(Head);

union ControlBuffer {
  cmsghdr align;
  std::array<char, CMSG_SPACE(sizeof(int))> bytes;
};

FrameStatus status_from_errno() {
  if (errno == EAGAIN || errno == EWOULDBLOCK) return FrameStatus::kWouldBlock;
  return errno == EPIPE || errno == ECONNRESET ? FrameStatus::kClosed : FrameStatus::kBroken;
}

bool is_sealed(int fd) {
  const int seals = ::fcntl(fd, F_GET_SEALS);
  return seals >= 0 && (seals & kSeals) == kSeals;
}

bool read_memfd(int fd, SecretString& out) {
  struct stat info{};
  if (!is_sealed(fd) || ::fstat(fd, &info) != 0) return false;
  if (info.st_size <= 0 || static_cast<std::size_t>(info.st_size) > kMaxMessageBytes) return false;
  const auto size = static_cast<std::size_t>(info.st_size);
  void* mapped = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd, 0);
  if (mapped == MAP_FAILED) return false;
  out = SecretString(std::string_view(static_cast<const char*>(mapped), size));
  ::munmap(mapped, size);
  return true;
}

}  // namespace

Fd make_sealed_memfd(const char* name, std::string_view bytes) {
  Fd fd(::memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!fd.valid()) return fd;
  while (!bytes.empty()) {
    const ssize_t wrote = ::write(fd.get(), bytes.data(), bytes.size());
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) return Fd();
    bytes.remove_prefix(static_cast<std::size_t>(wrote));
  }
  if (::fcntl(fd.get(), F_ADD_SEALS, kSeals) != 0) return Fd();
  return fd;
}

FrameStatus send_frame(int socket, const Frame& frame) {
  Head head{kMagic, static_cast<std::uint16_t>(frame.type), 0, frame.flow_id};
  std::string_view payload = frame.payload.reveal();
  if (payload.size() > kMaxMessageBytes) return FrameStatus::kBroken;
  Fd memfd;
  int passed = frame.descriptor.get();
  if (payload.size() > kMaxInline) {
    memfd = make_sealed_memfd("patchbay-message", payload);
    if (!memfd.valid()) return FrameStatus::kBroken;
    passed = memfd.get();
    head.in_memfd = 1;
    payload = {};
  }
  std::array<iovec, 2> parts{
      {{&head, sizeof head}, {const_cast<char*>(payload.data()), payload.size()}}};
  msghdr message{};
  message.msg_iov = parts.data();
  message.msg_iovlen = payload.empty() ? 1 : 2;
  ControlBuffer control{};
  if (passed >= 0) {
    message.msg_control = control.bytes.data();
    message.msg_controllen = control.bytes.size();
    cmsghdr* item = CMSG_FIRSTHDR(&message);
    item->cmsg_level = SOL_SOCKET;
    item->cmsg_type = SCM_RIGHTS;
    item->cmsg_len = CMSG_LEN(sizeof(int));
    std::memcpy(CMSG_DATA(item), &passed, sizeof passed);
  }
  while (true) {
    if (::sendmsg(socket, &message, MSG_NOSIGNAL) >= 0) return FrameStatus::kOk;
    if (errno != EINTR) return status_from_errno();
  }
}

void send_denied(int socket, std::uint32_t system_call, bool ended) {
  Head head{kMagic, static_cast<std::uint16_t>(FrameType::kDenied), 0, 0};
  std::uint32_t number = htole32(system_call);
  std::uint8_t flag = ended ? 1 : 0;
  // As encode(DeniedMessage) lays it out.
  std::array<iovec, 3> parts{
      {{&head, sizeof head}, {&number, sizeof number}, {&flag, sizeof flag}}};
  msghdr message{};
  message.msg_iov = parts.data();
  message.msg_iovlen = parts.size();
  (void)::sendmsg(socket, &message, MSG_NOSIGNAL);
}

namespace {

// Packets land here and are wiped as far as they were filled; one a thread, so that a frame costs
// no allocation.
thread_local std::array<char, kMaxPacket> packet;

ssize_t receive_packet(int socket, msghdr& message) {
  // A peer that died with frames of ours unread is told as ECONNRESET, once, before what it had
  // sent: its last words are read all the same.
  for (int resets = 0;;) {
    const ssize_t got = ::recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == ECONNRESET && ++resets < 3) continue;
    return got;
  }
}

// A memfd is worth its cost for what can be large, and for nothing that may come unasked.
bool may_be_large(FrameType type) {
  return type == FrameType::kBegin || type == FrameType::kStep || type == FrameType::kAction ||
         type == FrameType::kLoaded;
}

FrameStatus read_packet(Frame& frame, const msghdr& message, std::size_t size) {
  Head head{};
  if (size < sizeof head || (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0)
    return FrameStatus::kBroken;
  std::memcpy(&head, packet.data(), sizeof head);
  if (head.magic != kMagic || head.type < 1 || head.type > 8 || head.in_memfd > 1)
    return FrameStatus::kBroken;
  frame.type = static_cast<FrameType>(head.type);
  frame.flow_id = head.flow_id;
  if (head.in_memfd == 1) {
    const Fd memfd = std::move(frame.descriptor);
    if (!may_be_large(frame.type) || !memfd.valid() || !read_memfd(memfd.get(), frame.payload))
      return FrameStatus::kBroken;
  } else {
    frame.payload = SecretString(std::string_view(packet.data() + sizeof head, size - sizeof head));
  }
  return FrameStatus::kOk;
}

}  // namespace

FrameStatus receive_frame(int socket, Frame& frame) {
  iovec part{packet.data(), packet.size()};
  ControlBuffer control{};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.bytes.data();
  // Not the buffer's size: its padding has room for a second descriptor, which nobody would close.
  message.msg_controllen = CMSG_LEN(sizeof(int));
  const ssize_t got = receive_packet(socket, message);
  if (got < 0) return status_from_errno();
  frame.descriptor = Fd();
  if (const cmsghdr* item = CMSG_FIRSTHDR(&message);
      item != nullptr && item->cmsg_level == SOL_SOCKET && item->cmsg_type == SCM_RIGHTS) {
    int fd = -1;
    std::memcpy(&fd, CMSG_DATA(item), sizeof fd);
    frame.descriptor = Fd(fd);
  }
  if (got == 0) return FrameStatus::kClosed;
  const auto size = static_cast<std::size_t>(got);
  const auto status = read_packet(frame, message, size);
  wipe(packet.data(), size);
  return status;
}

}  // namespace patchbay::connector
