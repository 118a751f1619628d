#pragma once
// Logos come from strangers and are shown to people about to type a secret, so they are held to a
// list of what is known to be harmless rather than searched for what is not.
#include <optional>
#include <string>
#include <string_view>

namespace patchbay::manifest {

// What keeps this SVG from being accepted, as an instruction; nothing when it is inert. Allowed are
// shapes, groups, gradients, clips and masks with plain attributes; `url(#name)` is the only
// reference. Refused are doctypes, comments, entities, CDATA, styles, scripts, events, links,
// images, animation, foreign objects, and everything nobody thought of.
[[nodiscard]] std::optional<std::string> svg_fault(std::string_view svg);

// The same for the bytes of a PNG: signature, header and a size of at most 1,024 by 1,024.
[[nodiscard]] std::optional<std::string> png_fault(std::string_view bytes);

}  // namespace patchbay::manifest
