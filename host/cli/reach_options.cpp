#include "cli/reach_options.h"

namespace patchbay::cli {

void ReachOptions::add_tls_to(CLI::App& command) {
  command
      .add_option("--tls-certificate", tls.certificate,
                  "PEM file of the hub's certificate and those below its root: it speaks TLS "
                  "itself, and takes the files anew when they are replaced")
      ->type_name("FILE");
  command
      .add_option("--tls-key", tls.key,
                  "PEM file of its key, for nobody else to read but its group")
      ->type_name("FILE");
}

void ReachOptions::add_to(CLI::App& command) {
  add_tls_to(command);
  command.add_option("--trusted-proxy", trusted_proxies,
                     "Address or network (10.0.0.0/8) of a proxy that says where requests come "
                     "from; repeat it for more. What others say of that is not read");
  command
      .add_option("--forwarded-header", forwarded_header,
                  "Header in which it says so: x-forwarded-for, or forwarded (RFC 7239)")
      ->check(CLI::IsMember({"x-forwarded-for", "forwarded"}))
      ->capture_default_str();
}

Result<> ReachOptions::check() const {
  if (tls.certificate.empty() == tls.key.empty()) return {};
  return make_error(ErrorCode::kConfiguration,
                    "TLS wants both --tls-certificate and --tls-key: one of them is missing.");
}

Result<net::Proxies> ReachOptions::proxies() const {
  return net::Proxies::parse(trusted_proxies, forwarded_header == "forwarded"
                                                  ? net::ForwardedHeader::kForwarded
                                                  : net::ForwardedHeader::kXForwardedFor);
}

}  // namespace patchbay::cli
