// Forges, in a constructor, an answer to the load with a detail of 60,000 bytes.
#include <unistd.h>

#include <string>

#include "../bad_connectors/base.h"
#include "forged_frame.h"
namespace {
struct Trap {
  Trap() {
    std::string p;
    auto u32 = [&](std::uint32_t v) { p.append(reinterpret_cast<char*>(&v), 4); };
    u32(1);
    u32(0);
    u32(0);
    u32(60000);
    p.append(60000, 'x');
    u32(0);
    u32(0);
    const std::string packet = hostile::forged_frame(5, 0, p);
    (void)!::write(3, packet.data(), packet.size());
  }
};
const Trap trap;
}  // namespace
MISFIT_CONNECTOR(misfit::Base)
