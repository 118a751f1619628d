// Sends the hub log lines of 15 MB, the same memfd again and again, for as long as it may.
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <string>

#include "../bad_connectors/base.h"
#include "forged_frame.h"
#include "send_packet.h"
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
    for (;;) hostile::send_packet(hostile::forged_frame(7, 0, {}, 1), std::array{fd});
  }
};
}  // namespace
MISFIT_CONNECTOR(Connector)
