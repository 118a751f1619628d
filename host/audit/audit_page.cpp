#include "audit/audit_page.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <queue>
#include <tuple>

#include "audit/audit_folder.h"
#include "audit/lines_backwards.h"

namespace patchbay::audit {
namespace {

constexpr std::size_t kMostElse = std::size_t{1} << 20U;

// Where an event stands among all.
struct Place {
  std::string time;
  std::string file;
  std::int64_t offset = 0;

  [[nodiscard]] bool is_before(const Place& other) const {
    return std::tie(time, file, offset) < std::tie(other.time, other.file, other.offset);
  }
  [[nodiscard]] std::string text() const {
    return time + " " + file + " " + std::to_string(offset);
  }
  static std::optional<Place> parse(std::string_view text) {
    const auto first = text.find(' ');
    const auto last = text.rfind(' ');
    if (first == std::string_view::npos || first == last) return std::nullopt;
    Place place{std::string(text.substr(0, first)),
                std::string(text.substr(first + 1, last - first - 1))};
    const std::string_view number = text.substr(last + 1);
    const auto read = std::from_chars(number.data(), number.data() + number.size(), place.offset);
    if (read.ec != std::errc() || read.ptr != number.data() + number.size()) return std::nullopt;
    return place;
  }
};

// One file, standing at the next event that it has to give.
struct Source {
  std::string name;
  LinesBackwards lines;
  FoundEvent event{};
  Place place{};

  // False: there is none, or none within so much else that this is no audit file.
  Result<bool> step() {
    const std::size_t before = lines.bytes_read();
    while (lines.bytes_read() - before < kMostElse) {
      PATCHBAY_TRY_ASSIGN(auto line, lines.next());
      if (!line) return false;
      auto found = read_audit_event(line->text);
      if (!found) continue;
      event = *std::move(found);
      place = {event.time, name, line->offset};
      return true;
    }
    return false;
  }
};

struct Older {
  bool operator()(const Source* a, const Source* b) const { return a->place.is_before(b->place); }
};

bool matches(const AuditEvent& event, const PageQuery& query) {
  return (query.account_id.empty() || event.account_id == query.account_id) &&
         is_of_kind(event.kind, query.kind) &&
         (query.who.empty() || event.key_id == query.who ||
          event.actor.find(query.who) != std::string::npos);
}

Result<std::vector<Source>> open_all(const std::string& folder, const std::optional<Place>& from) {
  PATCHBAY_TRY_ASSIGN(const auto names, audit_files(folder));
  std::vector<Source> sources;
  const std::size_t count = std::min(names.size(), kMostFiles);
  sources.reserve(count);
  for (std::size_t i = names.size() - count; i < names.size(); ++i) {
    Source source{names[i], LinesBackwards(folder + "/" + names[i])};
    const auto opened = from ? source.lines.open_at(from->time) : source.lines.open();
    const auto some = opened ? source.step() : opened.error();
    // Its time may be over since it was listed.
    if (!some && std::filesystem::exists(folder + "/" + names[i])) return some.error();
    if (some && *some) sources.push_back(std::move(source));
  }
  return sources;
}

}  // namespace

Result<AuditPage> read_audit_page(const std::string& folder, const PageQuery& query) {
  const auto from = Place::parse(query.before);
  PATCHBAY_TRY_ASSIGN(auto sources, open_all(folder, from));
  std::priority_queue<Source*, std::vector<Source*>, Older> newest;
  for (auto& source : sources) newest.push(&source);
  AuditPage page;
  std::size_t looked_at = 0;
  Place last;
  while (!newest.empty()) {
    Source& source = *newest.top();
    newest.pop();
    const Place place = source.place;
    if (!from || place.is_before(*from)) {
      const bool fits = matches(source.event.event, query);
      if (fits && page.events.size() == query.rows) {
        page.next = last.text();
        return page;
      }
      if (fits) page.events.push_back(source.event);
      last = place;
      if (looked_at > query.most_bytes) {
        page.next = place.text();
        page.stopped_at = place.time;
        return page;
      }
    }
    looked_at += source.event.line.size();
    PATCHBAY_TRY_ASSIGN(const bool more, source.step());
    if (more) newest.push(&source);
  }
  return page;
}

}  // namespace patchbay::audit
