// The certificate of a hub that speaks TLS itself.
#include "base/iso_time.h"
#include "cli/doctor/checks.h"
#include "cli/tls_keeper.h"
#include "net/stream.h"

namespace patchbay::doctor {

void check_tls(const net::TlsFiles& files, std::int64_t now_ms, const Tell& tell) {
  if (files.certificate.empty()) return;
  constexpr const char* kRenew = "Have it renewed; the hub takes the new files by itself.";
  const auto validity = net::read_validity(files.certificate);
  if (!validity) return tell({"tls", Verdict::kProblem, validity.error().message, kRenew});
  if (const auto is_private = net::check_key_file(files.key); !is_private)
    return tell({"tls", Verdict::kProblem, is_private.error().message});
  if (const auto usable = net::TlsContext::for_server(files.certificate, files.key); !usable)
    return tell({"tls", Verdict::kProblem, usable.error().message,
                 "Certificate and key have to belong together."});
  const auto until = iso_time(validity->until);
  if (now_ms < validity->from)
    return tell({"tls", Verdict::kProblem,
                 "The certificate is valid only from " + iso_time(validity->from) + ".",
                 "Look at the machine's clock."});
  if (now_ms >= validity->until)
    return tell({"tls", Verdict::kProblem, "The certificate ended on " + until + ".", kRenew});
  const auto days = (validity->until - now_ms) / (24 * 3'600'000LL);
  tell({"tls", days < cli::kRenewWithinDays ? Verdict::kWarning : Verdict::kGood,
        "the certificate is valid until " + until + ", " + std::to_string(days) + " days",
        days < cli::kRenewWithinDays ? kRenew : ""});
}

}  // namespace patchbay::doctor
