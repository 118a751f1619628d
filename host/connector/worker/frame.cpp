#include "connector/worker/frame.h"

#include <endian.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <span>

#include "connector/worker/flow_codec.h"

namespace patchbay::connector {
namespace {

constexpr std::uint32_t kMagic = 0x32304250;  // "PB02"
constexpr std::size_t kMaxPacket = std::size_t{64} << 10U;
// What a crash takes along of the work that was done before it.
constexpr std::size_t kMostFramesSent = 32;  // in one packet
constexpr int kSeals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;

struct Head {
  std::uint32_t magic;
  std::uint16_t type;
  std::uint16_t in_memfd;  // 1: the payload lies in the descriptor
  std::uint64_t flow_id;
  std::uint64_t size;  // of the payload behind this head; 0 when it lies in the descriptor
};
static_assert(sizeof(Head) == 24);
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

namespace {

Head head_of(const Frame& frame) {
  return {kMagic, static_cast<std::uint16_t>(frame.type), 0, frame.flow_id, frame.payload.size()};
}

bool needs_own_packet(const Frame& frame) {
  return frame.descriptor.valid() || frame.payload.size() > kMaxInline;
}

FrameStatus send_packet(int socket, std::span<iovec> parts, int descriptor = -1) {
  msghdr message{};
  message.msg_iov = parts.data();
  message.msg_iovlen = parts.size();
  ControlBuffer control{};
  if (descriptor >= 0) {
    message.msg_control = control.bytes.data();
    message.msg_controllen = control.bytes.size();
    cmsghdr* item = CMSG_FIRSTHDR(&message);
    item->cmsg_level = SOL_SOCKET;
    item->cmsg_type = SCM_RIGHTS;
    item->cmsg_len = CMSG_LEN(sizeof(int));
    std::memcpy(CMSG_DATA(item), &descriptor, sizeof descriptor);
  }
  while (true) {
    if (::sendmsg(socket, &message, MSG_NOSIGNAL) >= 0) return FrameStatus::kOk;
    if (errno != EINTR) return status_from_errno();
  }
}

}  // namespace

FrameStatus send_frame(int socket, const Frame& frame) {
  Head head = head_of(frame);
  std::string_view payload = frame.payload.reveal();
  if (payload.size() > kMaxMessageBytes) return FrameStatus::kBroken;
  Fd memfd;
  int passed = frame.descriptor.get();
  if (payload.size() > kMaxInline) {
    memfd = make_sealed_memfd("patchbay-message", payload);
    if (!memfd.valid()) return FrameStatus::kBroken;
    passed = memfd.get();
    head.in_memfd = 1;
    head.size = 0;
    payload = {};
  }
  std::array<iovec, 2> parts{
      {{&head, sizeof head}, {const_cast<char*>(payload.data()), payload.size()}}};
  return send_packet(socket, parts, passed);
}

FrameStatus send_frames(int socket, std::deque<Frame>& queue) {
  std::array<Head, kMostFramesSent> heads;
  std::array<iovec, 2 * kMostFramesSent> parts;
  std::size_t count = 0;
  for (std::size_t bytes = 0; count < std::min(queue.size(), kMostFramesSent); ++count) {
    const Frame& frame = queue[count];
    bytes += sizeof(Head) + frame.payload.size();
    if (needs_own_packet(frame) || bytes > kMaxPacket) break;
    heads[count] = head_of(frame);
    parts[2 * count] = {&heads[count], sizeof(Head)};
    parts[2 * count + 1] = {const_cast<char*>(frame.payload.reveal().data()), frame.payload.size()};
  }
  const bool alone = count == 0;
  const auto status = alone ? send_frame(socket, queue.front())
                            : send_packet(socket, std::span(parts).first(2 * count));
  if (status == FrameStatus::kOk)
    queue.erase(queue.begin(), queue.begin() + (alone ? 1 : static_cast<std::ptrdiff_t>(count)));
  return status;
}

void send_denied(int socket, std::uint32_t system_call, bool ended) {
  std::uint32_t number = htole32(system_call);
  std::uint8_t flag = ended ? 1 : 0;
  Head head{kMagic, static_cast<std::uint16_t>(FrameType::kDenied), 0, 0,
            sizeof number + sizeof flag};
  // As encode(DeniedMessage) lays it out.
  std::array<iovec, 3> parts{
      {{&head, sizeof head}, {&number, sizeof number}, {&flag, sizeof flag}}};
  msghdr message{};
  message.msg_iov = parts.data();
  message.msg_iovlen = parts.size();
  (void)::sendmsg(socket, &message, MSG_NOSIGNAL);
}

namespace {

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
         type == FrameType::kLoaded || type == FrameType::kManifest;
}

}  // namespace

FrameStatus FrameReader::next(Frame& frame) {
  Fd descriptor;
  if (!has_more()) {
    if (const auto status = receive(descriptor); status != FrameStatus::kOk) return status;
  }
  return take(frame, std::move(descriptor));
}

// A packet; the one before is used up.
FrameStatus FrameReader::receive(Fd& descriptor) {
  packet_.resize(kMaxPacket);
  iovec part{packet_.data(), packet_.size()};
  ControlBuffer control{};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.bytes.data();
  // Not the buffer's size: its padding has room for a second descriptor, which nobody would close.
  message.msg_controllen = CMSG_LEN(sizeof(int));
  const ssize_t got = receive_packet(socket_, message);
  if (got < 0) return status_from_errno();
  if (const cmsghdr* item = CMSG_FIRSTHDR(&message);
      item != nullptr && item->cmsg_level == SOL_SOCKET && item->cmsg_type == SCM_RIGHTS) {
    int fd = -1;
    std::memcpy(&fd, CMSG_DATA(item), sizeof fd);
    descriptor = Fd(fd);
  }
  if (got == 0) return FrameStatus::kClosed;
  at_ = 0;
  end_ = static_cast<std::size_t>(got);
  return (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) == 0 ? FrameStatus::kOk
                                                             : FrameStatus::kBroken;
}

// The frame at at_. A descriptor came with the packet, which then is this frame alone.
FrameStatus FrameReader::take(Frame& frame, Fd descriptor) {
  Head head{};
  if (end_ - at_ < sizeof head) return FrameStatus::kBroken;
  std::memcpy(&head, packet_.data() + at_, sizeof head);
  const auto payload = at_ + sizeof head;
  if (head.magic != kMagic || head.type < 1 || head.type > 9 || head.in_memfd > 1 ||
      head.size > end_ - payload)
    return FrameStatus::kBroken;
  const auto size = static_cast<std::size_t>(head.size);
  frame.type = static_cast<FrameType>(head.type);
  frame.flow_id = head.flow_id;
  if (descriptor.valid() && (payload + size != end_ || at_ != 0)) return FrameStatus::kBroken;
  if (head.in_memfd == 1) {
    if (size != 0 || !may_be_large(frame.type) || !descriptor.valid() ||
        !read_memfd(descriptor.get(), frame.payload))
      return FrameStatus::kBroken;
    descriptor.reset();
  } else {
    frame.payload = SecretString(std::string_view(packet_.data() + payload, size));
    wipe(packet_.data() + payload, size);
  }
  frame.descriptor = std::move(descriptor);
  at_ = payload + size;
  return FrameStatus::kOk;
}

}  // namespace patchbay::connector
