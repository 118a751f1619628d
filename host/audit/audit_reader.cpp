#include "audit/audit_reader.h"

#include <boost/asio/post.hpp>
#include <utility>

#include "net/loops.h"

namespace patchbay::audit {
namespace {

net::Task<Result<AuditPage>> read_page(std::string folder, PageQuery query) {
  co_return read_audit_page(folder, query);
}

// Among those who wait, until its end, however that comes: a coroutine may be cancelled.
class Waiting {
 public:
  explicit Waiting(std::atomic<int>& count) : count_(count), before_(count.fetch_add(1)) {}
  ~Waiting() { --count_; }
  Waiting(const Waiting&) = delete;
  Waiting& operator=(const Waiting&) = delete;
  [[nodiscard]] bool is_one_too_many() const { return before_ >= AuditReader::kMostWaiting; }

 private:
  std::atomic<int>& count_;
  const int before_;
};

}  // namespace

AuditReader::AuditReader(std::string folder, const Clock& clock)
    : folder_(std::move(folder)), clock_(clock) {}

AuditReader::~AuditReader() {
  stop_ = true;
  threads_.join();
}

net::Task<Result<AuditPage>> AuditReader::page(PageQuery query) {
  const Waiting place(waiting_);
  if (place.is_one_too_many())
    co_return make_error(ErrorCode::kUnavailable,
                         "Many read the audit log at this moment. Try again.");
  auto read = co_await net::asio::co_spawn(
      threads_, net::detail::boxed(read_page(folder_, std::move(query))), net::asio::use_awaitable);
  co_return *std::move(read);
}

void AuditReader::verify(std::vector<RecordedHead> heads) {
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(verification_.under_way, true)) return;
  }
  net::asio::post(threads_, [this, heads = std::move(heads)] {
    auto outcome = verify_audit_folder(folder_, std::span<const RecordedHead>(heads), &stop_);
    const std::lock_guard lock(mutex_);
    verification_ = {.under_way = false,
                     .count = verification_.count + 1,
                     .ended = clock_.unix_ms(),
                     .outcome = std::move(outcome)};
  });
}

AuditReader::Verification AuditReader::verification() const {
  const std::lock_guard lock(mutex_);
  return verification_;
}

}  // namespace patchbay::audit
