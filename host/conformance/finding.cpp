#include "conformance/finding.h"

#include <algorithm>
#include <utility>

#include "base/json.h"

namespace patchbay::conformance {

void Findings::add(std::string_view rule, std::string_view exchange, std::string_view what) {
  add(Finding{std::string(rule), std::string(exchange), std::string(what)});
}

void Findings::add(const Finding& finding) {
  const auto known = std::ranges::find_if(all_, [&finding](const Finding& other) {
    return other.rule == finding.rule && other.what == finding.what;
  });
  if (known == all_.end()) {
    all_.push_back(finding);
  } else {
    known->times += finding.times;
  }
}

void Findings::remark(std::string what) {
  if (std::ranges::find(remarks_, what) == remarks_.end()) remarks_.push_back(std::move(what));
}

bool Findings::has(std::string_view rule) const {
  return std::ranges::any_of(all_, [rule](const Finding& finding) { return finding.rule == rule; });
}

std::string to_json(const Findings& findings) {
  json::Writer out;
  out.begin_object().key("findings").begin_array();
  for (const auto& finding : findings.all())
    out.begin_object()
        .member("rule", finding.rule)
        .member("exchange", finding.exchange)
        .member("what", finding.what)
        .member("times", static_cast<std::int64_t>(finding.times))
        .end_object();
  out.end_array().key("remarks").begin_array();
  for (const auto& remark : findings.remarks()) out.string(remark);
  return out.end_array().end_object().take();
}

void add_from_json(std::string_view json, Findings& into) {
  const auto document = json::Document::parse(json);
  if (!document) return;
  const auto list = document->root().get("findings");
  for (std::size_t i = 0; i < list.size(); ++i) {
    const auto item = list.at(i);
    into.add(Finding{item.get("rule").string_or(""), item.get("exchange").string_or(""),
                     item.get("what").string_or(""),
                     static_cast<std::size_t>(item.get("times").integer_or(1))});
  }
  const auto remarks = document->root().get("remarks");
  for (std::size_t i = 0; i < remarks.size(); ++i) into.remark(remarks.at(i).string_or(""));
}

}  // namespace patchbay::conformance
