#include "net/router.h"

#include <algorithm>
#include <map>
#include <stdexcept>

#include "metrics/route_counters.h"

namespace patchbay::net {

struct RouteNode {
  struct Entry {
    std::string pattern;
    std::vector<std::string> names;  // of the parameters on the way here, in order
    Handler handler;
    metrics::RouteCounters* counters;
  };
  std::map<std::string, std::unique_ptr<RouteNode>, std::less<>> literal;
  std::unique_ptr<RouteNode> any;                    // {name}
  std::map<std::string, Entry, std::less<>> here;    // by method
  std::map<std::string, Entry, std::less<>> beyond;  // {name...}, by method
};

namespace {

using Values = std::vector<std::string>;

using Methods = std::map<std::string, RouteNode::Entry, std::less<>>;

struct Match {
  const RouteNode::Entry* entry = nullptr;
  Values values;
  const Methods* others = nullptr;  // a path that fits, but not with this method: for 405
};

std::string join(const std::vector<std::string>& segments, std::size_t from) {
  std::string joined;
  for (std::size_t i = from; i < segments.size(); ++i) {
    if (i > from) joined += '/';
    joined += segments[i];
  }
  return joined;
}

bool take(const Methods& methods, std::string_view method, Match& match) {
  auto found = methods.find(method);
  if (found == methods.end() && method == "HEAD") found = methods.find("GET");
  if (found != methods.end()) {
    match.entry = &found->second;
    return true;
  }
  if (!match.others && !methods.empty()) match.others = &methods;
  return false;
}

// Never deeper than the longest pattern.
bool find(const RouteNode& node, const Request& request, std::size_t depth, Match& match) {
  if (depth == request.segments.size()) return take(node.here, request.method, match);
  const std::string& segment = request.segments[depth];
  const auto next = node.literal.find(segment);
  if (next != node.literal.end() && find(*next->second, request, depth + 1, match)) return true;
  if (node.any && !segment.empty()) {
    match.values.push_back(segment);
    if (find(*node.any, request, depth + 1, match)) return true;
    match.values.pop_back();
  }
  if (!take(node.beyond, request.method, match)) return false;
  match.values.push_back(join(request.segments, depth));
  return true;
}

std::string allowed(const Methods& methods) {
  std::string allow;
  for (const auto& [method, unused] : methods) {
    allow += allow.empty() ? method : ", " + method;
    if (method == "GET" && !methods.contains("HEAD")) allow += ", HEAD";
  }
  return allow;
}

Response default_error(const Request& /*request*/, unsigned status) {
  return text(std::string(status_text(status)) + "\n", status);
}

Task<Response> ready(Response response) {
  co_return response;
}

}  // namespace

Router::Router() : root_(std::make_unique<RouteNode>()), make_error_(default_error) {}
Router::~Router() = default;
Router::Router(Router&&) noexcept = default;
Router& Router::operator=(Router&&) noexcept = default;

void Router::add(std::string_view method, std::string_view pattern, Handler handler) {
  const auto refuse = [&](const char* why) {
    throw std::logic_error("route " + std::string(pattern) + ": " + why);
  };
  if (pattern.empty() || pattern[0] != '/') refuse("must begin with a slash");
  RouteNode* node = root_.get();
  std::vector<std::string> names;
  bool rest = false;
  std::string_view left = pattern == "/" ? std::string_view() : pattern;
  while (!left.empty()) {
    if (rest) refuse("{name...} must be the last segment");
    left.remove_prefix(1);
    std::string_view piece = left.substr(0, left.find('/'));
    left.remove_prefix(piece.size());
    if (piece.starts_with('{') && piece.ends_with('}')) {
      piece = piece.substr(1, piece.size() - 2);
      if (piece.ends_with("...")) {
        rest = true;
        piece.remove_suffix(3);
      }
      if (piece.empty()) refuse("a parameter needs a name");
      if (std::find(names.begin(), names.end(), piece) != names.end()) refuse("a name is repeated");
      names.emplace_back(piece);
      if (rest) continue;
      if (!node->any) node->any = std::make_unique<RouteNode>();
      node = node->any.get();
    } else {
      auto& next = node->literal[std::string(piece)];
      if (!next) next = std::make_unique<RouteNode>();
      node = next.get();
    }
  }
  auto& table = rest ? node->beyond : node->here;
  const auto [at, is_new] =
      table.try_emplace(std::string(method),
                        RouteNode::Entry{std::string(pattern), std::move(names), std::move(handler),
                                         &metrics::of_route(method, pattern)});
  if (!is_new) refuse("there is such a route already");
}

void Router::on_error(std::function<Response(const Request&, unsigned status)> make) {
  make_error_ = std::move(make);
}

Task<Response> Router::dispatch(Request& request) const {
  Match match;
  if (!find(*root_, request, 0, match)) {
    Response response = make_error_(request, match.others ? 405 : 404);
    if (match.others) response.headers.set("Allow", allowed(*match.others));
    return ready(std::move(response));
  }
  for (std::size_t i = 0; i < match.values.size(); ++i) {
    request.path_params.add(match.entry->names[i], match.values[i]);
  }
  metrics::choose_route(match.entry->counters);
  return match.entry->handler(request);
}

std::vector<Router::Route> Router::routes() const {
  std::vector<Route> all;
  std::vector<const RouteNode*> open{root_.get()};
  while (!open.empty()) {
    const RouteNode* node = open.back();
    open.pop_back();
    for (const auto* table : {&node->here, &node->beyond}) {
      for (const auto& [method, entry] : *table) all.push_back({method, entry.pattern});
    }
    for (const auto& [name, child] : node->literal) open.push_back(child.get());
    if (node->any) open.push_back(node->any.get());
  }
  return all;
}

}  // namespace patchbay::net
