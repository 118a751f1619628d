#include "cli/tls_keeper.h"

#include <chrono>

#include "base/iso_time.h"
#include "base/log.h"

namespace patchbay::cli {
namespace {

using namespace std::chrono_literals;

constexpr auto kLookEvery = 2s;
constexpr std::int64_t kDayMs = 24 * 3'600'000LL;

}  // namespace

TlsKeeper::TlsKeeper(net::LoopPool& loops, net::HttpServer& server, net::TlsFiles files,
                     const Clock& clock)
    : server_(server),
      files_(std::move(files)),
      clock_(clock),
      seen_(net::stamp_of(files_)),
      taken_(seen_),
      ticker_(loops, kLookEvery, [this] { return look(); }) {
  if (files_.certificate.empty()) return;
  if (const auto validity = net::read_validity(files_.certificate)) validity_ = *validity;
}

void TlsKeeper::reload() {
  if (files_.certificate.empty()) return;
  taken_ = seen_ = net::stamp_of(files_);
  if (const auto done = server_.reload_tls(); !done) {
    log::error("tls", "certificate_not_taken",
               {{"why", done.error().message}, {"kept_until", iso_time(validity_.until)}});
    return;
  }
  if (const auto validity = net::read_validity(files_.certificate)) validity_ = *validity;
  told_ms_ = 0;
  log::info("tls", "certificate_taken",
            {{"file", files_.certificate}, {"until", iso_time(validity_.until)}});
}

net::Task<> TlsKeeper::look() {
  const auto now = net::stamp_of(files_);
  if (now != taken_ && now == seen_) reload();
  seen_ = now;
  tell_of_its_end();
  co_return;
}

void TlsKeeper::tell_of_its_end() {
  const auto now = clock_.unix_ms();
  const auto left = validity_.until - now;
  if (left > kRenewWithinDays * kDayMs || now - told_ms_ < kDayMs) return;
  told_ms_ = now;
  if (left <= 0) {
    log::error("tls", "certificate_has_ended", {{"until", iso_time(validity_.until)}});
  } else {
    log::warning("tls", "certificate_ends_soon",
                 {{"until", iso_time(validity_.until)}, {"days", left / kDayMs}});
  }
}

}  // namespace patchbay::cli
