// How calls cross the border, asserted at compile time on each platform: calling convention,
// export, and the integers that the interface is made of. The layout is abi_asserts.py's.
#include <string_view>

#include "patchbay/connector.h"

namespace {

#define TEXT_OF_EXPANDED(text) #text
#define TEXT_OF(macro) TEXT_OF_EXPANDED(macro)

constexpr std::string_view kExport = TEXT_OF(PATCHBAY_EXPORT);

#if defined(_WIN64)
#define PLATFORM_CALL __attribute__((ms_abi))
static_assert(kExport.find("dllexport") != std::string_view::npos);
static_assert(sizeof(long) == 4 && sizeof(void*) == 8, "64-bit Windows is LLP64");
#elif defined(__x86_64__)
#define PLATFORM_CALL __attribute__((sysv_abi))
static_assert(kExport.find("visibility") != std::string_view::npos);
static_assert(sizeof(long) == 8 && sizeof(void*) == 8, "64-bit Linux is LP64");
#else
#define PLATFORM_CALL
#endif

// An initialisation and not std::is_same, which does not look at attributes.
constexpr patchbay_connector kTable{};
constexpr patchbay_host kHost{};
constexpr patchbay_manifest_in kManifestIn{};

using Query = const patchbay_connector*(PLATFORM_CALL*)(std::uint32_t, std::uint32_t,
                                                        std::uint32_t*);
[[maybe_unused]] constexpr Query kQueries[] = {patchbay_connector_query_fn{},
                                               decltype(&patchbay_connector_query){}};
[[maybe_unused]] constexpr patchbay_status(PLATFORM_CALL* kCreate)(
    const patchbay_host*, patchbay_instance**) = kTable.create;
[[maybe_unused]] constexpr void(PLATFORM_CALL* kDestroy)(patchbay_instance*) = kTable.destroy;
using Begin = patchbay_status(PLATFORM_CALL*)(patchbay_instance*, const patchbay_input*,
                                              patchbay_flow**);
[[maybe_unused]] constexpr Begin kBegins[] = {kTable.connect, kTable.refresh, kTable.revoke,
                                              kTable.invoke};
[[maybe_unused]] constexpr patchbay_status(PLATFORM_CALL* kStep)(patchbay_flow*,
                                                                 const patchbay_event*,
                                                                 patchbay_action*) = kTable.step;
[[maybe_unused]] constexpr void(PLATFORM_CALL* kRelease)(patchbay_flow*) = kTable.release;
[[maybe_unused]] constexpr const void*(PLATFORM_CALL* kExtension)(
    patchbay_instance*, patchbay_str) = kTable.get_extension;
[[maybe_unused]] constexpr void(PLATFORM_CALL* kLog)(void*, std::uint32_t,
                                                     patchbay_str) = kHost.log;
[[maybe_unused]] constexpr const void*(PLATFORM_CALL* kHostExtension)(void*, patchbay_str) =
    kHost.get_extension;
[[maybe_unused]] constexpr patchbay_status(PLATFORM_CALL* kSetManifest)(
    patchbay_instance*, patchbay_str) = kManifestIn.set_manifest;

}  // namespace
