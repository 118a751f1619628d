// Stands in for patchbay-worker and breaks its protocol. What it does is written in the bytes that
// it is given as the library.
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>
#include <string>

#include "connector/worker/flow_codec.h"
#include "connector/worker/frame.h"

namespace {

using namespace patchbay;             // NOLINT(google-build-using-namespace)
using namespace patchbay::connector;  // NOLINT(google-build-using-namespace)

constexpr int kSocket = 3;

void send(FrameType type, std::uint64_t flow, SecretString payload) {
  (void)send_frame(kSocket, {type, flow, std::move(payload), {}});
}

void send_raw(std::string_view bytes) {
  (void)::send(kSocket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
}

void send_loaded(std::string manifest = "{}") {
  LoadedMessage loaded;
  loaded.manifest = std::move(manifest);
  send(FrameType::kLoaded, 0, encode(loaded));
}

std::string head(std::uint32_t magic, std::uint16_t type, std::uint16_t in_memfd,
                 std::uint64_t size = 0) {
  std::string bytes(24, '\0');
  std::memcpy(bytes.data(), &magic, sizeof magic);
  std::memcpy(bytes.data() + 4, &type, sizeof type);
  std::memcpy(bytes.data() + 6, &in_memfd, sizeof in_memfd);
  std::memcpy(bytes.data() + 16, &size, sizeof size);
  return bytes;
}

constexpr std::uint32_t kMagic = 0x32304250;

// A payload in a descriptor that its sender can still change.
void send_unsealed() {
  const Fd memfd(::memfd_create("unsealed", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  const std::string bytes(100'000, 'x');
  (void)!::write(memfd.get(), bytes.data(), bytes.size());
  std::string packet = head(kMagic, 5, 1);
  iovec part{packet.data(), packet.size()};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  cmsghdr* item = CMSG_FIRSTHDR(&message);
  item->cmsg_level = SOL_SOCKET;
  item->cmsg_type = SCM_RIGHTS;
  item->cmsg_len = CMSG_LEN(sizeof(int));
  const int fd = memfd.get();
  std::memcpy(CMSG_DATA(item), &fd, sizeof fd);
  (void)::sendmsg(kSocket, &message, MSG_NOSIGNAL);
}

[[noreturn]] void wait_for_the_end() {
  FrameReader hub(kSocket);
  for (Frame frame; hub.next(frame) == FrameStatus::kOk;) {
  }
  ::_exit(0);
}

// Until the library is asked for.
void misbehave_at_load(const std::string& how) {
  if (how == "silent") wait_for_the_end();
  if (how == "garbage") send_raw("these bytes make no sense at all, not even a little");
  if (how == "empty_packet_and_stay") send_raw("x");
  if (how == "wrong_magic") send_raw(head(0x11111111, 5, 0));
  if (how == "unknown_type") send_raw(head(kMagic, 99, 0));
  if (how == "half_a_second_frame")  // behind an empty log line
    send_raw(head(kMagic, 7, 0, 8) + std::string(8, '\0') + head(kMagic, 7, 0).substr(1));
  if (how == "memfd_missing") send_raw(head(kMagic, 5, 1));
  if (how == "unsealed_memfd") send_unsealed();
  if (how == "truncated_message") send(FrameType::kLoaded, 0, SecretString("\1\0"));
  if (how == "hub_side_frame") send(FrameType::kBegin, 1, encode(BeginMessage{}));
  if (how == "action_before_load") send(FrameType::kAction, 1, encode(ActionMessage{}));
  if (how == "exit") ::_exit(3);
}

void misbehave_in_flow(const std::string& how, std::uint64_t flow) {
  if (how == "answers_another_flow") send(FrameType::kAction, flow + 1, encode(ActionMessage{}));
  if (how == "loads_twice") send_loaded();
  if (how == "broken_action") send(FrameType::kAction, flow, SecretString("\0\0"));
  if (how == "hostile_count")
    send(FrameType::kAction, flow, SecretString(std::string(4, '\0') + std::string(40, '\xff')));
  if (how == "garbage_in_flow") send_raw(std::string(60'000, '\xee'));
  if (how == "unsealed_in_flow") send_unsealed();
  if (how == "hangs") wait_for_the_end();
  if (how == "exits_in_flow") ::_exit(0);
}

}  // namespace

int main() {
  FrameReader hub(kSocket);
  Frame frame;
  if (hub.next(frame) != FrameStatus::kOk || !frame.descriptor.valid()) return 1;
  char buffer[64] = {};
  const auto size = ::pread(frame.descriptor.get(), buffer, sizeof buffer, 0);
  if (size <= 0) return 1;
  const std::string how(buffer, static_cast<std::size_t>(size));
  misbehave_at_load(how);
  if (how == "loaded_then_exit") {
    send_loaded();
    return 0;
  }
  if (how == "logs_a_lot") {
    for (int i = 0; i < 500; ++i)
      send(FrameType::kLog, 0, encode(LogMessage{1, std::string(1000, 'x')}));
  }
  send_loaded();
  while (hub.next(frame) == FrameStatus::kOk) {
    if (frame.type == FrameType::kRelease) continue;
    misbehave_in_flow(how, frame.flow_id);
    send(FrameType::kAction, frame.flow_id, encode(ActionMessage{}));
  }
  return 0;
}
