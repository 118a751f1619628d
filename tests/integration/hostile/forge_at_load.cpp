// Forges, in a constructor, an answer to the load with a detail of 60,000 bytes.
#include <unistd.h>

#include <string>

#include "../bad_connectors/base.h"
namespace {
struct Trap {
  Trap() {
    std::string p("PB01\5\0\0\0\0\0\0\0\0\0\0\0", 16);
    auto u32 = [&](std::uint32_t v) { p.append(reinterpret_cast<char*>(&v), 4); };
    u32(1);
    u32(0);
    u32(0);
    u32(60000);
    p.append(60000, 'x');
    u32(0);
    u32(0);
    (void)!::write(3, p.data(), p.size());
  }
};
const Trap trap;
}  // namespace
MISFIT_CONNECTOR(misfit::Base)
