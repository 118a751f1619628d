// Hands out another manifest than the one in its file.
#include "base.h"

namespace {

struct Connector : misfit::Base {
  static std::string_view manifest() { return R"({"id":"somebody-else"})"; }
};

}  // namespace

MISFIT_CONNECTOR(Connector)
