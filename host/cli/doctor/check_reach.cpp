#include <set>

#include "cli/doctor/checks.h"
#include "net/wait_all.h"

namespace patchbay::doctor {
namespace {

constexpr std::chrono::milliseconds kPatience{10'000};

std::string remedy_for(net::NetError error) {
  switch (error) {
    case net::NetError::kDns:
      return "Ask this machine's name server for it: getent hosts NAME";
    case net::NetError::kTls:
    case net::NetError::kTlsCertificate:
      return "A proxy that looks into TLS has an authority of its own: name its file with "
             "--ca-file. "
             "Otherwise look at this machine's clock and its package ca-certificates.";
    default:
      return "Let this machine connect to it on port 443: firewall, routes.";
  }
}

// Any answer will do; nothing of an account goes along.
net::Task<> reach(net::HttpSender& http, const std::string& host, Finding& found) {
  net::ClientRequest request;
  request.method = "HEAD";
  request.url = "https://" + host + "/";
  request.allowed_hosts = {host};
  const auto reply = co_await http.send(std::move(request), kPatience);
  found.area = "network";
  if (reply.ok()) {
    found.what = host + " answers, and its certificate is right";
    co_return;
  }
  found.verdict = Verdict::kProblem;
  found.what = host + " can't be reached: " + reply.message;
  found.remedy = remedy_for(reply.error);
}

}  // namespace

void check_reach(cli::Hub& hub, const Tell& tell) {
  std::set<std::string> hosts;  // those with placeholders are different for each account
  for (const auto& connector : hub.registry().list())
    if (connector->state == connector::ConnectorState::kReady)
      for (const auto& rule : connector->manifest->hosts)
        if (rule.port == 443 && rule.host.find('{') == std::string::npos) hosts.insert(rule.host);
  std::vector<Finding> found(hosts.size());
  std::vector<net::Task<>> under_way;
  under_way.reserve(hosts.size());
  for (std::size_t i = 0; const auto& host : hosts)
    under_way.push_back(reach(*hub.services().http.front(), host, found[i++]));
  hub.loops().block_on(net::wait_all(std::move(under_way)));
  for (const auto& finding : found) tell(finding);
}

}  // namespace patchbay::doctor
