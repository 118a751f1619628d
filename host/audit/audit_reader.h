#pragma once
// Reads and verifies an audit folder for the pages, on threads of its own: no loop ever waits for
// the disk. At most one verification is under way, and few pages wait; what is too much is told so.
//
// Any loop. The loops whose coroutines wait here outlive it; its end ends what is under way.
#include <atomic>
#include <boost/asio/thread_pool.hpp>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "audit/audit_page.h"
#include "audit/audit_verify.h"
#include "base/clock.h"
#include "net/asio.h"

namespace patchbay::audit {

class AuditReader {
 public:
  AuditReader(std::string folder, const Clock& clock);
  ~AuditReader();
  AuditReader(const AuditReader&) = delete;
  AuditReader& operator=(const AuditReader&) = delete;

  [[nodiscard]] const std::string& folder() const { return folder_; }

  // kStorage; kUnavailable when kMostWaiting wait already.
  static constexpr int kMostWaiting = 8;
  net::Task<Result<AuditPage>> page(PageQuery query);

  // Begins to verify against these heads (audit_verify.h), unless that is under way. Returns at
  // once; verification() tells what came of it.
  void verify(std::vector<RecordedHead> heads);

  struct Verification {
    bool under_way = false;
    std::int64_t count = 0;  // that have ended, since the hub began
    std::int64_t ended = 0;  // unix ms, when the last one did; 0: none has
    // Of the last one; an error: it could not be done.
    std::optional<Result<FolderReport>> outcome{};
  };
  [[nodiscard]] Verification verification() const;

 private:
  const std::string folder_;
  const Clock& clock_;
  std::atomic<bool> stop_{false};
  std::atomic<int> waiting_{0};
  mutable std::mutex mutex_;  // guards verification_
  Verification verification_;
  boost::asio::thread_pool threads_{2};  // a verification keeps no page waiting
};

}  // namespace patchbay::audit
