#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "patchbay/sandbox/http.h"

namespace patchbay::sandbox {

/// What was called: counts per route, and the last requests with their secrets masked.
/// A call counts when its request has arrived, before any answer. Safe from any thread.
class CallLog {
 public:
  struct Record {
    std::uint64_t id{0};
    std::int64_t time_ms{0};
    std::string method;
    std::string route;
    std::string target;
    Headers headers;
    std::string body;
    int status{0};      ///< 0: not answered (yet)
    std::string fault;  ///< the fault that hit it, empty when none did
  };
  /// Tells whether a value is a secret by its looks, wherever it stands.
  using LooksSecret = std::function<bool(std::string_view)>;

  explicit CallLog(LooksSecret looks_secret = nullptr, std::size_t kept = 200);

  std::uint64_t arrived(const Request& request, std::int64_t now_ms, std::string fault);
  void answered(std::uint64_t id, int status);

  std::uint64_t total() const;
  std::uint64_t count(std::string_view route) const;
  std::map<std::string, std::uint64_t, std::less<>> counts() const;
  std::vector<Record> last(std::size_t how_many) const;
  void clear();

  /// Waits until `route` was called `times` times; false when that does not happen in time.
  bool wait_for(std::string_view route, std::uint64_t times, std::chrono::milliseconds limit) const;

 private:
  LooksSecret looks_secret_;
  std::size_t kept_;
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::uint64_t next_id_{1};
  std::uint64_t total_{0};
  std::map<std::string, std::uint64_t, std::less<>> counts_;
  std::deque<Record> records_;
};

/// Masks what must not be shown: authorization headers, fields with a secret's name in query, form
/// or JSON, and every value that `looks_secret`.
CallLog::Record masked_record(const Request& request, const CallLog::LooksSecret& looks_secret);

}  // namespace patchbay::sandbox
