// What the hub reads from a worker and a worker from the hub. The first byte chooses the message:
// 'b' begin, 'e' event, 'a' action, 'l' loaded, 'g' log line, 'd' denied system call; 'f' is a
// whole packet on the socket, of one frame or several.
#include <fcntl.h>
#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "connector/worker/flow_codec.h"
#include "connector/worker/frame.h"

namespace patchbay::connector {
namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

// What decodes has one encoding: the bytes it came from.
template <class Message>
void fuzz_message(std::string_view bytes) {
  if (const auto message = decode<Message>(bytes)) require(encode(*message).equals(bytes));
}

void fuzz_packet(std::string_view bytes) {
  static const auto pair = [] {
    std::array<int, 2> made{};
    require(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, made.data()) == 0);
    return made;
  }();
  if (::send(pair[0], bytes.data(), bytes.size(), MSG_NOSIGNAL) < 0) return;
  FrameReader reader(pair[1]);
  Frame frame;
  auto status = reader.next(frame);
  require(status != FrameStatus::kWouldBlock);
  while (status == FrameStatus::kOk) {
    require(!frame.descriptor.valid());
    require(frame.payload.size() < bytes.size());
    status = reader.next(frame);
  }
  require(status != FrameStatus::kWouldBlock || !reader.has_more());
}

}  // namespace
}  // namespace patchbay::connector

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace patchbay::connector;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (bytes.size() < 2) return 0;
  const auto rest = bytes.substr(1);
  switch (bytes.front()) {
    case 'b':
      fuzz_message<BeginMessage>(rest);
      break;
    case 'e':
      fuzz_message<FlowEvent>(rest);
      break;
    case 'a':
      fuzz_message<ActionMessage>(rest);
      break;
    case 'l':
      fuzz_message<LoadedMessage>(rest);
      break;
    case 'g':
      fuzz_message<LogMessage>(rest);
      break;
    case 'd':
      fuzz_message<DeniedMessage>(rest);
      break;
    case 'f':
      fuzz_packet(rest);
      break;
    default:
      break;
  }
  return 0;
}
