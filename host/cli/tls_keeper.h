#pragma once
// Keeps the hub's certificate current: takes new files when somebody replaced them, or on request,
// and says in the log when the one in use is about to end. Replaced files are looked at again
// before they are taken, so that certificate and key may be written one after the other; what can't
// be used leaves the old one in place, with an error in the log. On loop 0.
#include <string>

#include "base/clock.h"
#include "net/http_server.h"
#include "upkeep/ticker.h"

namespace patchbay::cli {

// How long before its end a certificate should have been replaced.
inline constexpr std::int64_t kRenewWithinDays = 14;

class TlsKeeper {
 public:
  // All of these outlive it. Without a certificate in `files` it does nothing.
  TlsKeeper(net::LoopPool& loops, net::HttpServer& server, net::TlsFiles files, const Clock& clock);

  void start() {
    if (!files_.certificate.empty()) ticker_.start();
  }
  void stop() { ticker_.stop(); }
  // Now, whether they changed or not. On loop 0.
  void reload();

 private:
  net::Task<> look();
  void tell_of_its_end();

  net::HttpServer& server_;
  const net::TlsFiles files_;
  const Clock& clock_;
  std::string seen_;
  std::string taken_;  // as they were when last taken or refused
  net::Validity validity_;
  std::int64_t told_ms_ = 0;
  upkeep::Ticker ticker_;
};

}  // namespace patchbay::cli
