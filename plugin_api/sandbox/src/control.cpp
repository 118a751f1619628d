#include "control.h"

#include <charconv>

#include "patchbay/sandbox/text.h"

namespace patchbay::sandbox {
namespace {

Response problem(int status, const std::string& text) {
  return json_response(status, json::object{{"error", text}});
}

Response done() {
  return json_response(200, json::object{{"ok", true}});
}

json::object clock_state(const Clock& clock) {
  const std::int64_t now = clock.now_ms();
  return {{"now", iso_utc(now)}, {"unix_ms", now}, {"frozen", clock.frozen()}};
}

json::object call_state(const CallLog& calls, std::size_t last) {
  json::object counts;
  for (const auto& [route, count] : calls.counts()) counts[route] = count;
  json::array records;
  for (const CallLog::Record& record : calls.last(last)) {
    json::object headers;
    for (const auto& [name, value] : record.headers) headers[name] = value;
    records.push_back(json::object{{"time", iso_utc(record.time_ms)},
                                   {"method", record.method},
                                   {"route", record.route},
                                   {"target", record.target},
                                   {"headers", std::move(headers)},
                                   {"body", record.body},
                                   {"status", record.status},
                                   {"fault", record.fault}});
  }
  return {{"total", calls.total()}, {"counts", std::move(counts)}, {"last", std::move(records)}};
}

Response move_clock(Clock& clock, const Request& request) {
  const auto body = parse_json_object(request.body);
  if (!body) return problem(400, "send a JSON object");
  if (const auto seconds = int_member(*body, "advance_seconds")) {
    if (*seconds > 4'000'000'000 || *seconds < -4'000'000'000) {
      return problem(400, "advance_seconds is out of range");
    }
    clock.advance(std::chrono::seconds(*seconds));
  } else if (const auto text = string_member(*body, "set")) {
    const auto time = parse_iso_utc(*text);
    if (!time) return problem(400, "set must look like 2026-01-31T12:00:00Z");
    clock.set(*time);
  } else if (const auto freeze = bool_member(*body, "freeze")) {
    *freeze ? clock.freeze() : clock.thaw();
  } else if (bool_member(*body, "reset").value_or(false)) {
    clock.reset();
  } else {
    return problem(400, R"(send {"advance_seconds":n}, {"set":"…Z"}, {"freeze":bool} or )"
                        R"({"reset":true})");
  }
  return json_response(200, clock_state(clock));
}

Response add_fault(Sandbox& sandbox, const Request& request) {
  const auto body = parse_json_object(request.body);
  if (!body) return problem(400, "send a JSON object");
  std::string error;
  auto fault = fault_from_json(*body, error);
  if (!fault) return problem(400, error);
  try {
    sandbox.inject(std::move(*fault));
  } catch (const SandboxError& unknown_route) {
    return problem(400, unknown_route.what());
  }
  return done();
}

Response set_certificate(Sandbox& sandbox, const Request& request) {
  const auto body = parse_json_object(request.body);
  const std::string mode = body ? string_member(*body, "mode").value_or("") : "";
  if (mode == "valid") {
    sandbox.set_certificate_mode(CertificateMode::valid);
  } else if (mode == "wrong_ca") {
    sandbox.set_certificate_mode(CertificateMode::wrong_ca);
  } else if (mode == "wrong_host") {
    sandbox.set_certificate_mode(CertificateMode::wrong_host);
  } else if (mode == "expired") {
    sandbox.set_certificate_mode(CertificateMode::expired);
  } else {
    return problem(400, "mode must be valid, wrong_ca, wrong_host or expired");
  }
  return done();
}

std::size_t number_or(const std::optional<std::string>& text, std::size_t fallback) {
  std::size_t value = fallback;
  if (text) std::from_chars(text->data(), text->data() + text->size(), value);
  return value;
}

}  // namespace

bool is_loopback_host(std::string_view host) {
  std::string_view name =
      host.substr(0, host.starts_with('[') ? host.find(']') + 1 : host.find(':'));
  return name == "127.0.0.1" || equal_ignoring_case(name, "localhost") || name == "[::1]";
}

std::optional<Response> refuse_control(const Request& request, std::string_view token) {
  if (!is_loopback_host(request.headers.find("Host").value_or(""))) {
    return problem(403, "the control endpoint answers under 127.0.0.1 and localhost only");
  }
  const std::string given = request.headers.find(kControlHeader).value_or("");
  if (!equal_in_constant_time(given, token)) {
    return problem(401, "send the control token of the ready file in the header X-Sandbox-Token");
  }
  return std::nullopt;
}

void add_control_routes(Router& control, const Router& routes, Sandbox& sandbox,
                        Provider& provider) {
  const std::string root(kControlPrefix);
  control.add("GET", root, [&control, &routes, &sandbox](const Request&) {
    json::array calls;
    for (const std::string& name : control.names()) calls.emplace_back(name);
    json::array simulated;
    for (const std::string& name : routes.names()) simulated.emplace_back(name);
    return json_response(200, json::object{{"provider", sandbox.info().name},
                                           {"control", std::move(calls)},
                                           {"routes", std::move(simulated)}});
  });
  control.add("GET", root + "/credentials",
              [&provider](const Request&) { return json_response(200, provider.credentials()); });
  control.add("GET", root + "/calls", [&sandbox](const Request& request) {
    return json_response(200,
                         call_state(sandbox.calls(), number_or(request.query.find("last"), 20)));
  });
  control.add("DELETE", root + "/calls", [&sandbox](const Request&) {
    sandbox.calls().clear();
    return done();
  });
  control.add("GET", root + "/faults", [&sandbox](const Request&) {
    json::array faults;
    for (const Fault& fault : sandbox.faults()) faults.push_back(fault_to_json(fault));
    return json_response(200, faults);
  });
  control.add("POST", root + "/faults",
              [&sandbox](const Request& request) { return add_fault(sandbox, request); });
  control.add("DELETE", root + "/faults", [&sandbox](const Request&) {
    sandbox.clear_faults();
    return done();
  });
  control.add("GET", root + "/clock", [&sandbox](const Request&) {
    return json_response(200, clock_state(sandbox.clock()));
  });
  control.add("POST", root + "/clock",
              [&sandbox](const Request& request) { return move_clock(sandbox.clock(), request); });
  control.add("POST", root + "/certificate",
              [&sandbox](const Request& request) { return set_certificate(sandbox, request); });
  control.add("GET", root + "/options",
              [&provider](const Request&) { return json_response(200, provider.options()); });
  control.add("PATCH", root + "/options", [&provider](const Request& request) {
    const auto body = parse_json_object(request.body);
    if (!body) return problem(400, "send a JSON object");
    if (const auto error = provider.set_options(*body)) return problem(400, *error);
    return json_response(200, provider.options());
  });
  control.add("POST", root + "/reset", [&sandbox](const Request&) {
    sandbox.reset();
    return done();
  });
}

}  // namespace patchbay::sandbox
