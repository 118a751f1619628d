#include "web/health_picture.h"

#include <algorithm>
#include <array>
#include <string>

#include "web/account_view.h"

namespace patchbay::web {
namespace {

using store::AccountStatus;
using Status = std::optional<AccountStatus>;

constexpr std::int64_t kWindowMs = 30LL * 24 * 3'600'000;
constexpr std::int64_t kWidth = 1000;  // of the picture, in its own units
constexpr std::array<Status, 4> kShown = {AccountStatus::kActive, AccountStatus::kInactive,
                                          AccountStatus::kError, std::nullopt};

std::string_view word_of(Status status) {
  return status ? to_string(*status) : std::string_view("unknown");
}

// The status that an event brings about; nullopt: it leaves it as it was.
Status status_after(std::string_view kind) {
  if (kind == "account.created" || kind == "account.recovered" || kind == "account.resumed")
    return AccountStatus::kActive;
  if (kind == "account.suspended") return AccountStatus::kInactive;
  if (kind == "account.error") return AccountStatus::kError;
  return std::nullopt;
}

std::string label_of(Status status, const Language& language) {
  return language.text("status." + std::string(word_of(status)));
}

std::int64_t end_of(const std::vector<HealthSpan>& spans, std::size_t i, std::int64_t now_ms) {
  return i + 1 < spans.size() ? spans[i + 1].begin : now_ms;
}

std::vector<View> band_views(const std::vector<HealthSpan>& spans, std::int64_t now_ms) {
  const std::int64_t begin = spans.front().begin;
  const std::int64_t whole = std::max<std::int64_t>(1, now_ms - begin);
  const auto at = [&](std::int64_t ms) { return (ms - begin) * kWidth / whole; };
  std::vector<View> views;
  for (std::size_t i = 0; i < spans.size(); ++i) {
    const auto x = at(spans[i].begin);
    // What was over at once is still seen.
    const auto width = std::max<std::int64_t>(4, at(end_of(spans, i, now_ms)) - x);
    const bool is_error = spans[i].status == AccountStatus::kError;
    const bool is_active = spans[i].status == AccountStatus::kActive;
    views.push_back(View()
                        .text("state", word_of(spans[i].status))
                        .text("x", std::to_string(x))
                        .text("width", std::to_string(width))
                        .text("y", is_error    ? "0"
                                   : is_active ? "8"
                                               : "16")
                        .text("height", is_error    ? "32"
                                        : is_active ? "24"
                                                    : "16"));
  }
  return views;
}

// For how much of the time it was so, in per cent; -1: never.
std::int64_t share_of(const std::vector<HealthSpan>& spans, Status status, std::int64_t now_ms) {
  std::int64_t sum = -1;
  for (std::size_t i = 0; i < spans.size(); ++i) {
    if (spans[i].status == status)
      sum = std::max<std::int64_t>(0, sum) + end_of(spans, i, now_ms) - spans[i].begin;
  }
  const auto whole = std::max<std::int64_t>(1, now_ms - spans.front().begin);
  return sum < 0 ? -1 : (sum * 100 + whole / 2) / whole;
}

std::int64_t last_minted(const std::vector<accounts::TokenInfo>& tokens) {
  std::int64_t last = 0;
  for (const auto& token : tokens) last = std::max(last, token.minted);
  return last;
}

}  // namespace

std::vector<HealthSpan> health_spans(const store::Account& account,
                                     const std::vector<store::Event>& history,
                                     std::int64_t now_ms) {
  const std::int64_t begin = std::min(now_ms, std::max(account.created, now_ms - kWindowMs));
  std::vector<HealthSpan> spans{{begin, std::nullopt}};
  const auto change = [&](std::int64_t told, AccountStatus status) {
    if (spans.back().status == status) return;
    const std::int64_t when = std::min(told, now_ms);  // clocks go back, too
    if (when <= spans.back().begin)
      spans.back().status = status;
    else
      spans.push_back({when, status});
  };
  for (auto event = history.rbegin(); event != history.rend(); ++event) {
    if (const auto status = status_after(event->kind)) change(event->created, *status);
  }
  // A reconnect, or a switched-off integration, changes it under another event's name.
  change(account.status_changed, account.status);
  return spans;
}

View health_picture(const accounts::AccountDetail& detail, std::int64_t now_ms,
                    const Language& language) {
  const auto spans = health_spans(detail.account, detail.history, now_ms);
  std::vector<View> legend;
  std::string summary;
  for (const auto status : kShown) {
    const auto share = share_of(spans, status, now_ms);
    if (share < 0) continue;
    const std::string words =
        language.text("account.health_share",
                      {{"status", label_of(status, language)}, {"share", std::to_string(share)}});
    summary += (summary.empty() ? "" : ", ") + words;
    legend.push_back(View().text("state", word_of(status)).text("label", words));
  }
  return View()
      .list("bands", band_views(spans, now_ms))
      .list("legend", std::move(legend))
      .text("summary", summary)
      .view("from", time_view(spans.front().begin, now_ms, language))
      .view("fetched", time_view(last_minted(detail.tokens), now_ms, language));
}

}  // namespace patchbay::web
