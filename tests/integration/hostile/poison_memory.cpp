// Asks the kernel to poison a page, and to share pages that look alike.
#include <sys/mman.h>

#include <cerrno>
#include <string>

#include "../bad_connectors/base.h"
namespace {
struct Connector : misfit::Base {
  static patchbay_status step(patchbay_flow*, const patchbay_event*, patchbay_action* action) {
    static std::string told;
    void* page = ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    const int a = ::madvise(page, 0, 100 /* MADV_HWPOISON, of nothing */) == 0 ? 0 : errno;
    const int b = ::madvise(page, 0, 12 /* MADV_MERGEABLE, of nothing */) == 0 ? 0 : errno;
    told = "hwpoison " + std::to_string(a) + " mergeable " + std::to_string(b);
    return fail(action, PATCHBAY_FAIL_INTERNAL, told);
  }
};
}  // namespace
MISFIT_CONNECTOR(Connector)
