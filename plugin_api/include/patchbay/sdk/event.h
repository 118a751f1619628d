// Views of what the host reports. Borrowed from the host: valid during step() only.
#pragma once

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "patchbay/connector.h"
#include "patchbay/sdk/text.h"

namespace patchbay::sdk {

// What became of one request.
class Reply {
 public:
  // As if nothing had come.
  Reply() : reply_(&kNothing) {}
  explicit Reply(const patchbay_reply& reply) : reply_(&reply) {}

  bool arrived() const { return reply_->net_error == PATCHBAY_NET_OK; }
  std::uint32_t net_error() const { return reply_->net_error; }
  // The provider certainly did not process the request.
  bool unprocessed() const { return (reply_->flags & PATCHBAY_REPLY_UNPROCESSED) != 0; }
  std::uint32_t status() const { return reply_->http_status; }
  bool ok() const { return arrived() && status() >= 200 && status() < 300; }
  std::string_view body() const { return view(reply_->body); }

  // The first header of that name, any case; empty when there is none.
  std::string_view header(std::string_view name) const {
    for (std::uint64_t i = 0; i < reply_->header_count; ++i) {
      if (equal_ignoring_case(view(reply_->headers[i].name), name)) {
        return view(reply_->headers[i].value);
      }
    }
    return {};
  }

  // Retry-After in its form of whole seconds (RFC 9110, section 10.2.3), at most a day.
  std::optional<std::int64_t> retry_after_seconds() const {
    const std::string_view text = trim(header("retry-after"));
    std::int64_t seconds = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (text.empty() || error != std::errc() || end != text.data() + text.size() || seconds < 0) {
      return std::nullopt;
    }
    return std::min<std::int64_t>(seconds, 86'400);
  }

  const patchbay_reply& c() const { return *reply_; }

 private:
  static constexpr patchbay_reply kNothing = {
      sizeof(patchbay_reply), 0, PATCHBAY_NET_OTHER, 0, nullptr, 0, {nullptr, 0}};
  const patchbay_reply* reply_;
};

enum class EventKind : std::uint32_t {
  start = PATCHBAY_EVENT_START,
  replies = PATCHBAY_EVENT_REPLIES,
  timer = PATCHBAY_EVENT_TIMER,
  redirect = PATCHBAY_EVENT_REDIRECT,
  input = PATCHBAY_EVENT_INPUT,
  cancel = PATCHBAY_EVENT_CANCEL,
};

class Event {
 public:
  // True when `event` holds all that this SDK reads (ABI-012).
  static bool readable(const patchbay_event* event) {
    return event != nullptr && PATCHBAY_HAS(patchbay_event, event, secret_count);
  }

  explicit Event(const patchbay_event& event)
      : event_(&event), kind_(static_cast<EventKind>(event.kind)) {}
  // The same event seen as another kind.
  Event(const patchbay_event& event, EventKind kind) : event_(&event), kind_(kind) {}

  EventKind kind() const { return kind_; }
  std::int64_t unix_ms() const { return event_->unix_ms; }
  // 32 bytes, fresh in every event, fit for keys.
  std::string_view random() const {
    return {reinterpret_cast<const char*>(event_->random), sizeof(event_->random)};
  }

  std::size_t reply_count() const { return static_cast<std::size_t>(event_->reply_count); }
  // Of the request at that place of the batch.
  Reply reply(std::size_t i = 0) const { return Reply(*event_->replies[i]); }

  // Empty when there is none of that name.
  std::string_view query(std::string_view name) const {
    return find(event_->query, event_->query_count, name);
  }
  std::string_view field(std::string_view id) const {
    return find(event_->fields, event_->field_count, id);
  }
  std::string_view secret(std::string_view id) const {
    return find(event_->secrets, event_->secret_count, id);
  }

  const patchbay_event& c() const { return *event_; }

 private:
  static std::string_view find(const patchbay_pair* pairs, std::uint64_t count,
                               std::string_view name) {
    for (std::uint64_t i = 0; i < count; ++i) {
      if (view(pairs[i].name) == name) return view(pairs[i].value);
    }
    return {};
  }
  const patchbay_event* event_;
  EventKind kind_;
};

}  // namespace patchbay::sdk
