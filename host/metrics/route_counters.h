#pragma once
// What the process counts for each route of its web servers: by the route's pattern, never by what
// a client wrote. Any thread; nothing here ends before the process.
#include <array>
#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "metrics/counter.h"

namespace patchbay::metrics {

struct RouteCounters {
  std::string method;
  std::string pattern;              // "/accounts/{id}"; empty: no route fits
  std::array<Counter, 5> by_class;  // 1xx to 5xx
  Times time;                       // until the answer is there; writing it is the client's time

  void answered(unsigned status, std::chrono::steady_clock::duration took) {
    by_class[status >= 100 && status < 600 ? status / 100 - 1 : 4].add();
    time.add(took);
  }
};

// The same for the same route, of however many routers.
RouteCounters& of_route(std::string_view method, std::string_view pattern);
// Of requests that no route fits, and of those refused before one was looked for.
RouteCounters& of_no_route();
std::vector<const RouteCounters*> all_routes();

// A router says which route it chose, and the server, which called it, asks at once for whom it
// counts: nothing is awaited in between, so a thread's own memory carries it. Null: no router was
// asked, or it found none.
void choose_route(RouteCounters* route);
RouteCounters* take_chosen_route();

}  // namespace patchbay::metrics
