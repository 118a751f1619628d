#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "patchbay/sandbox/dev_ca.h"
#include "patchbay/sandbox/fault.h"
#include "patchbay/sandbox/http.h"

namespace patchbay::sandbox {

/// Who answers requests. Called on the server's thread only.
class Exchange {
 public:
  virtual ~Exchange() = default;
  /// A request is complete; returns what shall go wrong with its answer.
  virtual std::optional<Fault> arrived(Request& request) = 0;
  virtual Response answer(const Request& request, const Fault* fault) = 0;
  /// The answer has been written, wholly or as far as the fault lets it.
  virtual void answered(const Request& request, int status) = 0;
};

/// HTTPS/1.1 over TLS 1.2 or 1.3 on 127.0.0.1, one thread. Knows nothing of providers.
class Server {
 public:
  struct Options {
    std::uint16_t port{0};
    std::vector<PemPair> certificates;  ///< index 0 is the good one
    std::vector<std::string> hosts;     ///< SNI names that see the certificate in use
    std::size_t body_limit{1024 * 1024};
    std::chrono::milliseconds idle_limit{60'000};
    std::size_t connection_limit{4096};
  };

  /// Listens when it returns, without answering yet. Throws SandboxError.
  Server(Options options, Exchange& exchange);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  void run();   ///< answers from now on
  void stop();  ///< ends the thread; connections end with the object
  std::uint16_t port() const;
  /// Answers that a fault holds back go on at once; what comes later is held back as before.
  void end_delays();
  /// Chooses the certificate by index and closes the open connections.
  void use_certificate(std::size_t index);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace patchbay::sandbox
