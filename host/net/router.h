#pragma once
// A table of methods and paths. A path pattern is literal segments, `{name}` for one segment and,
// at the end only, `{name...}` for the rest; literal beats parameter. HEAD is answered by GET's
// handler, a known path with another method by 405 and Allow. Built once, then read by any thread.
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "net/asio.h"
#include "net/http_types.h"

namespace patchbay::net {

using Handler = std::function<Task<Response>(Request&)>;
// Answers what needs no waiting. False: nothing has happened, and the handler is to be asked; what
// was written into the answer is dropped.
using AtOnce = std::function<bool(Request&, Response& answer)>;

struct RouteNode;  // router.cpp

class Router {
 public:
  Router();
  ~Router();
  Router(Router&&) noexcept;
  Router& operator=(Router&&) noexcept;

  // Throws std::logic_error on a malformed or repeated route: a mistake in the program.
  // `at_once` is asked first, by answer_at_once(); null: the handler answers everything.
  void add(std::string_view method, std::string_view pattern, Handler handler,
           AtOnce at_once = nullptr);

  // Makes the answer for 404 and 405 (Allow is added to it). Default: a short text.
  void on_error(std::function<Response(const Request&, unsigned status)> make);

  // The request outlives the task.
  Task<Response> dispatch(Request& request) const;
  // Whether there is the answer already; if not, dispatch() the request.
  bool answer_at_once(Request& request, Response& answer) const;

  struct Route {
    std::string method, pattern;
  };
  [[nodiscard]] std::vector<Route> routes() const;

 private:
  std::unique_ptr<RouteNode> root_;
  std::function<Response(const Request&, unsigned)> make_error_;
};

}  // namespace patchbay::net
