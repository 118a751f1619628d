#include "net/router.h"

#include <algorithm>
#include <map>
#include <stdexcept>

#include "metrics/route_counters.h"

namespace patchbay::net {

struct RouteNode {
  struct Parameter {
    std::string name;
    std::size_t segment;  // where in the path; the last parameter of `beyond`: from there on
  };
  struct Entry {
    std::string pattern;
    std::vector<Parameter> parameters;
    Handler handler;
    AtOnce at_once;
    metrics::RouteCounters* counters;
    bool takes_rest;
  };
  std::map<std::string, std::unique_ptr<RouteNode>, std::less<>> literal;
  std::unique_ptr<RouteNode> any;                    // {name}
  std::map<std::string, Entry, std::less<>> here;    // by method
  std::map<std::string, Entry, std::less<>> beyond;  // {name...}, by method
};

namespace {

using Methods = std::map<std::string, RouteNode::Entry, std::less<>>;

struct Match {
  const RouteNode::Entry* entry = nullptr;
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
  if (node.any && !segment.empty() && find(*node.any, request, depth + 1, match)) return true;
  return take(node.beyond, request.method, match);
}

void fill_parameters(const RouteNode::Entry& entry, Request& request) {
  request.path_params.clear();
  for (const auto& parameter : entry.parameters) {
    if (entry.takes_rest && &parameter == &entry.parameters.back()) {
      request.path_params.add(parameter.name, join(request.segments, parameter.segment));
    } else {
      request.path_params.add(parameter.name, request.segments[parameter.segment]);
    }
  }
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

void Router::add(std::string_view method, std::string_view pattern, Handler handler,
                 AtOnce at_once) {
  const auto refuse = [&](const char* why) {
    throw std::logic_error("route " + std::string(pattern) + ": " + why);
  };
  if (pattern.empty() || pattern[0] != '/') refuse("must begin with a slash");
  RouteNode* node = root_.get();
  std::vector<RouteNode::Parameter> parameters;
  std::size_t depth = 0;
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
      if (std::ranges::find(parameters, piece, &RouteNode::Parameter::name) != parameters.end())
        refuse("a name is repeated");
      parameters.push_back({std::string(piece), depth});
      if (rest) continue;
      if (!node->any) node->any = std::make_unique<RouteNode>();
      node = node->any.get();
    } else {
      auto& next = node->literal[std::string(piece)];
      if (!next) next = std::make_unique<RouteNode>();
      node = next.get();
    }
    ++depth;
  }
  auto& table = rest ? node->beyond : node->here;
  const auto [at, is_new] = table.try_emplace(
      std::string(method),
      RouteNode::Entry{std::string(pattern), std::move(parameters), std::move(handler),
                       std::move(at_once), &metrics::of_route(method, pattern), rest});
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
  fill_parameters(*match.entry, request);
  metrics::choose_route(match.entry->counters);
  return match.entry->handler(request);
}

bool Router::answer_at_once(Request& request, Response& answer) const {
  Match match;
  if (!find(*root_, request, 0, match) || !match.entry->at_once) return false;
  fill_parameters(*match.entry, request);
  metrics::choose_route(match.entry->counters);
  return match.entry->at_once(request, answer);
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
