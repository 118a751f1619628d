#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "patchbay/sandbox/call_log.h"
#include "patchbay/sandbox/clock.h"
#include "patchbay/sandbox/error.h"
#include "patchbay/sandbox/fault.h"
#include "patchbay/sandbox/provider.h"

namespace patchbay::sandbox {

/// Which certificate a client sees that asks (SNI) for one of the provider's hosts.
/// Loopback names always get the good one, so that the control endpoint stays reachable.
enum class CertificateMode { valid, wrong_ca, wrong_host, expired };

/// A provider behind an HTTPS server on 127.0.0.1, with its certificate authority, faults, clock,
/// call log and control endpoint. The server runs on a thread of its own between start() and
/// stop(). Every method is safe from any thread, but start() and stop() belong to the owner.
class Sandbox {
 public:
  struct Options {
    std::filesystem::path state_dir{};  ///< empty: a temporary one
    std::uint16_t port{0};              ///< 0: any free one
    std::size_t body_limit{0};          ///< of a request, in bytes; 0: what the provider wants
    std::chrono::milliseconds idle_limit{60'000};
  };

  Sandbox(ProviderInfo info, const ProviderFactory& factory, Options options);
  ~Sandbox();
  Sandbox(const Sandbox&) = delete;
  Sandbox& operator=(const Sandbox&) = delete;

  /// Listens when it returns. Throws SandboxError, e.g. when the port is taken.
  void start();
  /// Drops every connection. A later start() listens on the same port, with the same state.
  void stop();

  std::uint16_t port() const;
  std::string ca_file() const;
  std::string control_url() const;
  const std::string& control_token() const;
  const ProviderInfo& info() const;
  /// What `--ready-file` holds.
  json::object ready() const;

  Clock& clock();
  CallLog& calls();
  /// Throws SandboxError when the fault names a route that does not exist.
  void inject(Fault fault);
  void clear_faults();
  /// Lets the answers go on that a fault holds back now, so that a test need not guess how long.
  void end_delays();
  std::vector<Fault> faults() const;
  /// Also closes open connections, so that the next call sees the new certificate.
  void set_certificate_mode(CertificateMode mode);
  /// Clock, faults, call log, certificate and the provider as after the first start.
  void reset();

 private:
  class Core;
  std::unique_ptr<Core> core_;
};

}  // namespace patchbay::sandbox
