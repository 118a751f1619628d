#include "audit/lines_backwards.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include "audit/audit_chain.h"
#include "audit/audit_query.h"
#include "base/fd.h"

namespace patchbay::audit {
namespace {

constexpr std::int64_t kLargestChunk = std::int64_t{64} << 10U;
constexpr std::int64_t kMostOfALine = 2 * static_cast<std::int64_t>(kMaxAuditLine);
constexpr std::int64_t kNearEnough = 4096;

Error failed(const std::string& path) {
  return make_error(ErrorCode::kStorage, "The audit file " + path + " can't be read: " +
                                             std::generic_category().message(errno) + ".");
}

Fd open_file(const std::string& path) {
  return Fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
}

Result<std::int64_t> size_of(const std::string& path) {
  const Fd file = open_file(path);
  struct stat facts{};
  if (!file.valid() || ::fstat(file.get(), &facts) != 0) return failed(path);
  return static_cast<std::int64_t>(facts.st_size);
}

}  // namespace

// As many of the bytes as are there.
Result<std::string> LinesBackwards::read(std::int64_t from, std::int64_t to) {
  const Fd file = open_file(path_);
  if (!file.valid()) return failed(path_);
  std::string bytes(static_cast<std::size_t>(to - from), '\0');
  std::size_t have = 0;
  while (have < bytes.size()) {
    const ssize_t got = ::pread(file.get(), bytes.data() + have, bytes.size() - have,
                                static_cast<off_t>(from + static_cast<std::int64_t>(have)));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failed(path_);
    if (got == 0) break;
    have += static_cast<std::size_t>(got);
  }
  bytes.resize(have);
  bytes_read_ += have;
  return bytes;
}

Result<> LinesBackwards::open() {
  PATCHBAY_TRY_ASSIGN(begin_, size_of(path_));
  return end_with_a_whole_line();
}

// The first whole line that begins behind `offset` and before `end`.
Result<std::optional<LinesBackwards::Line>> LinesBackwards::line_after(std::int64_t offset,
                                                                       std::int64_t end) {
  for (std::int64_t width = kNearEnough;; width = kMostOfALine) {
    PATCHBAY_TRY_ASSIGN(const auto bytes, read(offset, std::min(end, offset + width)));
    const auto before = bytes.find('\n');
    const auto after = before == std::string::npos ? before : bytes.find('\n', before + 1);
    if (after != std::string::npos)
      return std::optional(Line{bytes.substr(before + 1, after - before - 1),
                                offset + static_cast<std::int64_t>(before) + 1});
    if (width == kMostOfALine || offset + width >= end) return std::optional<Line>();
  }
}

Result<> LinesBackwards::open_at(const std::string& time) {
  PATCHBAY_TRY_ASSIGN(const std::int64_t size, size_of(path_));
  std::int64_t low = 0;  // lines that begin before are not after `time`
  std::int64_t high = size;
  begin_ = size;  // so much is a line's beginning, and what follows is after `time`
  while (high - low > kNearEnough) {
    const std::int64_t middle = low + (high - low) / 2;
    PATCHBAY_TRY_ASSIGN(const auto line, line_after(middle, high));
    const auto event = line ? read_audit_event(line->text) : std::nullopt;
    if (event && event->time <= time) {
      low = line->offset;
    } else {
      high = middle;
      if (event) begin_ = line->offset;
    }
  }
  return end_with_a_whole_line();
}

Result<> LinesBackwards::end_with_a_whole_line() {
  buffer_.clear();
  while (true) {
    const auto end = buffer_.rfind('\n');
    if (end != std::string::npos) {
      buffer_.resize(end + 1);
      return {};
    }
    buffer_.clear();
    PATCHBAY_TRY_ASSIGN(const bool more, read_more());
    if (!more) {
      buffer_.clear();
      return {};
    }
  }
}

// In front of the buffer; false at the file's beginning.
Result<bool> LinesBackwards::read_more() {
  if (begin_ == 0) return false;
  const std::int64_t from = std::max<std::int64_t>(0, begin_ - chunk_);
  PATCHBAY_TRY_ASSIGN(auto bytes, read(from, begin_));
  if (static_cast<std::int64_t>(bytes.size()) != begin_ - from)
    return make_error(ErrorCode::kStorage,
                      "The audit file " + path_ + " became shorter while it was read.");
  begin_ = from;
  chunk_ = std::min(chunk_ * 2, kLargestChunk);
  buffer_.insert(0, bytes);
  return true;
}

Result<std::optional<LinesBackwards::Line>> LinesBackwards::next() {
  while (true) {
    if (buffer_.empty()) {
      if (begin_ == 0) return std::optional<Line>();
    } else {
      const std::size_t last = buffer_.size() - 1;  // the line's own break
      const auto before = last == 0 ? std::string::npos : buffer_.rfind('\n', last - 1);
      if (before != std::string::npos || begin_ == 0) {
        const std::size_t start = before == std::string::npos ? 0 : before + 1;
        Line line{buffer_.substr(start, last - start), begin_ + static_cast<std::int64_t>(start)};
        buffer_.resize(start);
        return std::optional(std::move(line));
      }
      if (buffer_.size() > kMaxAuditLine) {
        Line piece{buffer_.substr(0, last), begin_};
        buffer_ = "\n";
        return std::optional(std::move(piece));
      }
    }
    PATCHBAY_TRY(read_more());
  }
}

}  // namespace patchbay::audit
