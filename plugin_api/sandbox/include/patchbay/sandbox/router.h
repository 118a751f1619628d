#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "patchbay/sandbox/http.h"

namespace patchbay::sandbox {

using Handler = std::function<Response(const Request&)>;

/// A table of `METHOD /path/{param}` patterns. Fill it before the server starts; matching is then
/// safe from any thread. A literal segment wins over a parameter in the same place.
class Router {
 public:
  /// Throws SandboxError when the same method and pattern is there already.
  void add(std::string method, std::string pattern, Handler handler);

  struct Match {
    const Handler* handler{nullptr};  ///< null: no route
    std::string route;                ///< "GET /v2/persons/{id}" or "unmatched"
    Fields params;
    std::vector<std::string>
        other_methods;  ///< methods the path has when this one is not among them
  };
  Match match(std::string_view method, std::string_view path) const;

  /// Every route as "METHOD /pattern", in the order of adding.
  std::vector<std::string> names() const;
  bool has(std::string_view route) const;

 private:
  struct Route {
    std::string method;
    std::string pattern;
    std::vector<std::string> segments;
    Handler handler;
  };
  std::vector<Route> routes_;
};

}  // namespace patchbay::sandbox
