#pragma once
// How a hub is reached, as options: its certificate, and the proxies in front of it.
#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "net/proxies.h"
#include "net/tls_files.h"

namespace patchbay::cli {

struct ReachOptions {
  net::TlsFiles tls;
  std::vector<std::string> trusted_proxies;
  std::string forwarded_header = "x-forwarded-for";

  void add_to(CLI::App& command);
  // --tls-certificate and --tls-key alone.
  void add_tls_to(CLI::App& command);
  [[nodiscard]] bool has_tls() const { return !tls.certificate.empty(); }
  // kConfiguration: one of the two files is not named.
  [[nodiscard]] Result<> check() const;
  [[nodiscard]] Result<net::Proxies> proxies() const;
};

}  // namespace patchbay::cli
